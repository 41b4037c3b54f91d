"""The network as arrays, read from one snapshot of the library.

Sounds are numbered in the order of their ids (the order of upload), users, packs and tags in the
order of first use; the order of the library's rows makes no difference.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

NO_PACK = -1

SOUNDS = "SELECT id, user_id, ifnull(pack_id, -1) FROM sounds WHERE removed_at IS NULL ORDER BY id"
SIMILAR = "SELECT low, high, score FROM similar_pairs WHERE score > 0 ORDER BY low, high"
TAGS = "SELECT tags FROM sounds WHERE removed_at IS NULL ORDER BY id"


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
    """A number per sound in `users` and `packs`; per similar pair in `low`, `high`, `score`."""

    sound_ids: np.ndarray
    users: np.ndarray
    user_ids: np.ndarray
    packs: np.ndarray  # or NO_PACK
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

    @cached_property
    def degrees(self) -> np.ndarray:
        """How many sounds each sound is linked with: same user, same pack or similar.

        Counted by formula, each pair once: a user of n sounds would have n(n-1)/2 pairs.
        """
        count = self.user_sizes[self.users] - 1
        sounds = np.concatenate([self.low, self.high])
        others = np.concatenate([self.high, self.low])
        only_similar = self.users[sounds] != self.users[others]
        only_similar &= (self.packs[sounds] < 0) | (self.packs[sounds] != self.packs[others])
        count = count + np.bincount(sounds[only_similar], minlength=len(self))
        # A pack belongs to one user, but the data may say otherwise.
        packed = np.flatnonzero(self.packs >= 0)
        keys = self.packs[packed] * len(self.user_ids) + self.users[packed]
        _, inverse, sizes = np.unique(keys, return_inverse=True, return_counts=True)
        count[packed] += self.pack_sizes[self.packs[packed]] - sizes[inverse]
        return np.asarray(count)


def read(connection: sqlite3.Connection) -> Network:
    """Read the network of the sounds that are not removed."""
    sound_ids, user_of_sound, pack_of_sound = columns_of(connection, SOUNDS, 3, np.int64)
    user_ids, users = np.unique(user_of_sound, return_inverse=True)
    packed = pack_of_sound >= 0
    packs = np.full(len(sound_ids), NO_PACK)
    pack_ids, packs[packed] = np.unique(pack_of_sound[packed], return_inverse=True)
    low, high, score = columns_of(connection, SIMILAR, 3, np.float64)
    present = np.isin(low, sound_ids) & np.isin(high, sound_ids)
    low, high = (np.searchsorted(sound_ids, end[present].astype(np.int64)) for end in (low, high))
    return Network(
        sound_ids, users, user_ids, packs, pack_ids, low, high, score[present], _tags(connection)
    )


def tuples(connection: sqlite3.Connection, query: str) -> Iterator[Any]:
    """Run a query that returns plain tuples, in a third of the time that named rows take."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return iter(cursor.execute(query))


def columns_of(connection: sqlite3.Connection, query: str, width: int, dtype: type) -> np.ndarray:
    """Read the numbers of a query as an array of shape (width, rows)."""
    rows = tuples(connection, query)
    return np.fromiter(chain.from_iterable(rows), dtype=dtype).reshape(-1, width).T


def parse_tags(text: str) -> list[str]:
    """Parse a sound's stored tags; anything that is not a JSON list has none."""
    try:
        tags = json.loads(text)
    except ValueError:
        return []  # the validation job reports it
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _tags(connection: sqlite3.Connection) -> Tags:
    code_of_tag: dict[str, int] = {}
    codes: list[int] = []
    offsets = [0]
    for (text,) in tuples(connection, TAGS):
        distinct = dict.fromkeys(parse_tags(text))
        codes.extend(code_of_tag.setdefault(tag, len(code_of_tag)) for tag in distinct)
        offsets.append(len(codes))
    return Tags(np.array(offsets), np.array(codes, dtype=np.int64), list(code_of_tag))
