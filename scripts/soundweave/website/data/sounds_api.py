"""Every sound in full, for the site itself and for others: api/sounds/<n>.json, api/sounds.csv.

Texts are as Freesound gave them: whoever shows them escapes them. The CSV alone changes some: a
text that a spreadsheet would run as a formula, since it begins with = + - @ or the like, gets an
apostrophe before it.
"""

import csv
import gzip
import io
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from typing import Any

from soundweave.website.data import previews, similar
from soundweave.website.data.source import Source
from soundweave.website.frame import addresses, compact
from soundweave.website.frame.tree import Tree

SHARD = 1000  # ids that share a file
SIMILAR = 20  # similar sounds listed with a sound
PLAIN_UP_TO = 100_000  # sounds; above, the CSV is compressed: of 700 000 it would have 180 MB
QUERY = """
    SELECT id, type, preview_mp3, preview_ogg FROM sounds WHERE removed_at IS NULL ORDER BY id
"""
COLUMNS = (
    *("id", "name", "author", "license", "created", "seconds"),
    *("type", "downloads", "pack", "tags", "url"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_path(sounds: int) -> str:
    """Return the path of the CSV of so many sounds: gzipped when there are many."""
    return "api/sounds.csv" if sounds <= PLAIN_UP_TO else "api/sounds.csv.gz"


def write(tree: Tree, source: Source) -> None:
    """Write api/sounds/<id // 1000>.json, api/sounds/index.json and the CSV."""
    shards = []
    sounds = iter(_Sounds(source))
    with _table(tree, table_path(len(source.catalogue))) as text:
        table = csv.writer(text)
        table.writerow(COLUMNS)
        for number, group in groupby(sounds, key=lambda sound: sound["id"] // SHARD):
            members = list(group)
            name = f"{number}.json"
            tree.write(f"api/sounds/{name}", compact.encode({"sounds": members}))
            table.writerows(map(_row, members))
            shards.append({"file": name, "sounds": len(members)})
    tree.write("api/sounds/index.json", compact.encode({"shard": SHARD, "shards": shards}))


@contextmanager
def _table(tree: Tree, path: str) -> Iterator[io.TextIOWrapper]:
    with ExitStack() as stack:
        stream: Any = stack.enter_context(tree.open(path))
        if path.endswith(".gz"):
            # No name and no time, so that the same sounds give the same bytes.
            stream = stack.enter_context(gzip.GzipFile("", "wb", 6, stream, mtime=0))
        yield stack.enter_context(io.TextIOWrapper(stream, "utf-8", newline=""))


class _Sounds:
    """Makes each sound as api/sounds has it (site_sounds.schema.json), in the order of ids."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._catalogue = source.catalogue
        net = source.catalogue.network
        # One by one, the entries of lists are read faster than those of arrays.
        self._users, self._packs = net.users.tolist(), net.packs.tolist()
        self._ids, self._pack_ids = net.sound_ids.tolist(), net.pack_ids.tolist()
        licenses = source.catalogue.licenses
        self._licenses = [one.deed or compact.writable(one.name) for one in licenses]
        self._alike = similar.best(net, SIMILAR)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        cursor = self._source.reader.cursor()
        cursor.row_factory = None  # plain tuples: a third of the time
        for sound, (number, kind, mp3, ogg) in enumerate(cursor.execute(QUERY)):
            if number != self._ids[sound]:
                raise AssertionError("the catalogue is not of this snapshot")
            yield {
                "id": number,
                **self._itself(sound),
                "type": kind,
                "previews": {
                    "mp3": previews.offered(mp3, self._source.media),
                    "ogg": previews.offered(ogg, self._source.media),
                },
                **self._around(sound),
            }

    def _itself(self, sound: int) -> dict[str, Any]:
        catalogue = self._catalogue
        seconds = float(catalogue.seconds[sound])
        author = catalogue.user_names[self._users[sound]]
        return {
            "name": catalogue.names[sound],
            "username": author,
            "license": self._licenses[catalogue.license_of[sound]],
            "created": catalogue.created[sound],
            "tags": catalogue.tags(sound),
            "duration": seconds if math.isfinite(seconds) and seconds >= 0 else None,
            "num_downloads": int(catalogue.downloads[sound]),
            "url": addresses.on_freesound(self._ids[sound], author),
        }

    def _around(self, sound: int) -> dict[str, Any]:
        catalogue, groups = self._catalogue, self._source.groups
        user, pack = self._users[sound], self._packs[sound]
        community = int(catalogue.community[sound])
        return {
            "connections": int(catalogue.degrees[sound]),
            "pack": self._pack(pack) if pack >= 0 else None,
            "community": community if community >= 0 else None,
            "similar": [self._similar(*one) for one in zip(*self._alike.of(sound), strict=True)],
            "pages": {"user": groups.users.get(user), "pack": groups.packs.get(pack)},
        }

    def _pack(self, pack: int) -> dict[str, Any]:
        return {"id": self._pack_ids[pack], "name": self._catalogue.pack_names[pack]}

    def _similar(self, other: int, score: float) -> dict[str, Any]:
        return {
            "id": self._ids[other],
            "name": self._catalogue.names[other],
            "username": self._catalogue.user_names[self._users[other]],
            "score": round(score, 4),
        }


def _row(sound: dict[str, Any]) -> list[object]:
    """Return a sound's cells, in the order of COLUMNS."""
    pack = sound["pack"]
    cells = (
        *(sound["id"], sound["name"], sound["username"], sound["license"], sound["created"]),
        *(sound["duration"], sound["type"], sound["num_downloads"]),
        *(pack["name"] if pack else "", " ".join(sound["tags"]), sound["url"]),
    )
    return [_cell(cell) if isinstance(cell, str) else cell for cell in cells]


def _cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return compact.writable(f"'{text}" if text.startswith(FORMULA) else text)
