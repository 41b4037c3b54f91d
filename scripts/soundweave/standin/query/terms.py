"""One `field:value` of a filter as a test of an index entry."""

import math
import re
from collections.abc import Callable
from typing import Any

from soundweave.standin.catalog.document import Document, letters, words
from soundweave.standin.catalog.sound import names
from soundweave.standin.query.dates import interval

Test = Callable[[Document], bool]

FIELD_KINDS = {
    **dict.fromkeys(
        names("id pack_grouping license type md5 gen_ai_preference category subcategory"), "key"
    ),
    **dict.fromkeys(names("name description comment pack username"), "words"),
    **dict.fromkeys(
        names(
            "duration samplerate bitdepth bitrate channels filesize num_downloads avg_rating"
            " num_ratings num_comments"
        ),
        "number",
    ),
    **dict.fromkeys(names("is_geotagged is_explicit is_remix was_remixed"), "flag"),
    "tag": "tag",
    "created": "date",
    "geotag": "point",
}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_BOX = re.compile(r"Intersects\((\S+) (\S+) (\S+) (\S+)\)")
_EARTH_KM = 6371.0


class FilterError(Exception):
    """The search engine refuses the filter; the message is its own."""


def kind_of(field: str) -> str:
    """Return what a filter name looks at; raises FilterError for a name there is not."""
    try:
        return FIELD_KINDS[field]
    except KeyError:
        raise FilterError(f"undefined field {field}") from None


def exactly(field: str, value: str, now: float) -> Test:
    """Return the test for `field:value` or `field:"value"`."""
    makers: dict[str, Callable[[], Test]] = {
        "words": lambda: _in_order(field, letters(value) if field == "username" else words(value)),
        "tag": lambda: any_of(field, {value}),
        "flag": lambda: _is(field, _flag(value)),
        "number": lambda: _is(field, _number(value)),
        "date": lambda: within(field, value, value, now, closed=(True, True)),
        "point": lambda: _box(value),
        "key": lambda: _is(field, value),
    }
    return makers[kind_of(field)]()


def any_of(field: str, values: set[str]) -> Test:
    """Return the test for `field:(a OR b ...)` of keys or tags: one look-up however many."""
    if field == "tag":
        lowered = frozenset(value.lower() for value in values)
        return lambda document: not lowered.isdisjoint(document.tags)
    return lambda document: document.values[field] in values


def matching(field: str, pattern: str) -> Test:
    """Return the test for a value with the wildcards `*` and `?`."""
    kind = kind_of(field)
    if pattern == "*":
        return lambda document: document.values[field] not in (None, (), frozenset())
    if kind not in ("key", "tag", "words"):
        raise FilterError(f"Invalid value for field {field}: {pattern}")
    folded = pattern if kind == "key" else pattern.lower()
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in folded)
    regex = re.compile("".join(parts), re.DOTALL)
    if kind == "key":
        return lambda document: regex.fullmatch(str(document.values[field])) is not None
    return lambda document: any(regex.fullmatch(word) for word in document.values[field])


def within(field: str, low: str, high: str, now: float, *, closed: tuple[bool, bool]) -> Test:
    """Return the test for a range; `*` is no bound; `closed` says which ends belong to it."""
    kind = kind_of(field)
    if kind == "number":
        bounds: tuple[Any, Any] = (_bound(low, -math.inf), _bound(high, math.inf))
    elif kind == "date":
        first = -math.inf if low == "*" else _moments(low, now)[0 if closed[0] else 1]
        last = math.inf if high == "*" else _moments(high, now)[1 if closed[1] else 0]
        bounds = (first, last)
    elif kind == "key":
        # Keys are strings: a range of ids is in the order of a dictionary, not of numbers.
        bounds = ("" if low == "*" else low, "\U0010ffff" if high == "*" else high)
    else:
        raise FilterError(f"Can't run range query on field {field}")
    return _between(field, bounds, closed)


def near(latitude: float, longitude: float, kilometers: float) -> Test:
    """Return the test for `{!geofilt ...}`: no farther than so many kilometers."""

    def test(document: Document) -> bool:
        point = document.values["geotag"]
        return point is not None and _distance(point, (latitude, longitude)) <= kilometers

    return test


def _is(field: str, value: object) -> Test:
    return lambda document: document.values[field] == value


def _in_order(field: str, wanted: tuple[str, ...]) -> Test:
    def test(document: Document) -> bool:
        return follows(document.values[field], wanted)

    return test


def follows(text: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Return whether the words of `wanted` stand side by side in `text`; no words never do."""
    if not wanted or wanted[0] not in text:
        return False
    size = len(wanted)
    return any(text[start : start + size] == wanted for start in range(len(text) - size + 1))


def _between(field: str, bounds: tuple[Any, Any], closed: tuple[bool, bool]) -> Test:
    low, high = bounds

    def test(document: Document) -> bool:
        value = document.values[field]
        if not isinstance(value, str if isinstance(low, str) else (int, float)):
            return False
        above = value >= low if closed[0] else value > low
        return bool(above and (value <= high if closed[1] else value < high))

    return test


def _flag(value: str) -> bool:
    try:
        return _FLAGS[value.lower()]
    except KeyError:
        raise FilterError(f"Invalid boolean: {value}") from None


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise FilterError(f"Invalid Number: {value}") from None
    if not math.isfinite(number):
        raise FilterError(f"Invalid Number: {value}")
    return number


def _bound(value: str, unbounded: float) -> float:
    return unbounded if value == "*" else _number(value)


def _moments(value: str, now: float) -> tuple[float, float]:
    try:
        return interval(value, now)
    except ValueError:
        raise FilterError(f"Invalid Date String:'{value}'") from None


def _box(value: str) -> Test:
    match = _BOX.fullmatch(value)
    if match is None:
        raise FilterError(f"Invalid point: {value}")
    west, south, east, north = (_number(part) for part in match.groups())

    def test(document: Document) -> bool:
        point = document.values["geotag"]
        return point is not None and south <= point[0] <= north and west <= point[1] <= east

    return test


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))
