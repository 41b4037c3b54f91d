"""A sound as the search engine sees it: words, keys, numbers, dates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from soundweave.base import times
from soundweave.standin.catalog.sound import license_name, pack_id

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_STOP_LIST = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then"
    " there these they this to was will with"
)
_STOP_WORDS = frozenset(_STOP_LIST.split())
_SUFFIXES = ("ings", "ing", "edly", "ed", "ly", "es", "s", "e")
_MIN_RATINGS = 3  # with fewer, the index has an average of 0

_NAMES_OF_KIND = {
    "key": "id type license pack_grouping md5 gen_ai_preference category subcategory",
    "tag": "tag",
    "words": "name description comment pack username",
    "number": "duration samplerate bitdepth bitrate channels filesize num_downloads avg_rating"
    " num_ratings num_comments",
    "flag": "is_geotagged is_explicit is_remix was_remixed",
    "date": "created",
    "point": "geotag",
}
# The kind of each name that a filter can use.
KINDS = {name: kind for kind, names in _NAMES_OF_KIND.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the index; `values` has one for each name of KINDS.

    `tie` orders documents that are otherwise equal: stable, but neither by id nor by date, because
    the API promises no order.
    """

    id: int
    values: Mapping[str, Any]
    tie: int

    @property
    def tags(self) -> frozenset[str]:
        """The tags, lower-cased."""
        tags: frozenset[str] = self.values["tag"]
        return tags


def document(sound: Mapping[str, Any]) -> Document:
    """Make the index entry of a sound; values of a wrong type count as missing."""
    pack = pack_id(sound)
    tags = sound["tags"] if isinstance(sound["tags"], list) else []
    enough_ratings = (_number(sound["num_ratings"]) or 0) >= _MIN_RATINGS
    special = {
        "id": str(sound["id"]),
        "license": license_name(sound["license"]),
        "pack_grouping": str(sound["id"]) if pack is None else f"{pack}_{sound['pack_name']}",
        "tag": frozenset(tag.lower() for tag in tags if isinstance(tag, str)),
        "comment": (),
        "pack": () if pack is None else words(sound["pack_name"]),
        "username": letters(sound["username"]),
        "avg_rating": (_number(sound["avg_rating"]) or 0) * 2 if enough_ratings else 0,
    }
    values = {
        name: special[name] if name in special else _READERS[kind](sound[name])
        for name, kind in KINDS.items()
    }
    return Document(sound["id"], values, tie=sound["id"] * 2654435761 % 4294967296)


def words(text: object) -> tuple[str, ...]:
    """Split a text into stemmed words, in order, without stop words."""
    if not isinstance(text, str):
        return ()
    return tuple(stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS)


def letters(text: object) -> tuple[str, ...]:
    """Split a username into lower-cased runs of letters: that field is not exact."""
    return tuple(_LETTERS.findall(text.lower())) if isinstance(text, str) else ()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Stem an English word roughly, so that `bird` finds `birds` and `ring` finds `ringing`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "i"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def seconds(created: object) -> float | None:
    """Convert an API time to Unix seconds; None for anything else."""
    try:
        return times.parse(created).timestamp() if isinstance(created, str) else None
    except ValueError:
        return None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _point(geotag: object) -> tuple[float, float] | None:
    try:
        latitude, longitude = str(geotag).split()
        return float(latitude), float(longitude)
    except ValueError:
        return None


_READERS: dict[str, Callable[[object], object]] = {
    "key": lambda value: value if isinstance(value, str) else None,
    "words": words,
    "number": _number,
    "flag": lambda value: value is True,
    "date": seconds,
    "point": _point,
}
