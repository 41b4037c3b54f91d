"""Dates as the search engine reads them: parts of dates, NOW, date math."""

import calendar
import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?Z?"
)
_STEP = re.compile(r"([+-]\d{1,6})([A-Z]+)|/([A-Z]+)")
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_MILLISECOND = 0.001


def interval(text: str, now: float) -> tuple[float, float]:
    """Convert a date value to its first and last moment in Unix seconds.

    `2024-02` is the whole month, `NOW-7DAYS` one moment. Raises ValueError for anything else.
    """
    if text.startswith("NOW"):
        moment = _calculated(datetime.fromtimestamp(now, UTC), text[3:])
        return moment.timestamp(), moment.timestamp()
    match = _DATE.match(text)
    if match is None:
        raise ValueError(text)
    parts = [int(part) for part in match.groups()[:6] if part is not None]
    moment, steps, unit = _datetime(parts), text[match.end() :], _UNITS[len(parts) - 1]
    if steps or unit == "second":
        moment = _calculated(moment, steps)
        return moment.timestamp(), moment.timestamp()
    return moment.timestamp(), _add(moment, 1, unit).timestamp() - _MILLISECOND


def _calculated(moment: datetime, steps: str) -> datetime:
    position = 0
    while position < len(steps):
        match = _STEP.match(steps, position)
        if match is None:
            raise ValueError(steps)
        count, unit, floor = match.groups()
        if floor:
            units = _UNITS[: _UNITS.index(_unit(floor)) + 1]
            moment = _datetime([getattr(moment, name) for name in units])
        else:
            moment = _add(moment, int(count), _unit(unit))
        position = match.end()
    return moment


def _datetime(parts: list[int]) -> datetime:
    year, month, day, hour, minute, second = [*parts, *(1, 1, 1, 0, 0, 0)[len(parts) :]]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _unit(name: str) -> str:
    unit = name.lower().removesuffix("s")
    unit = "day" if unit == "date" else unit
    if unit not in _UNITS:
        raise ValueError(name)
    return unit


def _add(moment: datetime, count: int, unit: str) -> datetime:
    try:
        if unit not in ("year", "month"):
            return moment + timedelta(**{f"{unit}s": count})
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return moment.replace(year=year, month=month, day=day)
    except OverflowError as error:
        raise ValueError(str(count)) from error
