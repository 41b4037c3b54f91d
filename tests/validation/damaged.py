"""A small library with everything in it, and ways to damage it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from soundweave.base import config, jsonl, schemas
from soundweave.library import database, edges
from soundweave.validation.report import validate
from tests.support.make_library import make_library

SOUNDS = [{"username": f"user {n % 7}", "pack": f"pack {n % 7}"} for n in range(50)]
NIGHT = {
    "timestamp": "2025-11-21T03:17:00Z",
    "mode": "mixed",
    "nodes": 50,
    "edges": 100,
    "users": 7,
    "packs": 7,
    "added": 0,
    "removed": 0,
    "requests": 1,
    "duration_seconds": 1.0,
    "stopped": "complete",
}
FIRST_NIGHT = NIGHT | {"timestamp": "2025-11-20T03:17:00Z", "added": 50, "edges": 0}
MILESTONE = {
    "timestamp": "2025-11-20T03:20:00Z",
    "milestone_number": 2,
    "interval": 20,
    "nodes": 45,
    "crossed": [1, 2],
    "actions": {"validation": "passed"},
}
NETWORK = (
    "INSERT INTO similarities VALUES (1, 2, 0.5), (1, 3, 0.4), (2, 1, 0.5001)",
    "INSERT INTO similarity_targets VALUES (1, '2025-11-20T03:17:00Z', 2),"
    " (2, '2025-11-20T03:17:00Z', 1), (4, '2025-11-20T03:17:00Z', 0)",
    "INSERT INTO communities (id, x, y, radius, size, label, laid_out)"
    " VALUES (1, 0, 0, 1, 30, 'rain', 30), (2, 3, 0, 1, 20, 'wind', 20)",
    "INSERT INTO positions (sound_id, x, y, community_id)"
    " SELECT id, id * 0.1, 0, 1 + (id > 30) FROM sounds",
)

Damage = Callable[[Path], None]


def make(folder: Path) -> None:
    """Make a sound library with its histories in `folder`."""
    sounds = [
        sound | {"preview_mp3": "https://cdn.freesound.org/1-hq.mp3"} if number % 2 else sound
        for number, sound in enumerate(SOUNDS)
    ]
    make_library(folder / "library", sounds)
    with database.writing(folder / "library") as connection:
        edges.update(connection)
        for statement in NETWORK:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for night in (FIRST_NIGHT, NIGHT):
        jsonl.append(folder / "metrics.jsonl", night)
    jsonl.append(folder / "milestones.jsonl", MILESTONE)


@cache
def _shipped() -> config.ValidationConfig:
    return config.load(environ={}).validation


def report_of(folder: Path, **levels: config.Level) -> dict[str, Any]:
    """Validate what is in `folder`; the report fits its schema."""
    shipped = _shipped()
    settings = config.ValidationConfig(
        shipped.largest_shrink, shipped.largest_gap_days, {**shipped.levels, **levels}
    )
    histories = (folder / "metrics.jsonl", folder / "milestones.jsonl")
    report = validate(folder / "library", *histories, settings)
    schemas.check("validation_report", report, "report")
    json.dumps(report, ensure_ascii=False).encode()
    return report


def findings_of(report: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The findings by check, of checks that have some."""
    return {check["name"]: check["findings"] for check in report["checks"] if check["found"]}


def sql(*statements: str) -> Damage:
    """Write into the library what SQLite would refuse."""

    def do(folder: Path) -> None:
        with database.writing(folder / "library") as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                connection.execute(statement)

    return do


def sound(number: int, column: str, value: str) -> Damage:
    """Put a value (SQL) into one column of one sound."""
    return sql(f"UPDATE sounds SET {column} = {value} WHERE id = {number}")


def in_hours(hours: int) -> str:
    """SQL for the time that many hours from now."""
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+{hours} hours')"


def loose(table: str) -> tuple[str, ...]:
    """Statements after which a table takes any value."""
    return (
        "UPDATE sqlite_master SET sql = replace(replace(sql, ' STRICT', ''), ' NOT NULL', '')"
        f" WHERE name = '{table}'",
        "PRAGMA writable_schema = RESET",
    )


def raw(name: str, content: bytes) -> Damage:
    """Append bytes to a history."""

    def do(folder: Path) -> None:
        with (folder / name).open("ab") as stream:
            stream.write(content)

    return do


def night(**changes: object) -> Damage:
    """Append a night to the metrics history."""
    record = NIGHT | {"timestamp": "2025-11-22T03:17:00Z"} | changes
    return raw("metrics.jsonl", json.dumps(record).encode() + b"\n")


def milestone(**changes: object) -> Damage:
    """Append a milestone to its history."""
    later = {"timestamp": "2025-11-21T03:20:00Z", "milestone_number": 3, "nodes": 60}
    record = MILESTONE | later | {"crossed": [3]} | changes
    return raw("milestones.jsonl", json.dumps(record).encode() + b"\n")


def tear(folder: Path) -> None:
    """Lose the second half of the library."""
    path = folder / "library" / database.FILE_NAME
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_page(folder: Path) -> None:
    """Write nonsense over the head of one page, amid the sounds."""
    path = folder / "library" / database.FILE_NAME
    content = bytearray(path.read_bytes())
    page = content.index(b"sound 30.wav") // 4096
    content[page * 4096 : page * 4096 + 40] = b"\xff" * 40
    path.write_bytes(content)
