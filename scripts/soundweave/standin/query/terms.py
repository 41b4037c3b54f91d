"""One `field:value` of a filter as a test of an index entry."""

import math
import re
from collections.abc import Callable
from typing import Any

from soundweave.standin.catalog.document import KINDS, Document, letters, words
from soundweave.standin.query.dates import interval

Test = Callable[[Document], bool]

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_BOX = re.compile(r"Intersects\((\S+) (\S+) (\S+) (\S+)\)")
_CIRCLE = re.compile(r"geofilt\((\S+) (\S+) (\S+)\)")
_EARTH_KM = 6371.0


class FilterError(Exception):
    """The search engine rejects the filter; the message is the engine's."""


def exactly(field: str, value: str, now: float) -> Test:
    """Compile `field:value` or `field:"value"`."""
    match kind_of(field):
        case "words":
            phrase = letters(value) if field == "username" else words(value)
            return lambda document: contains(document.values[field], phrase)
        case "tag":
            return any_of(field, {value})
        case "date":
            return within(field, value, value, now, closed=(True, True))
        case "point":
            return _area(value)
        case "flag":
            expected: object = _flag(value)
        case "number":
            expected = _number(value)
        case _:
            expected = value
    return lambda document: document.values[field] == expected


def any_of(field: str, values: set[str]) -> Test:
    """Compile `field:(a OR b ...)` of keys or tags: one look-up, however many values."""
    if field == "tag":
        tags = frozenset(value.lower() for value in values)
        return lambda document: not tags.isdisjoint(document.tags)
    return lambda document: document.values[field] in values


def matching(field: str, pattern: str) -> Test:
    """Compile a value with the wildcards `*` and `?`."""
    kind = kind_of(field)
    if pattern == "*":
        return lambda document: document.values[field] not in (None, (), frozenset())
    if kind not in ("key", "tag", "words"):
        raise FilterError(f"Invalid value for field {field}: {pattern}")
    escaped = re.escape(pattern if kind == "key" else pattern.lower())
    regex = re.compile(escaped.replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
    if kind == "key":
        return lambda document: regex.fullmatch(str(document.values[field])) is not None
    return lambda document: any(map(regex.fullmatch, document.values[field]))


def within(field: str, low: str, high: str, now: float, *, closed: tuple[bool, bool]) -> Test:
    """Compile a range; `*` is an open end; `closed` says which ends belong to it."""
    bounds: tuple[Any, Any]
    match kind_of(field):
        case "number":
            bounds = (
                -math.inf if low == "*" else _number(low),
                math.inf if high == "*" else _number(high),
            )
        case "date":
            bounds = (
                -math.inf if low == "*" else _moments(low, now)[0 if closed[0] else 1],
                math.inf if high == "*" else _moments(high, now)[1 if closed[1] else 0],
            )
        case "key":
            # Keys are strings: 12 comes before 2.
            bounds = ("" if low == "*" else low, "\U0010ffff" if high == "*" else high)
        case _:
            raise FilterError(f"Can't run range query on field {field}")
    return _between(field, bounds, closed)


def kind_of(field: str) -> str:
    """Look up the kind of a filter's name; raises FilterError for an unknown name."""
    if field not in KINDS:
        raise FilterError(f"undefined field {field}")
    return KINDS[field]


def contains(text: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether the words of `phrase` are side by side in `text`; an empty phrase never is."""
    if not phrase or phrase[0] not in text:
        return False
    size = len(phrase)
    return any(text[start : start + size] == phrase for start in range(len(text) - size + 1))


def _between(field: str, bounds: tuple[Any, Any], closed: tuple[bool, bool]) -> Test:
    low, high = bounds
    types = str if isinstance(low, str) else (int, float)

    def test(document: Document) -> bool:
        value = document.values[field]
        if not isinstance(value, types) or not low <= value <= high:
            return False
        return bool((closed[0] or value != low) and (closed[1] or value != high))

    return test


def _flag(value: str) -> bool:
    if value.lower() not in _FLAGS:
        raise FilterError(f"Invalid boolean: {value}")
    return _FLAGS[value.lower()]


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FilterError(f"Invalid Number: {value}")
    return number


def _moments(value: str, now: float) -> tuple[float, float]:
    try:
        return interval(value, now)
    except ValueError:
        raise FilterError(f"Invalid Date String:'{value}'") from None


def _area(value: str) -> Test:
    if match := _BOX.fullmatch(value):
        west, south, east, north = map(_number, match.groups())
        return _located(lambda lat, lon: south <= lat <= north and west <= lon <= east)
    if match := _CIRCLE.fullmatch(value):
        latitude, longitude, radius = map(_number, match.groups())
        return _located(lambda lat, lon: _kilometers((lat, lon), (latitude, longitude)) <= radius)
    raise FilterError(f"Invalid point: {value}")


def _located(contains_point: Callable[[float, float], bool]) -> Test:
    def test(document: Document) -> bool:
        point = document.values["geotag"]
        return point is not None and contains_point(*point)

    return test


def _kilometers(start: tuple[float, float], end: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (*start, *end))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))
