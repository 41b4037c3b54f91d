"""What the nights left behind: their numbers, and the milestones with what became of them."""

import logging
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from soundweave.base import files, schemas

ACTIONS = ("validation", "edge_generation", "website")
PASSED, UNRECORDED = "passed", "not recorded"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Night:
    """A line of the metrics history."""

    at: datetime
    sounds: int
    added: int
    removed: int


@dataclass(frozen=True)
class Milestone:
    """A milestone; `actions` maps each of ACTIONS to passed, failed, not finished or not recorded.

    It is empty for tonight's milestone, beside which the page is made. `at` is None for one that
    is being crossed before any night is recorded.
    """

    crossed: list[int]
    sounds: int
    at: datetime | None
    actions: dict[str, str]

    @property
    def name(self) -> str:
        """The numbers it stands for: 7, or 5–7 when one night crossed several."""
        first, last = min(self.crossed), max(self.crossed)
        return str(last) if first == last else f"{first}–{last}"

    @property
    def passed(self) -> bool:
        """Whether all of its actions passed."""
        return bool(self.actions) and set(self.actions.values()) == {PASSED}


@dataclass(frozen=True)
class History:
    """What the nights left; oldest first. The last milestone may be tonight's."""

    nights: list[Night]
    milestones: list[Milestone]

    @property
    def last(self) -> Night | None:
        """The last night."""
        return self.nights[-1] if self.nights else None

    @property
    def last_success(self) -> Milestone | None:
        """The last milestone whose actions all passed."""
        return next((one for one in reversed(self.milestones) if one.passed), None)

    @property
    def last_is_milestone(self) -> bool:
        """Whether the last night crossed the last milestone: it is recorded after the night."""
        if not self.milestones:
            return False
        newest, last = self.milestones[-1], self.last
        return (
            newest.at is None or not newest.actions or (last is not None and newest.at >= last.at)
        )

    @cached_property
    def taken(self) -> list[int | None]:
        """For each milestone the nights since the one before; None where they are not known."""
        taken, before = [], None
        for one in self.milestones:
            taken.append(self._between(before, one.at or (self.last.at if self.last else None)))
            before = one.at
        return taken

    def night_of(self, milestone: Milestone) -> datetime | None:
        """Return when the night was that crossed a milestone, which is recorded after it."""
        count = self._between(None, milestone.at)
        return self._times[count - 1] if count else milestone.at

    @cached_property
    def _times(self) -> list[datetime]:
        return [night.at for night in self.nights]

    def _between(self, after: datetime | None, until: datetime | None) -> int | None:
        times = self._times
        if until is None or not times or times[0] > (after or until):
            return None
        return bisect_right(times, until) - (bisect_right(times, after) if after else 0)

    @property
    def waits(self) -> list[int | None]:
        """For each milestone the days since the one before, or since the first night."""
        times = [self.nights[0].at if self.nights else None, *(one.at for one in self.milestones)]
        return [
            None if before is None or at is None else max((at.date() - before.date()).days, 0)
            for before, at in pairwise(times)
        ]


def read(
    metrics_history: Path, milestone_history: Path, milestone_status: Path | None = None
) -> History:
    """Read the two histories.

    A missing history is an empty one; without nights there is a warning, for a night makes its
    line before its site. Of a damaged one, the lines that make sense are read.
    `milestone_status` is tonight's, whose milestone is recorded only after the page is made.
    Raises HistoryError, or ConfigError for a bad status file.
    """
    if not metrics_history.exists():
        log.warning("there is no %s, so the site tells of no night", metrics_history)
    nights = sorted(_nights(metrics_history), key=lambda night: night.at)
    milestones = sorted(_milestones(milestone_history), key=lambda one: str(one.at))
    if milestone_status is not None:
        milestones += _tonight(milestone_status, nights, milestones)
    return History(nights, milestones)


def _nights(path: Path) -> Iterator[Night]:
    for at, line in _lines(path, "metrics"):
        yield Night(at, int(line["nodes"]), int(line["added"]), int(line["removed"]))


def _milestones(path: Path) -> Iterator[Milestone]:
    for at, line in _lines(path, "milestone"):
        actions = {name: line["actions"].get(name, UNRECORDED) for name in ACTIONS}
        crossed = [int(number) for number in line["crossed"] or [line["milestone_number"]]]
        yield Milestone(crossed, int(line["nodes"]), at, actions)


def _tonight(path: Path, nights: list[Night], recorded: list[Milestone]) -> list[Milestone]:
    status = files.read_json(path)
    schemas.check("milestone_status", status, str(path))
    known = {number for milestone in recorded for number in milestone.crossed}
    crossed = [int(number) for number in status["crossed"] if number not in known]
    if not status["is_milestone"] or not crossed:
        return []
    at = nights[-1].at if nights else None
    return [Milestone(crossed, status["current_nodes"], at, {})]


def _lines(path: Path, schema: str) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    """Yield the records that fit their schema, with their time; the others get a warning."""
    for number, line in enumerate(files.read_history(path), start=1):
        at = parse_time(line.get("timestamp"))
        if at is None or not schemas.validator(schema).is_valid(line):
            log.warning("%s: record %d does not fit %s.schema.json", path, number, schema)
        else:
            yield at, line


def parse_time(text: object) -> datetime | None:
    """Return an ISO 8601 time as UTC (so is one without an offset); None for anything else."""
    try:
        at = datetime.fromisoformat(str(text))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
