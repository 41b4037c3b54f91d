"""A community's sounds as columns, in the format of the map's files."""

from itertools import islice

import numpy as np

from soundweave.network.grouping import ranks_within
from soundweave.website.data import similar
from soundweave.website.data.catalog import Catalog, Community
from soundweave.website.frame import compact

FINE = 1000  # units of a position per radius of the community
SIMILAR = 3  # a pair is drawn when it is among this many of the most similar ones of either sound
NO_PAIRS = np.zeros((0, 2), dtype=np.int64)

Pairs = dict[int, np.ndarray]


class CommunityFiles:
    """Makes the files of communities; `licenses` are indexes of the overview's licenses."""

    def __init__(self, catalog: Catalog, licenses: np.ndarray) -> None:
        self._catalog = catalog
        self._licenses = licenses
        self._tags = [compact.writable(name) for name in catalog.network.tags.names]
        self._within, self._across = _similar(catalog)

    def of(self, circle: Community, rows: np.ndarray) -> dict[str, object]:
        """Return the file of a community whose sounds are `rows`, ascending."""
        catalog = self._catalog
        radius = max(circle.radius, 1e-9)
        x, y = np.rint((catalog.points[rows] - (circle.x, circle.y)) / radius * FINE).T
        return {
            "id": compact.deltas(catalog.ids[rows]),
            "x": x.astype(np.int64).tolist(),
            "y": y.astype(np.int64).tolist(),
            "name": [catalog.name(sound) for sound in rows.tolist()],
            "user": self._users(rows),
            "pack": self._packs(rows),
            "license": self._licenses[rows].tolist(),
            "seconds": compact.numbers(compact.rounded(catalog.seconds[rows])),
            "tags": self._tagged(rows),
            "similar": self._within.get(circle.id, NO_PAIRS).tolist(),
            "outside": self._across.get(circle.id, NO_PAIRS).tolist(),
        }

    def _users(self, rows: np.ndarray) -> dict[str, object]:
        names = self._catalog.user_names
        codes, name_numbers = compact.numbered(self._catalog.network.users[rows], names)
        return {"names": [names[code] for code in codes], "of": name_numbers}

    def _packs(self, rows: np.ndarray) -> dict[str, object]:
        net, names = self._catalog.network, self._catalog.pack_names
        packs = net.packs[rows]
        packed = packs >= 0
        codes, places = compact.numbered(packs[packed], net.pack_ids)
        name_numbers = np.full(len(rows), -1)
        name_numbers[packed] = places
        ids = net.pack_ids[codes].tolist()
        return {"ids": ids, "names": [names[code] for code in codes], "of": name_numbers.tolist()}

    def _tagged(self, rows: np.ndarray) -> dict[str, object]:
        tags = self._catalog.network.tags
        starts, counts = tags.offsets[rows], np.diff(tags.offsets)[rows]
        codes, places = compact.numbered(tags.codes[compact.ranges(starts, counts)], self._tags)
        flat = iter(places)
        name_numbers = [list(islice(flat, count)) for count in counts.tolist()]
        return {"names": [self._tags[code] for code in codes], "of": name_numbers}


def _similar(catalog: Catalog) -> tuple[Pairs, Pairs]:
    """Return the pairs within each community, and those that lead out of it, by its id.

    The former are [row, row], the latter [row, other community, id of the other sound].
    """
    community, row = catalog.community, ranks_within(catalog.community + 1)
    low, high = similar.strongest(catalog.network, SIMILAR)
    drawn = (community[low] >= 0) & (community[high] >= 0)
    inside = drawn & (community[low] == community[high])
    within = np.stack([community[low], row[low], row[high]], axis=1)[inside]
    across = drawn & ~inside
    ends = np.concatenate([low[across], high[across]])
    others = np.concatenate([high[across], low[across]])
    columns = (community[ends], row[ends], community[others], catalog.ids[others])
    return _by_community(within), _by_community(np.stack(columns, axis=1))


def _by_community(table: np.ndarray) -> Pairs:
    """Group the rest of the rows, sorted, by their first column."""
    ordered = table[np.lexsort(table.T[::-1])]
    kinds, starts = np.unique(ordered[:, 0], return_index=True)
    parts = np.split(ordered[:, 1:], starts[1:])
    return dict(zip(kinds.tolist(), parts, strict=False))
