"""What a night came to, and data/metrics_history.jsonl: one line per night, whatever happened."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from soundweave.base import jsonl, schemas, times
from soundweave.library import identity
from soundweave.library.database import counts


@dataclass
class Outcome:
    """What a night came to; `stopped` says why it ended (see metrics.schema.json).

    `distrusted` says what Freesound's answers contradict; `has_clock` is false when they contradict
    this machine's clock, so that the night has no date.
    """

    added: int = 0
    removed: int = 0
    pages: int = 0
    stopped: str = "complete"
    failure: str = ""
    distrusted: list[str] = field(default_factory=list)
    has_clock: bool = True


def night_line(
    connection: sqlite3.Connection,
    outcome: Outcome,
    *,
    mode: str,
    requests: int,
    duration_seconds: float,
) -> dict[str, object]:
    """Build the metrics line of a night that ends now (metrics.schema.json)."""
    totals = counts(connection)
    return {
        "timestamp": times.now(),
        identity.FIELD: identity.read(connection).id,
        "mode": mode,
        "nodes": totals["sounds"],
        "edges": totals["edges"],
        "users": totals["users"],
        "packs": totals["packs"],
        "added": outcome.added,
        "removed": outcome.removed,
        "requests": requests,
        "duration_seconds": round(duration_seconds, 3),
        "stopped": outcome.stopped,
    }


def append(path: Path, line: dict[str, object]) -> None:
    """Append a night's line to the history."""
    schemas.check("metrics", line, "the night's metrics line")
    jsonl.append(path, line)
