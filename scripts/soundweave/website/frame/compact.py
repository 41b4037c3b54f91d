"""The format of the site's data files: JSON without spaces, and numbers that compress well."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

SURROGATE = re.compile("[\ud800-\udfff]")
NO_LENGTH = -1  # seconds of a sound whose length is invalid
LONGEST = 1e9  # seconds, 30 years: a longer one is an error, and its digits would fill a line


def encode(value: object) -> bytes:
    """Return a value as JSON in UTF-8; lone surrogates become U+FFFD.

    Raises ValueError for a number that JSON cannot express.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return writable(text).encode("utf-8")


def writable(text: str) -> str:
    """Replace lone surrogates, which JSON allows but UTF-8 does not, with U+FFFD."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)


def deltas(ascending: np.ndarray) -> list[int]:
    """Return the first number, then the difference of each one to its predecessor."""
    steps: list[int] = np.diff(ascending, prepend=0).tolist()
    return steps


def ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return start, ..., start + count - 1 for each start and its count, in one array."""
    before = np.cumsum(counts) - counts
    every: np.ndarray = np.arange(counts.sum()) + np.repeat(starts - before, counts)
    return every


def rounded(seconds: np.ndarray) -> np.ndarray:
    """Round lengths for the map: to 0.1 s below 10 s, else to the second.

    Invalid lengths, not finite or below 0, become NO_LENGTH; LONGEST is the maximum.
    """
    is_length = np.isfinite(seconds) & (seconds >= 0)
    lengths = np.where(is_length, np.minimum(seconds, LONGEST), NO_LENGTH)
    shorter: np.ndarray = np.where(lengths < 9.95, np.round(lengths, 1), np.round(lengths))
    return shorter


def numbers(values: np.ndarray) -> list[float]:
    """Return numbers as JSON should have them: integers without a fraction."""
    return [int(value) if value.is_integer() else value for value in values.tolist()]


def numbered(codes: np.ndarray, names: Sequence[Any] | np.ndarray) -> tuple[list[int], list[int]]:
    """Return the distinct codes, most common first, and for each code its index in that list.

    Ties are in the order of `names`, so the rest of the library makes no difference.
    """
    kinds, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    distinct, often = kinds.tolist(), counts.tolist()
    order = sorted(range(len(distinct)), key=lambda index: (-often[index], names[distinct[index]]))
    place = np.empty(len(distinct), dtype=np.int64)
    place[order] = np.arange(len(distinct))
    places: list[int] = place[inverse].tolist()
    return [distinct[index] for index in order], places
