"""data/library_ids.jsonl: the ids of a library's sounds, committed every night.

Ids may be public, whole records may not (https://freesound.org/help/tos_api/). A line lists the
sounds that were first seen in one night. It names the library, and the repository that the library
belongs to: a fork inherits the file, but not the library.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from soundweave.base import files, jsonl, schemas
from soundweave.library.identity import FIELD, Identity


@dataclass(frozen=True)
class Recorded:
    """A library as git knows it: its id, and when each of its sounds was first seen."""

    library_id: str
    first_seen: Mapping[int, str]

    @property
    def identity(self) -> Identity:
        """The library is as old as its first sound."""
        return Identity(self.library_id, min(self.first_seen.values(), default=""))


def repository(environ: Mapping[str, str]) -> str:
    """What tells a repository from its forks: its number, which survives a new name."""
    return environ.get("GITHUB_REPOSITORY_ID") or environ.get("GITHUB_REPOSITORY") or "local"


def read(path: Path, repository_id: str) -> Recorded | None:
    """Read what is recorded of this repository's library, the last one if there are several.

    Damaged lines are left out: their sounds are missing, and the others still count.
    """
    libraries: dict[str, dict[int, str]] = {}
    for line in jsonl.lines(path):
        record = line.record
        if record is None or schemas.problem("library_ids", record) is not None:
            continue
        if record["repository"] == repository_id:
            first_seen = libraries.setdefault(record[FIELD], {})
            first_seen.update(dict.fromkeys(record["ids"], record["first_seen"]))
    return Recorded(*list(libraries.items())[-1]) if libraries else None


def write(path: Path, library_id: str, repository_id: str, first_seen: Mapping[int, str]) -> None:
    """Write the file again, one line per night, whole."""
    nights: dict[str, list[int]] = defaultdict(list)
    for sound_id, night in first_seen.items():
        nights[night].append(sound_id)
    lines = [
        {FIELD: library_id, "repository": repository_id, "first_seen": night, "ids": sorted(ids)}
        for night, ids in sorted(nights.items())
    ]
    files.write_text(path, "".join(f"{json.dumps(line)}\n" for line in lines))


def known(connection: sqlite3.Connection) -> dict[int, str]:
    """When each sound of a library that is not removed was first seen."""
    rows = connection.execute("SELECT id, first_seen FROM sounds WHERE removed_at IS NULL")
    return {row["id"]: row["first_seen"] for row in rows}
