"""Dates as the search engine reads them: parts of dates, NOW, date maths."""

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?Z?"
)
_STEP = re.compile(r"([+-])(\d{1,6})([A-Z]+)|/([A-Z]+)")
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_PADDING = (1, 1, 1, 0, 0, 0)
_TICK = 0.001


def interval(text: str, now: float) -> tuple[float, float]:
    """Return the first and last moment (Unix seconds) that a date value stands for.

    `2024-02` is the whole month; `NOW-7DAYS` one moment. Raises ValueError for anything else.
    """
    if text.startswith("NOW"):
        moment, rest, part = datetime.fromtimestamp(now, UTC), text[3:], None
    else:
        match = _DATE.match(text)
        if match is None:
            raise ValueError(text)
        groups = match.groups()
        numbers = [int(group) for group in groups[:6] if group is not None]
        year, month, day, hour, minute, second = [*numbers, *_PADDING[len(numbers) :]]
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        rest, part = text[match.end() :], _PARTS[len(numbers) - 1]
    if rest or part in (None, "second"):
        moment = _maths(moment, rest)
        return moment.timestamp(), moment.timestamp()
    return moment.timestamp(), _add(moment, 1, str(part)).timestamp() - _TICK


def _maths(moment: datetime, steps: str) -> datetime:
    position = 0
    while position < len(steps):
        match = _STEP.match(steps, position)
        if match is None:
            raise ValueError(steps)
        sign, count, unit, floor = match.groups()
        if floor:
            moment = _floor(moment, _unit(floor))
        else:
            moment = _add(moment, int(sign + count), _unit(unit))
        position = match.end()
    return moment


def _unit(name: str) -> str:
    unit = name.lower().removesuffix("s")
    unit = "day" if unit == "date" else unit
    if unit not in _PARTS:
        raise ValueError(name)
    return unit


def _floor(moment: datetime, unit: str) -> datetime:
    kept = _PARTS.index(unit) + 1
    values: list[int] = [getattr(moment, part) for part in _PARTS[:kept]]
    year, month, day, hour, minute, second = [*values, *_PADDING[kept:]]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _add(moment: datetime, count: int, unit: str) -> datetime:
    try:
        if unit not in ("year", "month"):
            return moment + timedelta(**{f"{unit}s": count})
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        last = (following - timedelta(days=1)).day
        return first.replace(day=min(moment.day, last))
    except OverflowError as error:
        raise ValueError(str(count)) from error
