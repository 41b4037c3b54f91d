"""The growth chart: the positions of its line, milestones and ticks. The template draws it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count, islice
from typing import NamedTuple

from soundweave.website.frame.locales import Words

LEFT, TOP, RIGHT, BOTTOM = 60, 30, 18, 34  # margins around the plot, for labels
DAY, MONTH, YEAR = "MMMd", "yMMM", "y"  # CLDR skeletons of the dates' labels
MARK_GAP, LABEL_GAP = 8, 30  # units between two milestone marks, between two of their labels


class Sample(NamedTuple):
    """A value at a time; `label` is the number of a milestone."""

    time: datetime
    value: int
    label: str = ""


class Point(NamedTuple):
    """A point in units of the viewBox, y downwards."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """A growth chart of `width` x `height` viewBox units; ticks are on their axis."""

    width: int
    height: int
    points: list[Point]
    marks: list[Point]
    x_ticks: list[Point]
    y_ticks: list[Point]

    @property
    def line(self) -> str:
        """The path through all points; a single one becomes a short dash."""
        if len(self.points) == 1:
            return f"M{self.points[0].x - 4} {self.points[0].y}h8"
        return "M" + "L".join(f"{point.x} {point.y}" for point in self.points)

    @property
    def area(self) -> str:
        """The path around the area below the line."""
        first, last = self.points[0], self.points[-1]
        return f"{self.line}V{self.base}H{first.x}Z" if last.x > first.x else ""

    @property
    def base(self) -> int:
        """The y of zero."""
        return self.height - BOTTOM

    @property
    def left(self) -> int:
        """The x of the plot's left edge."""
        return LEFT

    @property
    def right(self) -> int:
        """The x of the plot's right edge."""
        return self.width - RIGHT


def growth_chart(
    nights: Sequence[Sample],
    milestones: Sequence[Sample],
    words: Words,
    *,
    width: int,
    height: int,
) -> Chart | None:
    """Return the chart of a history in any order; None without any night.

    Values are counts, zero or more. Of several nights within one unit of width only the last is
    drawn: the others would be invisible.
    """
    if not nights:
        return None
    nights, milestones = sorted(nights), sorted(milestones)
    times = [sample.time for sample in (*nights, *milestones)]
    first, last = min(times), max(times)
    values = _value_ticks(max(sample.value for sample in (*nights, *milestones)))

    def x(time: datetime) -> float:
        share = (time - first) / (last - first) if last > first else 0.5
        return round(LEFT + share * (width - LEFT - RIGHT), 1)

    def y(value: int) -> float:
        return round(height - BOTTOM - value / values[-1] * (height - TOP - BOTTOM), 1)

    points = [Point(x(night.time), y(night.value)) for night in nights]
    marks = [Point(x(mark.time), y(mark.value), mark.label) for mark in milestones]
    dates = _date_ticks(first, last, width // 110, words)
    return Chart(
        width=width,
        height=height,
        points=list({round(point.x): point for point in points}.values()),
        marks=_spaced(marks),
        x_ticks=[Point(x(tick), height - BOTTOM, label) for tick, label in dates],
        y_ticks=[Point(LEFT, y(value), words.short(value)) for value in values],
    )


def _spaced(marks: Sequence[Point]) -> list[Point]:
    """Leave out marks, and labels of marks, that would overlap a newer one."""
    spaced: list[Point] = []
    label_x = float("inf")
    for mark in reversed(marks):
        if spaced and spaced[-1].x - mark.x < MARK_GAP:
            continue
        has_room = label_x - mark.x >= LABEL_GAP
        spaced.append(mark if has_room else mark._replace(label=""))
        label_x = mark.x if has_room else label_x
    return spaced[::-1]


def _value_ticks(highest: int, parts: int = 5) -> list[int]:
    """Return 0, step, 2 step, ... up to `highest` or just above; step is 1, 2 or 5 x 10^n."""
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    step = next(step for step in steps if step * parts >= highest)
    return [step * number for number in range(max(-(-highest // step), 1) + 1)]


def _date_ticks(
    first: datetime, last: datetime, most: int, words: Words
) -> list[tuple[datetime, str]]:
    """Return at most `most` round dates from `first` to `last`, as many as possible."""
    for dates, shape in (*_days(first, last), *_months(first, last)):
        # The first round date may be before `first`; two more than `most` are too many for sure.
        midnights = [_midnight(day) for day in islice(dates, most + 2)]
        ticks = [(time, words.date(time, shape)) for time in midnights if first <= time <= last]
        if len(ticks) <= most:
            return ticks or [(first, words.date(first, DAY))]
    return [(first, words.date(first, DAY))]


def _days(first: datetime, last: datetime) -> Iterator[tuple[Iterator[date], str]]:
    for step in (1, 2, 7, 14):
        start = -(-first.toordinal() // step) * step
        yield map(date.fromordinal, range(start, last.toordinal() + 1, step)), DAY


def _months(first: datetime, last: datetime) -> Iterator[tuple[Iterator[date], str]]:
    for step in (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000):
        start = -(-(first.year * 12 + first.month - 1) // step) * step
        numbers = range(start, last.year * 12 + last.month, step)
        months = (date(number // 12, number % 12 + 1, 1) for number in numbers)
        yield months, YEAR if step >= 12 else MONTH


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
