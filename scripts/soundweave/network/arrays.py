"""The network as arrays, read from one snapshot of the library.

Sounds are numbered in the order of their ids (which is the order of upload), users, packs and
tags as they appear; the order of the library's rows makes no difference.
"""

import json
import sqlite3
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

NO_PACK = -1


@dataclass(frozen=True)
class Tags:
    """The tags of all sounds: those of sound i are `codes[offsets[i]:offsets[i + 1]]`."""

    offsets: np.ndarray
    codes: np.ndarray
    names: list[str]

    @cached_property
    def sounds(self) -> np.ndarray:
        """The sound each code belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @cached_property
    def frequencies(self) -> np.ndarray:
        """How many sounds have each tag."""
        return np.bincount(self.codes, minlength=len(self.names))


@dataclass(frozen=True)
class Network:
    """`users` and `packs` have one number per sound; `low`, `high`, `score` one per pair."""

    sound_ids: np.ndarray
    users: np.ndarray
    user_ids: np.ndarray
    packs: np.ndarray  # NO_PACK: in none
    pack_ids: np.ndarray
    low: np.ndarray  # sounds, numbered from 0
    high: np.ndarray
    score: np.ndarray  # above 0, at most 1
    tags: Tags

    def __len__(self) -> int:
        return len(self.sound_ids)

    @cached_property
    def user_sizes(self) -> np.ndarray:
        """How many sounds each user has."""
        return np.bincount(self.users, minlength=len(self.user_ids))

    @cached_property
    def pack_sizes(self) -> np.ndarray:
        """How many sounds each pack has."""
        return np.bincount(self.packs[self.packs >= 0], minlength=len(self.pack_ids))


def read(connection: sqlite3.Connection) -> Network:
    """Return the network of the sounds that are not removed."""
    columns = columns_of(
        connection,
        "SELECT id, user_id, ifnull(pack_id, -1) FROM sounds WHERE removed_at IS NULL ORDER BY id",
        3,
        np.int64,
    )
    sound_ids, users, packs = columns
    user_ids, user_codes = np.unique(users, return_inverse=True)
    pack_ids, pack_codes = np.unique(packs[packs >= 0], return_inverse=True)
    packs = np.full(len(sound_ids), NO_PACK)
    packs[columns[2] >= 0] = pack_codes
    low, high, score = _pairs(connection, sound_ids)
    return Network(
        sound_ids, user_codes, user_ids, packs, pack_ids, low, high, score, _tags(connection)
    )


def columns_of(connection: sqlite3.Connection, query: str, width: int, kind: type) -> np.ndarray:
    """Return the numbers a query gives, shape (width, rows)."""
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples: a third of the time
    rows = cursor.execute(query)
    return np.fromiter(chain.from_iterable(rows), dtype=kind).reshape(-1, width).T


def _pairs(
    connection: sqlite3.Connection, sound_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    low, high, score = columns_of(
        connection,
        "SELECT low, high, score FROM similar_pairs WHERE score > 0 ORDER BY low, high",
        3,
        np.float64,
    )
    present = np.isin(low, sound_ids) & np.isin(high, sound_ids)
    ends = (np.searchsorted(sound_ids, end[present].astype(np.int64)) for end in (low, high))
    return *ends, score[present]


def _tags(connection: sqlite3.Connection) -> Tags:
    codes: dict[str, int] = {}
    flat: list[int] = []
    offsets = [0]
    cursor = connection.cursor()
    cursor.row_factory = None
    for (text,) in cursor.execute("SELECT tags FROM sounds WHERE removed_at IS NULL ORDER BY id"):
        flat.extend(codes.setdefault(tag, len(codes)) for tag in _tag_names(text))
        offsets.append(len(flat))
    return Tags(np.array(offsets), np.array(flat, dtype=np.int64), list(codes))


def _tag_names(text: str) -> list[str]:
    try:
        tags = json.loads(text)
    except ValueError:
        return []  # the validation job reports it
    names = tags if isinstance(tags, list) else []
    return list(dict.fromkeys(tag for tag in names if isinstance(tag, str)))
