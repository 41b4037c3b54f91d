"""Ways to validate all sounds: what they cost, and how many kinds of wrong rows they find."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, TypeAdapter, ValidationError

from benchmarks import libraries
from benchmarks.measure import Contender
from soundweave.base import config
from soundweave.library import database, edges
from soundweave.validation.report import validate

FAULTS, METRICS, MILESTONES = "faults.json", "metrics.jsonl", "milestones.jsonl"
ROWS_PER_KIND = 3

KINDS = {
    "no name": "name = ''",
    "a name of spaces": "name = '  '",
    "a name with a NUL": "name = 'a' || char(0)",
    "a name that is not UTF-8": "name = CAST(x'41ff' AS TEXT)",
    "no license": "license = ''",
    "an unknown license": "license = 'https://example.org/mine/'",
    "a time in words": "created = 'yesterday'",
    "30 February": "created = '2014-02-30T00:00:00Z'",
    "before Freesound": "created = '1999-01-01T00:00:00Z'",
    "in the future": "created = '2999-01-01T00:00:00Z'",
    "last seen before first": "last_seen = '2006-01-01T00:00:00Z'",
    "removed before seen": "removed_at = '2006-01-01T00:00:00Z'",
    "a negative duration": "duration = -1",
    "an endless duration": "duration = 9e999",
    "negative downloads": "num_downloads = -1",
    "an address of ftp": "preview_mp3 = 'ftp://example.org/'",
    "an address with a space": "preview_ogg = 'https://example.org/a b'",
    "tags that are not JSON": "tags = '[\"a\"'",
    "a tag that is a number": "tags = '[\"a\", 1]'",
    "a pack of two users": "user_id = user_id + 1",
    "a sound under two ids": (
        "(name, user_id, created, duration) = (SELECT name, user_id, created, duration"
        " FROM sounds AS other WHERE other.id > sounds.id ORDER BY other.id LIMIT 1)"
    ),
}
IN_LARGE_PACKS = """
    SELECT id, pack_id FROM sounds
    WHERE pack_id IN (SELECT hub_id FROM hubs WHERE kind = 'pack' AND size > 2) ORDER BY id
"""


def inject(checkpoint_dir: Path) -> None:
    """Write the edges, then damage some rows of each kind; record which."""
    with database.writing(checkpoint_dir) as connection, closing(connection.cursor()) as cursor:
        edges.update(connection)
        libraries.add_metrics(checkpoint_dir, checkpoint_dir / METRICS)
        rows = cursor.execute(IN_LARGE_PACKS).fetchall()
        step = len(rows) // (len(KINDS) * ROWS_PER_KIND)
        targets = iter(rows[:: max(1, step)])
        faults: dict[str, list[str]] = {}
        cursor.execute("PRAGMA foreign_keys = OFF")
        for kind, change in KINDS.items():
            places = [tuple(next(targets)) for _ in range(ROWS_PER_KIND)]
            for sound, _ in places:
                cursor.execute(f"UPDATE sounds SET {change} WHERE id = ?", (sound,))
            table = 1 if kind == "a pack of two users" else 0
            faults[kind] = [f"{('sound', 'pack')[table]} {place[table]}" for place in places]
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (checkpoint_dir / FAULTS).write_text(json.dumps(faults), encoding="utf-8")


def connect(checkpoint_dir: Path) -> None:
    """Write the edges, and leave every row as it is."""
    with database.writing(checkpoint_dir) as connection:
        edges.update(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ours(checkpoint_dir: Path) -> int:
    """All checks: storage, records, network and histories."""
    settings = config.load(environ={}).validation
    histories = (checkpoint_dir / METRICS, checkpoint_dir / MILESTONES)
    report = validate(checkpoint_dir, *histories, settings)
    places = (finding["where"] for check in report["checks"] for finding in check["findings"])
    return kinds(checkpoint_dir, {place.replace("sounds ", "sound ") for place in places})


def floor(checkpoint_dir: Path) -> int:
    """Read every column of every table that validation checks into Python, once."""
    with closing(sqlite3.connect(checkpoint_dir / database.FILE_NAME)) as connection:
        for table in ("sounds", "users", "packs", "links", "hubs"):
            for _ in connection.execute(f"SELECT * FROM {table}"):
                pass
    return 0


def by_pydantic(checkpoint_dir: Path) -> int:
    """Each row as a dictionary, checked with pydantic."""
    adapter = TypeAdapter(Sound)
    bad = set()
    for row in rows_of(checkpoint_dir):
        try:
            adapter.validate_python(row)
        except ValidationError:
            bad.add(f"sound {row['id']}")
    return kinds(checkpoint_dir, bad)


def rows_of(checkpoint_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the sounds as dictionaries; bytes that are not UTF-8 become surrogates."""
    with closing(sqlite3.connect(checkpoint_dir / database.FILE_NAME)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        rows = connection.execute("SELECT * FROM sounds")
        names = [column[0] for column in rows.description]
        for row in rows:
            yield dict(zip(names, row, strict=True))


def kinds(checkpoint_dir: Path, reported: set[str]) -> int:
    """Return how many kinds of damaged rows are among those reported."""
    faults = json.loads((checkpoint_dir / FAULTS).read_text(encoding="utf-8"))
    return sum(1 for places in faults.values() if reported.intersection(places))


DEEDS = (
    r"^https?://creativecommons\.org/"
    r"(publicdomain/zero/1\.0|licenses/(by|by-nc)/[34]\.0|licenses/sampling\+/1\.0)/$"
)
URL = r"^https?://[!-~]+$"
LARGEST = 2**53

Stamp = Annotated[datetime, Field(ge=datetime.fromisoformat("2005-01-01T00:00:00Z"))]
Url = Annotated[str, Field(pattern=URL)]


class Sound(BaseModel):
    """A row of the table sounds."""

    model_config = ConfigDict(str_strip_whitespace=True)
    id: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(min_length=1)]
    user_id: int
    pack_id: int | None
    license: Annotated[str, Field(pattern=DEEDS)]
    created: Stamp
    duration: Annotated[float, Field(ge=0, le=LARGEST)]
    type: str
    tags: Json[list[str]]
    num_downloads: Annotated[int, Field(ge=0)]
    preview_mp3: Url | None
    preview_ogg: Url | None
    first_seen: Stamp
    last_seen: Stamp
    removed_at: Stamp | Literal[""] | None


ROWS = [
    Contender("all checks, by SQL", ours, ours=True, prepare=inject),
    Contender("every column into Python (floor)", floor, prepare=connect),
    Contender("pydantic, row by row", by_pydantic, prepare=inject),
]
