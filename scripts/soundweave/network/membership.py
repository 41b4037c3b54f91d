"""Which user and which pack each sound belongs to, and the pairs that follow from it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import NO_PACK, columns_of

CHUNK = 1 << 20  # pairs generated at a time

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Membership:
    """Ids as three arrays of one length, ordered by sound id (the order of upload).

    Create one with `of` or `read`.
    """

    sounds: Ints
    users: Ints
    packs: Ints


def of(sounds: Ints, users: Ints, packs: Ints) -> Membership:
    """Return the membership of distinct `sounds`, given in any order."""
    order = np.argsort(sounds, kind="stable")
    return Membership(sounds[order], users[order], packs[order])


def read(connection: sqlite3.Connection) -> Membership:
    """Read the membership of all sounds from `links`, as of the last run of the edge job."""
    query = "SELECT sound_id, user_id, coalesce(pack_id, -1) FROM links"
    return of(*columns_of(connection, query, 3, np.int64))


def group_sizes(groups: Ints) -> Ints:
    """Return the size of each sound's group; NO_PACK counts as a group."""
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return sizes[inverse]


def pair_count(members: Membership) -> int:
    """Return the number of pairs that share a user or a pack; those that share both count once."""
    _, users = np.unique(members.users, return_inverse=True)
    pack_ids, packs = np.unique(members.packs, return_inverse=True)
    both = np.where(members.packs == NO_PACK, NO_PACK, users * len(pack_ids) + packs)
    return _pairs(members.users) + _pairs(members.packs) - _pairs(both)


def pairs_within(groups: Ints, reach: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of indices into `groups`, in chunks of two arrays, the lower index first.

    Each element is paired with the next `reach` (of that element) elements of its group.
    Memory does not depend on the number of pairs.
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    followers = np.searchsorted(ordered, ordered, side="right") - np.arange(len(ordered)) - 1
    counts = np.where(ordered == NO_PACK, 0, np.minimum(followers, reach[order]))
    ends = np.cumsum(counts)
    start = 0
    while start < len(order):
        limit = ends[start] - counts[start] + CHUNK
        stop = max(start + 1, int(np.searchsorted(ends, limit, side="right")))
        chunk = counts[start:stop]
        first = np.repeat(np.arange(start, stop), chunk)
        offsets = np.repeat(np.cumsum(chunk) - chunk, chunk)
        second = first + 1 + np.arange(len(first)) - offsets
        yield order[first], order[second]
        start = stop


def _pairs(groups: Ints) -> int:
    _, sizes = np.unique(groups[groups != NO_PACK], return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())
