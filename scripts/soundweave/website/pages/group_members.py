"""The sounds of users, packs and tags, newest first, and the tags that some sounds share."""

from collections.abc import Sequence

import numpy as np

from soundweave.network.arrays import Tags
from soundweave.website.data.catalog import Catalog
from soundweave.website.frame import compact


class SoundsByGroup:
    """The sounds of each group by its number: `sounds[7]` is an array, newest first.

    `groups` and `sounds` have one number for each membership.
    """

    def __init__(self, catalog: Catalog, groups: np.ndarray, sounds: np.ndarray) -> None:
        rank = np.empty(len(catalog), dtype=np.int64)
        rank[catalog.newest] = np.arange(len(catalog))
        self._sounds = sounds[np.lexsort((rank[sounds], groups))]
        self._ends = np.cumsum(np.bincount(groups))

    def __getitem__(self, group: int) -> np.ndarray:
        start = self._ends[group - 1] if group else 0
        return self._sounds[start : self._ends[group]]


def of_users(catalog: Catalog) -> SoundsByGroup:
    """Return the sounds of all users."""
    users = catalog.network.users
    return SoundsByGroup(catalog, users, np.arange(len(users)))


def of_packs(catalog: Catalog) -> SoundsByGroup:
    """Return the sounds of all packs."""
    packs = catalog.network.packs
    sounds = np.flatnonzero(packs >= 0)
    return SoundsByGroup(catalog, packs[sounds], sounds)


def of_tags(catalog: Catalog, codes: Sequence[int]) -> SoundsByGroup:
    """Return the sounds of these tags only: those of all tags would be many millions."""
    tags = catalog.network.tags
    rows = np.flatnonzero(np.isin(tags.codes, codes))
    return SoundsByGroup(catalog, tags.codes[rows], tags.sounds[rows])


class SharedTags:
    """Counts the tags that have a page; `with_page` are their numbers."""

    def __init__(self, tags: Tags, with_page: Sequence[int]) -> None:
        self._tags = tags
        self._with_page = np.array(with_page, dtype=np.int64)
        self._index = np.full(len(tags.names), len(with_page))
        self._index[self._with_page] = np.arange(len(with_page))

    def most_common(self, sounds: np.ndarray, most: int) -> list[int]:
        """Return at most `most` tags with a page, those that most of these sounds have first."""
        starts, ends = self._tags.offsets[sounds], self._tags.offsets[sounds + 1]
        codes = self._tags.codes[compact.ranges(starts, ends - starts)]
        counts = np.bincount(self._index[codes], minlength=len(self._with_page) + 1)[:-1]
        order = np.argsort(-counts, kind="stable")[:most]
        common: list[int] = self._with_page[order[counts[order] > 0]].tolist()
        return common
