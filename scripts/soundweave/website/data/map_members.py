"""A community's sounds as columns, as the map needs them."""

from itertools import islice

import numpy as np

from soundweave.network.grouping import ranks_within
from soundweave.website.data import similar
from soundweave.website.data.catalog import Catalogue, Community
from soundweave.website.frame import compact

FINE = 1000  # parts of a community's radius in which places are given
SIMILAR = 3  # a pair is drawn when it is among so many most similar ones of either sound
NO_PAIRS = np.zeros((0, 2), dtype=np.int64)

Pairs = dict[int, np.ndarray]


class Members:
    """Describes communities; what all of them need is prepared once.

    `licenses` has each sound's place among the overview's licences.
    """

    def __init__(self, catalogue: Catalogue, licenses: np.ndarray) -> None:
        self._catalogue = catalogue
        self._licenses = licenses
        self._tags = [compact.writable(name) for name in catalogue.network.tags.names]
        self._within, self._across = _similar(catalogue)

    def of(self, circle: Community, rows: np.ndarray) -> dict[str, object]:
        """Return the file of a community whose sounds are `rows`, ascending."""
        catalogue = self._catalogue
        radius = max(circle.radius, 1e-9)
        x, y = np.rint((catalogue.points[rows] - (circle.x, circle.y)) / radius * FINE).T
        return {
            "id": compact.deltas(catalogue.ids[rows]),
            "x": x.astype(np.int64).tolist(),
            "y": y.astype(np.int64).tolist(),
            "name": [catalogue.name(sound) for sound in rows.tolist()],
            "user": self._users(rows),
            "pack": self._packs(rows),
            "license": self._licenses[rows].tolist(),
            "seconds": compact.numbers(compact.rounded(catalogue.seconds[rows])),
            "tags": self._tagged(rows),
            "similar": self._within.get(circle.id, NO_PAIRS).tolist(),
            "outside": self._across.get(circle.id, NO_PAIRS).tolist(),
        }

    def _users(self, rows: np.ndarray) -> dict[str, object]:
        names = self._catalogue.user_names
        codes, of = compact.numbered(self._catalogue.network.users[rows], names)
        return {"names": [names[code] for code in codes], "of": of}

    def _packs(self, rows: np.ndarray) -> dict[str, object]:
        net, names = self._catalogue.network, self._catalogue.pack_names
        packs = net.packs[rows]
        packed = packs >= 0
        codes, places = compact.numbered(packs[packed], net.pack_ids)
        of = np.full(len(rows), -1)
        of[packed] = places
        ids = net.pack_ids[codes].tolist()
        return {"ids": ids, "names": [names[code] for code in codes], "of": of.tolist()}

    def _tagged(self, rows: np.ndarray) -> dict[str, object]:
        tags = self._catalogue.network.tags
        starts, counts = tags.offsets[rows], np.diff(tags.offsets)[rows]
        codes, places = compact.numbered(tags.codes[compact.ranges(starts, counts)], self._tags)
        flat = iter(places)
        of = [list(islice(flat, count)) for count in counts.tolist()]
        return {"names": [self._tags[code] for code in codes], "of": of}


def _similar(catalogue: Catalogue) -> tuple[Pairs, Pairs]:
    """Return the pairs within each community, and those that lead out of it, by its id.

    They are [row, row], and [row, other community, other sound's id].
    """
    community, row = catalogue.community, ranks_within(catalogue.community + 1)
    low, high = similar.strongest(catalogue.network, SIMILAR)
    drawn = (community[low] >= 0) & (community[high] >= 0)
    inside = drawn & (community[low] == community[high])
    within = np.stack([community[low], row[low], row[high]], axis=1)[inside]
    across = drawn & ~inside
    ends = np.concatenate([low[across], high[across]])
    others = np.concatenate([high[across], low[across]])
    columns = (community[ends], row[ends], community[others], catalogue.ids[others])
    return _by_community(within), _by_community(np.stack(columns, axis=1))


def _by_community(table: np.ndarray) -> Pairs:
    """Return the rest of the rows, sorted, by their first column."""
    ordered = table[np.lexsort(table.T[::-1])]
    kinds, starts = np.unique(ordered[:, 0], return_index=True)
    parts = np.split(ordered[:, 1:], starts[1:])
    return dict(zip(kinds.tolist(), parts, strict=False))
