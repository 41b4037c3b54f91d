"""Which user and which pack each sound belongs to, as numpy arrays, and the pairs in them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

NONE = -1  # the pack of a sound that is in no pack
CHUNK = 1 << 20  # pairs made at a time

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Membership:
    """Three arrays of one length, ordered by sound id, which is the order of upload.

    Make one with `of` or `read`.
    """

    sounds: Ints
    users: Ints
    packs: Ints


def of(sounds: Ints, users: Ints, packs: Ints) -> Membership:
    """Return the membership of distinct `sounds`, given in any order; pack -1 is none."""
    order = np.argsort(sounds, kind="stable")
    return Membership(sounds[order], users[order], packs[order])


def read(connection: sqlite3.Connection) -> Membership:
    """Read `links`: the membership of all sounds, as of the last run of the edge job."""
    rows = connection.cursor()
    rows.row_factory = None  # plain tuples: a third of the time
    rows.execute("SELECT sound_id, user_id, coalesce(pack_id, ?) FROM links", (NONE,))
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 3)
    return of(table[:, 0], table[:, 1], table[:, 2])


def group_sizes(groups: Ints) -> Ints:
    """Return for each sound how many sounds are in its group; none (-1) counts as a group."""
    _, which, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return sizes[which]


def pair_count(membership: Membership) -> int:
    """Return the number of pairs that share a user or a pack; those that share both count once."""
    _, users = np.unique(membership.users, return_inverse=True)
    packs, pack = np.unique(membership.packs, return_inverse=True)
    both = np.where(membership.packs == NONE, NONE, users * len(packs) + pack)
    return _pairs(membership.users) + _pairs(membership.packs) - _pairs(both)


def pairs_within(groups: Ints, reach: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of indices into `groups`, in chunks of two arrays, the lower index first.

    Each element is paired with the next `reach` (of that element) elements of its group.
    Memory does not depend on the number of pairs.
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    after = np.searchsorted(ordered, ordered, side="right") - np.arange(len(ordered)) - 1
    counts = np.where(ordered == NONE, 0, np.minimum(after, reach[order]))
    ends = np.cumsum(counts)
    start = 0
    while start < len(order):
        limit = ends[start] - counts[start] + CHUNK
        stop = max(start + 1, int(np.searchsorted(ends, limit, side="right")))
        here = counts[start:stop]
        first = np.repeat(np.arange(start, stop), here)
        begins = np.repeat(np.cumsum(here) - here, here)
        second = first + 1 + np.arange(len(first)) - begins
        yield order[first], order[second]
        start = stop


def _pairs(groups: Ints) -> int:
    _, sizes = np.unique(groups[groups != NONE], return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())
