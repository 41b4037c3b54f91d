"""Writes the site's data files of a small library, and reads them back."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soundweave.base import schemas
from soundweave.library import database
from soundweave.website.data import catalog, groups, map_files, previews, search_index, sounds_api
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import tree
from tests.support.make_library import make_library

SCHEMAS = {  # which one a file has to fit, by how its path begins; the first that fits counts
    "map/overview": "site_map_overview",
    "map/where/index": None,
    "map/where/": "site_map_where",
    "map/": "site_map_members",
    "search/index": None,
    "search/": "site_search",
    "api/sounds/index": None,
    "api/sounds/": "site_sounds",
}


class Data:
    """The files of one site; `written` and `kept` count those of the last run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = folder / "site" / "public"
        self.written = self.kept = 0

    def make(
        self, sounds: Sequence[dict[str, Any]], circles: Mapping[int, Sequence[int]] = {}
    ) -> None:
        """Make a library; `circles` maps a community to the ids of its sounds."""
        make_library(self.folder / "library", sounds)
        for number, members in circles.items():
            self.place(number, members)

    def place(self, number: int, members: Sequence[int]) -> None:
        """Put sounds on the map, in a new circle or in one that is there."""
        with database.writing(self.folder / "library") as connection:
            connection.execute(
                "INSERT OR IGNORE INTO communities VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, 10.0 * number, -7.5 * number, 4.0, len(members), f"tag {number}", 9),
            )
            for sound in members:
                x = 10.0 * number + sound % 7 / 3
                row = (sound, x, -7.5 * number - sound % 5 / 2, number)
                connection.execute("INSERT INTO positions VALUES (?, ?, ?, ?)", row)

    def relate(self, *pairs: tuple[int, int, float]) -> None:
        """Store similar sounds."""
        with database.writing(self.folder / "library") as connection:
            connection.executemany("INSERT INTO similarities VALUES (?, ?, ?)", pairs)

    def execute(self, statement: str) -> None:
        """Change the library."""
        with database.writing(self.folder / "library") as connection:
            connection.execute(statement)

    def write(self, *, most: int = 50, pages: int = 9, origins: Sequence[str] = ()) -> None:
        """Write all data files."""
        with (
            database.snapshot(self.folder / "library") as reader,
            tree.replacing(self.folder / "site") as new,
        ):
            sounds = catalog.read(reader)
            group_pages = groups.choose(sounds, pages)
            map_files.write(new, sounds)
            search_index.write(new, sounds, most=most)
            allowed = previews.origins(reader, origins)
            sounds_api.write(new, Snapshot(sounds, group_pages, allowed))
        self.written, self.kept = new.written, new.kept

    def read(self, path: str) -> Any:
        """Return a file."""
        return json.loads(self.bytes(path))

    def bytes(self, path: str) -> bytes:
        """Return what is in a file."""
        return (self.public / path).read_bytes()

    def files(self, folder: str = "") -> list[str]:
        """Return the paths of all files in a folder and below."""
        paths = (self.public / folder).rglob("*.*")
        return sorted(str(path.relative_to(self.public)) for path in paths if path.is_file())

    def sounds(self) -> dict[int, dict[str, Any]]:
        """Return all sounds of api/sounds, by id."""
        names = [shard["file"] for shard in self.read("api/sounds/index.json")["shards"]]
        sounds = [sound for name in names for sound in self.read(f"api/sounds/{name}")["sounds"]]
        return {sound["id"]: sound for sound in sounds}

    def check(self, *paths: str) -> None:
        """Check that these files, or all of them, fit their schemas."""
        for path in paths or self.files():
            kind = next((kind for start, kind in SCHEMAS.items() if path.startswith(start)), None)
            if kind:
                schemas.check(kind, self.read(path), path)

    def gzipped(self, *paths: str) -> int:
        """Return how many bytes a reader who loads these files gets."""
        return sum(len(gzip.compress(self.bytes(path), 9)) for path in paths)
