"""The sounds of users, packs and tags, newest first, and the tags that some sounds share."""

from collections.abc import Sequence

import numpy as np

from soundweave.network.arrays import Tags
from soundweave.website.data.catalog import Catalogue


class Members:
    """The sounds of each group by its number: `members[7]` is an array, newest first.

    Made from memberships: `groups` and `sounds` have one number each; `rank` is a sound's place in
    the order.
    """

    def __init__(self, groups: np.ndarray, sounds: np.ndarray, rank: np.ndarray) -> None:
        self._sounds = sounds[np.lexsort((rank[sounds], groups))]
        self._ends = np.cumsum(np.bincount(groups))

    def __getitem__(self, group: int) -> np.ndarray:
        begin = self._ends[group - 1] if group else 0
        return self._sounds[begin : self._ends[group]]


def ranks(catalogue: Catalogue) -> np.ndarray:
    """Return each sound's place among all, newest first."""
    rank = np.empty(len(catalogue), dtype=np.int64)
    rank[catalogue.newest] = np.arange(len(catalogue))
    return rank


def of_users(catalogue: Catalogue) -> Members:
    """Return the sounds of all users."""
    users = catalogue.network.users
    return Members(users, np.arange(len(users)), ranks(catalogue))


def of_packs(catalogue: Catalogue) -> Members:
    """Return the sounds of all packs."""
    packs = catalogue.network.packs
    sounds = np.flatnonzero(packs >= 0)
    return Members(packs[sounds], sounds, ranks(catalogue))


def of_tags(catalogue: Catalogue, chosen: Sequence[int]) -> Members:
    """Return the sounds of the chosen tags alone: all of them would be many millions."""
    tags = catalogue.network.tags
    kept = np.flatnonzero(np.isin(tags.codes, chosen))
    return Members(tags.codes[kept], tags.sounds[kept], ranks(catalogue))


class Shared:
    """Counts tags that have pages; `chosen` are their numbers."""

    def __init__(self, tags: Tags, chosen: Sequence[int]) -> None:
        self._tags = tags
        self._chosen = np.array(chosen, dtype=np.int64)
        self._place = np.full(len(tags.names), len(chosen))
        self._place[self._chosen] = np.arange(len(chosen))

    def most(self, sounds: np.ndarray, most: int) -> list[int]:
        """Return the chosen tags that most of these sounds have, at most `most` of them."""
        codes = self._tags.codes[_spans(self._tags.offsets, sounds)]
        counts = np.bincount(self._place[codes], minlength=len(self._chosen) + 1)[:-1]
        order = np.argsort(-counts, kind="stable")[:most]
        found: list[int] = self._chosen[order[counts[order] > 0]].tolist()
        return found


def _spans(offsets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the places of all entries of these rows: offsets[r] to offsets[r + 1] for each r."""
    begins = offsets[rows]
    lengths = offsets[rows + 1] - begins
    shift = begins - np.cumsum(lengths) + lengths
    return np.repeat(shift, lengths) + np.arange(lengths.sum())
