"""Milestones: one every `interval` sounds. Each fires once, whatever happens in between.

The history records the boundaries that were reached (number x interval), so neither a library
that shrank and grew back nor a changed interval fires one again. Milestones of another library,
as a fork inherits them, count for nothing.
"""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from soundweave.base import jsonl, schemas, times
from soundweave.library.identity import FIELD, Identity

PUBLISHED = re.compile("published-site-([0-9]{1,15})-")  # a key of the Actions cache


def status(
    nodes: int,
    interval: int,
    history: list[dict[str, Any]],
    library: Identity,
    published: str = "",
    *,
    is_outdated: bool = False,
) -> dict[str, Any]:
    """Report whether `nodes` sounds crossed a milestone (milestone_status.schema.json).

    `published` is the record of the site that is online; with any text but that of the last
    milestone, the site is published again. It is empty where nothing is published. So is a site
    that `is_outdated`: it shows sounds that are gone.
    """
    reached = max((_boundary(record) for record in history), default=0)
    number = nodes // interval
    crossed = list(range(reached // interval + 1, number + 1))
    previous = int(history[-1]["nodes"]) if history else 0
    is_online = not published or _published(published) == max(reached, nodes) // interval * interval
    is_current = bool(history) and is_online and not is_outdated
    return {
        "is_milestone": bool(crossed),
        # A library that has no milestone yet gets a site, too: its first night ends with one.
        "runs_actions": bool(crossed) or (nodes > 0 and not is_current),
        "milestone_number": number,
        "current_nodes": nodes,
        "previous_milestone_nodes": previous,
        "nodes_since_last_milestone": nodes - previous,
        "next_milestone_nodes": (max(reached, nodes) // interval + 1) * interval,
        "interval": interval,
        "crossed": crossed,
        "library": asdict(library),
    }


def read_history(path: Path, library: Identity) -> list[dict[str, Any]]:
    """Read a library's milestones, oldest first; raises ConfigError for unreadable records."""
    history = []
    for number, record in enumerate(jsonl.read(path), start=1):
        if library.owns(record):
            schemas.check("milestone", record, f"{path}, record {number}")
            history.append(record)
    return sorted(history, key=lambda record: str(record["timestamp"]))


def record(path: Path, detected: dict[str, Any], results: dict[str, Any]) -> dict[str, Any] | None:
    """Append a milestone whose actions ran; returns its record, or None if nothing was recorded.

    `detected` is a milestone_status, `results` the milestone_results of the same night. Nothing is
    recorded if a critical action did not pass: the next night tries again. A milestone that is
    already in the history is not recorded twice.
    """
    library = Identity(**detected["library"])
    history = read_history(path, library)
    current = status(detected["current_nodes"], detected["interval"], history, library)
    if not (detected["is_milestone"] and current["is_milestone"] and results["passed"]):
        return None
    milestone = {
        "timestamp": times.now(),
        FIELD: library.id,
        "milestone_number": current["milestone_number"],
        "interval": current["interval"],
        "nodes": current["current_nodes"],
        "crossed": current["crossed"],
        "actions": {action["name"]: action["status"] for action in results["actions"]},
    }
    schemas.check("milestone", milestone, "the milestone")
    jsonl.append(path, milestone)
    return milestone


def reached(detected: dict[str, Any]) -> int:
    """How many sounds the last milestone stands for; a site that shows it is up to date."""
    return int(detected["next_milestone_nodes"] - detected["interval"])


def _published(key: str) -> int | None:
    match = PUBLISHED.match(key)
    return int(match[1]) if match else None


def _boundary(record: dict[str, Any]) -> int:
    return int(record["milestone_number"]) * int(record["interval"])
