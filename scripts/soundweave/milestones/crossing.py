"""Milestones: every `interval` sounds there is one; each fires once, whatever happens between.

The history remembers the boundaries that were reached (number x interval), so neither a library
that shrank and grew back nor a changed interval fires one again.
"""

from pathlib import Path
from typing import Any

from soundweave.base import files, schemas, times


def status(nodes: int, interval: int, history: list[dict[str, Any]]) -> dict[str, Any]:
    """Return whether `nodes` sounds crossed a milestone (milestone_status.schema.json)."""
    reached = max((_boundary(record) for record in history), default=0)
    number = nodes // interval
    crossed = [each for each in range(1, number + 1) if each * interval > reached]
    previous = int(history[-1]["nodes"]) if history else 0
    return {
        "is_milestone": bool(crossed),
        "milestone_number": number,
        "current_nodes": nodes,
        "previous_milestone_nodes": previous,
        "nodes_since_last_milestone": nodes - previous,
        "next_milestone_nodes": (max(reached, nodes) // interval + 1) * interval,
        "interval": interval,
        "crossed": crossed,
    }


def read_history(path: Path) -> list[dict[str, Any]]:
    """Return the milestones recorded so far, oldest first; raises ConfigError for other records."""
    history = files.read_history(path)
    for number, record in enumerate(history, start=1):
        schemas.check("milestone", record, f"{path}, record {number}")
    return sorted(history, key=lambda record: str(record["timestamp"]))


def record(path: Path, reached: dict[str, Any], results: dict[str, Any]) -> dict[str, Any] | None:
    """Append a milestone whose actions ran; returns its record, or None when there is none to add.

    `reached` is a milestone_status, `results` the milestone_results of the same night. Nothing is
    recorded when a critical action did not pass: the next night tries again. A milestone that
    the history already has is not recorded twice.
    """
    again = status(reached["current_nodes"], reached["interval"], read_history(path))
    if not again["is_milestone"] or not results["passed"]:
        return None
    made = {
        "timestamp": times.now(),
        "milestone_number": again["milestone_number"],
        "interval": again["interval"],
        "nodes": again["current_nodes"],
        "crossed": again["crossed"],
        "actions": {action["name"]: action["status"] for action in results["actions"]},
    }
    schemas.check("milestone", made, "the milestone")
    files.append_history(path, made)
    return made


def _boundary(record: dict[str, Any]) -> int:
    return int(record["milestone_number"]) * int(record["interval"])
