"""The recorded nights with their numbers, and the milestones with the results of their actions."""

import logging
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from soundweave.base import files, jsonl, schemas, times
from soundweave.library.identity import Identity

ACTIONS = ("validation", "edge_generation", "website")
PASSED, UNRECORDED = "passed", "not recorded"
LARGEST = 10**15  # a larger number is an error

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Night:
    """A line of the metrics history."""

    time: datetime
    sounds: int
    added: int
    removed: int


@dataclass(frozen=True)
class Milestone:
    """A milestone; `actions` maps each of ACTIONS to passed, failed, not finished or not recorded.

    It has no actions while they are still running: tonight's milestone. `time` is None when a
    milestone is being crossed before any night is recorded.
    """

    crossed: list[int]
    sounds: int
    time: datetime | None
    actions: dict[str, str]

    @property
    def name(self) -> str:
        """Its number, or 5–7 when one night crossed several."""
        first, last = min(self.crossed), max(self.crossed)
        return str(last) if first == last else f"{first}–{last}"

    @property
    def passed(self) -> bool:
        """Whether all of its actions passed."""
        return bool(self.actions) and set(self.actions.values()) == {PASSED}


@dataclass(frozen=True)
class History:
    """All nights and milestones of a library, oldest first. The last may be tonight's."""

    nights: list[Night]
    milestones: list[Milestone]
    library_id: str = ""

    @property
    def last(self) -> Night | None:
        """The last night."""
        return self.nights[-1] if self.nights else None

    @property
    def last_success(self) -> Milestone | None:
        """The last milestone whose actions all passed."""
        return next((item for item in reversed(self.milestones) if item.passed), None)

    @property
    def last_is_milestone(self) -> bool:
        """Whether the last night crossed the last milestone, which is recorded after the night."""
        if not self.milestones:
            return False
        newest, last = self.milestones[-1], self.last
        if newest.time is None or not newest.actions:
            return True
        return last is not None and newest.time >= last.time

    @cached_property
    def nights_between(self) -> list[int | None]:
        """For each milestone the nights since the previous one; None where they are unknown."""
        counts, previous = [], None
        for milestone in self.milestones:
            end = milestone.time or (self.last.time if self.last else None)
            counts.append(self._count(previous, end))
            previous = milestone.time
        return counts

    @property
    def days_between(self) -> list[int | None]:
        """For each milestone the days since the previous one, or since the first night."""
        start = self.nights[0].time if self.nights else None
        moments = [start, *(milestone.time for milestone in self.milestones)]
        return [
            max((time.date() - previous.date()).days, 0) if previous and time else None
            for previous, time in pairwise(moments)
        ]

    def night_of(self, milestone: Milestone) -> datetime | None:
        """Return the time of the night that crossed a milestone, which is recorded after it."""
        count = self._count(None, milestone.time)
        return self._times[count - 1] if count else milestone.time

    @cached_property
    def _times(self) -> list[datetime]:
        return [night.time for night in self.nights]

    def _count(self, after: datetime | None, until: datetime | None) -> int | None:
        """Count the nights in between; None when the history does not reach back to `after`."""
        moments = self._times
        if until is None or not moments or moments[0] > (after or until):
            return None
        return bisect_right(moments, until) - (bisect_right(moments, after) if after else 0)


def read(
    library: Identity,
    metrics_history: Path,
    milestone_history: Path,
    milestone_status: Path | None = None,
) -> History:
    """Read a library's two histories, skipping records that do not fit their schema.

    A missing file is an empty history; without nights there is a warning, because a night records
    its metrics before it builds its site. `milestone_status` is tonight's: its milestone is
    recorded only after the page is built. Raises HistoryError, or ConfigError for a bad status.
    """
    if not metrics_history.exists():
        log.warning("%s does not exist, so the site shows no nights", metrics_history)
    nights = sorted(_nights(metrics_history, library), key=lambda night: night.time)
    milestones = sorted(_milestones(milestone_history, library), key=lambda item: str(item.time))
    if milestone_status is not None:
        milestones += _tonight(milestone_status, nights, milestones)
    return History(nights, milestones, library.id)


def _nights(path: Path, library: Identity) -> Iterator[Night]:
    for time, record in _records(path, "metrics", library):
        yield Night(time, int(record["nodes"]), int(record["added"]), int(record["removed"]))


def _milestones(path: Path, library: Identity) -> Iterator[Milestone]:
    for time, record in _records(path, "milestone", library):
        actions = {name: record["actions"].get(name, UNRECORDED) for name in ACTIONS}
        crossed = [int(number) for number in record["crossed"] or [record["milestone_number"]]]
        yield Milestone(crossed, int(record["nodes"]), time, actions)


def _tonight(path: Path, nights: list[Night], recorded: list[Milestone]) -> list[Milestone]:
    status = files.read_json(path)
    schemas.check("milestone_status", status, str(path))
    recorded_numbers = {number for milestone in recorded for number in milestone.crossed}
    crossed = [int(number) for number in status["crossed"] if number not in recorded_numbers]
    if not status["is_milestone"] or not crossed:
        return []
    return [Milestone(crossed, status["current_nodes"], nights[-1].time if nights else None, {})]


def _records(
    path: Path, schema: str, library: Identity
) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    for number, record in enumerate(jsonl.read(path), start=1):
        if not library.owns(record):
            continue
        time = times.parse_or_none(str(record.get("timestamp")))
        if time is None or not _is_sane(record, schema):
            log.warning("%s: record %d does not fit %s.schema.json", path, number, schema)
        else:
            yield time, record


def _is_sane(record: Mapping[str, Any], schema: str) -> bool:
    numbers = (value for value in record.values() if isinstance(value, int))
    return schemas.validator(schema).is_valid(record) and all(n <= LARGEST for n in numbers)
