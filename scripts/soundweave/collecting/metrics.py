"""data/metrics_history.jsonl: one line a night, whatever the night brought."""

import sqlite3
from pathlib import Path

from soundweave.base import schemas, times
from soundweave.base.files import append_history
from soundweave.collecting.collector import Outcome
from soundweave.library.database import counts


def night_line(
    connection: sqlite3.Connection,
    outcome: Outcome,
    *,
    mode: str,
    requests: int,
    duration_seconds: float,
) -> dict[str, object]:
    """Return the line of a night that ends now (metrics.schema.json)."""
    totals = counts(connection)
    return {
        "timestamp": times.now(),
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
    append_history(path, line)
