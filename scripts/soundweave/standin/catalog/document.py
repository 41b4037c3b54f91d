"""A sound as the search engine sees it: words, keys, numbers, dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from soundweave.standin.catalog.sound import license_name, names, pack_id

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_STOP_WORDS = frozenset(
    names(
        "a an and are as at be but by for if in into is it no not of on or such that the their then"
        " there these they this to was will with"
    )
)
_SUFFIXES = ("ings", "ing", "edly", "ed", "ly", "es", "s", "e")
_NUMBERS = names(
    "duration samplerate bitdepth bitrate channels filesize num_downloads num_ratings num_comments"
)
_FLAGS = ("is_geotagged", "is_explicit", "is_remix", "was_remixed")
_KEYS = ("type", "md5", "gen_ai_preference", "category", "subcategory")
_RATINGS_THAT_COUNT = 3


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the index. `values` holds what a filter of that name looks at.

    `tie` is the order that equals have: fixed, but not by id or date; the API promises none.
    """

    id: int
    values: Mapping[str, Any]
    tags: frozenset[str]
    group: str
    tie: int


def document(sound: Mapping[str, Any]) -> Document:
    """Return the index entry of a sound; values of a wrong type are as good as missing."""
    pack = pack_id(sound)
    tags = sound["tags"] if isinstance(sound["tags"], list) else []
    values: dict[str, Any] = {flag: sound[flag] is True for flag in _FLAGS}
    values |= {key: sound[key] if isinstance(sound[key], str) else None for key in _KEYS}
    values |= {name: _number(sound[name]) for name in _NUMBERS}
    enough = (_number(sound["num_ratings"]) or 0) >= _RATINGS_THAT_COUNT
    values["avg_rating"] = (_number(sound["avg_rating"]) or 0) * 2 if enough else 0
    values["id"] = str(sound["id"])
    values["created"] = seconds(sound["created"])
    values["license"] = license_name(sound["license"])
    values["username"] = letters(sound["username"])
    values["name"] = words(sound["name"])
    values["description"] = words(sound["description"])
    values["pack"] = words(sound["pack_name"]) if pack is not None else ()
    values["comment"] = ()
    values["tag"] = frozenset(tag.lower() for tag in tags if isinstance(tag, str))
    values["geotag"] = _point(sound["geotag"])
    group = str(sound["id"]) if pack is None else f"{pack}_{sound['pack_name']}"
    values["pack_grouping"] = group
    tie = sound["id"] * 2654435761 % 4294967296
    return Document(sound["id"], values, values["tag"], group, tie)


def words(text: object) -> tuple[str, ...]:
    """Return the stemmed words of a text, in order, stop words left out."""
    if not isinstance(text, str):
        return ()
    found = _WORD.findall(text.lower())
    return tuple(stem(word) for word in found if word not in _STOP_WORDS)


def letters(text: object) -> tuple[str, ...]:
    """Return the runs of letters in a username, lower-cased: the field is not exact."""
    return tuple(_LETTERS.findall(text.lower())) if isinstance(text, str) else ()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a rough English stem, so that `bird` finds `birds` and `ring` finds `ringing`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "i"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def seconds(created: object) -> float | None:
    """Return an API time as Unix seconds; without a zone it is UTC; None when it is no time."""
    if not isinstance(created, str):
        return None
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _point(geotag: object) -> tuple[float, float] | None:
    try:
        latitude, longitude = str(geotag).split()
        return float(latitude), float(longitude)
    except ValueError:
        return None
