"""The form of the site's data files: JSON without blanks, and numbers that compress well."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

HALF_PAIR = re.compile("[\ud800-\udfff]")
NO_LENGTH = -1  # seconds of a sound whose length is no length
LONGEST = 1e9  # seconds, 30 years: a longer one is a slip, and its digits would fill a line


def encode(value: object) -> bytes:
    """Return a value as JSON in UTF-8; halves of surrogate pairs become U+FFFD.

    Raises ValueError for a number that JSON has no form for.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return writable(text).encode("utf-8")


def writable(text: str) -> str:
    """Return text that UTF-8 can hold; JSON can bring halves of surrogate pairs."""
    return text if text.isascii() else HALF_PAIR.sub("\ufffd", text)


def deltas(ascending: np.ndarray) -> list[int]:
    """Return the first number, then how much more each one is than the one before it."""
    steps: list[int] = np.diff(ascending, prepend=0).tolist()
    return steps


def ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return start, start + 1, ... for each start, so many as its count says, in one array."""
    before = np.cumsum(counts) - counts
    every: np.ndarray = np.arange(counts.sum()) + np.repeat(starts - before, counts)
    return every


def rounded(seconds: np.ndarray) -> np.ndarray:
    """Return lengths as the map has them: to 0.1 s below 10 s, else to the second.

    What is no length, not finite or below 0, becomes NO_LENGTH; LONGEST stands for more.
    """
    known = np.isfinite(seconds) & (seconds >= 0)
    lengths = np.where(known, np.minimum(seconds, LONGEST), NO_LENGTH)
    shorter: np.ndarray = np.where(lengths < 9.95, np.round(lengths, 1), np.round(lengths))
    return shorter


def numbers(values: np.ndarray) -> list[float]:
    """Return numbers of which the whole ones are written without a fraction."""
    return [int(value) if value.is_integer() else value for value in values.tolist()]


def numbered(codes: np.ndarray, names: Sequence[Any] | np.ndarray) -> tuple[list[int], list[int]]:
    """Return the codes that occur, commonest first, and the place in that list of each code given.

    Equal ones are in the order of `names`, so what else the library holds makes no difference.
    """
    kinds, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    found, often = kinds.tolist(), counts.tolist()
    order = sorted(range(len(found)), key=lambda at: (-often[at], names[found[at]]))
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    places: list[int] = place[inverse].tolist()
    return [found[at] for at in order], places
