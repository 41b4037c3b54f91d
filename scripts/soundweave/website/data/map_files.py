"""The map as data: an overview of all communities, and a file with the sounds of each one.

A community's file depends only on its own sounds and the positions of their similar ones, so a
night rewrites few files. `map/where/` lists the communities that have sounds of a user, a pack or
a tag.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from soundweave.base.text import one_line
from soundweave.freesound import licenses
from soundweave.freesound.licenses import License
from soundweave.website.data import colors, map_members, map_where
from soundweave.website.data.catalog import Catalog
from soundweave.website.data.sounds_api import SHARD
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

SECONDS = (1, 5, 30, 120, 600)  # upper bounds of the classes of length, and one more above
TOGETHER = 5_000  # up to this many sounds, the map is loaded at once
DECIMALS = 2  # of lengths on the map, whose unit is the space of one sound


def write(tree: Tree, catalog: Catalog) -> None:
    """Write map/overview.json, map/<community>.json and map/where/<kind>-<bucket>.json."""
    circles = catalog.communities
    drawn = np.flatnonzero(catalog.community >= 0)
    # Each sound's circle as an index of the list, which is in the order of ids.
    ids = np.array([circle.id for circle in circles], dtype=np.int64)
    circle_of = np.searchsorted(ids, catalog.community)
    deeds, deed_of = _licenses(catalog, drawn)
    overview = _overview(catalog, drawn, circle_of, deeds, deed_of)
    tree.write("map/overview.json", compact.encode(overview))
    members = map_members.CommunityFiles(catalog, deed_of)
    order = drawn[np.argsort(circle_of[drawn], kind="stable")]
    ends = np.cumsum(np.bincount(circle_of[drawn], minlength=len(circles)))
    for circle, rows in zip(circles, np.split(order, ends[:-1]), strict=bool(circles)):
        tree.write(f"map/{circle.id}.json", compact.encode(members.of(circle, rows)))
    map_where.write(tree, catalog, drawn)


def _overview(
    catalog: Catalog,
    drawn: np.ndarray,
    circle_of: np.ndarray,
    deeds: Sequence[License],
    deed_of: np.ndarray,
) -> dict[str, object]:
    circles, circle_of_drawn = catalog.communities, circle_of[drawn]
    families = list(licenses.FAMILIES)
    family_of = np.array([families.index(deed.family) for deed in deeds], dtype=np.int64)
    lengths = np.searchsorted(SECONDS, compact.rounded(catalog.seconds[drawn]))
    reach = (math.hypot(circle.x, circle.y) + circle.radius for circle in circles)
    return {
        "sounds": len(drawn),
        "radius": round(max(reach, default=0.0), DECIMALS),
        "licenses": [asdict(deed) for deed in deeds],
        "families": families,
        "seconds": SECONDS,
        "communities": {
            "id": [circle.id for circle in circles],
            "x": [round(circle.x, DECIMALS) for circle in circles],
            "y": [round(circle.y, DECIMALS) for circle in circles],
            "radius": [round(circle.radius, DECIMALS) for circle in circles],
            "size": np.bincount(circle_of_drawn, minlength=len(circles)).tolist(),
            "label": [one_line(circle.label, f"#{circle.id}") for circle in circles],
            "color": colors.assign(circles),
            "families": _table(
                circle_of_drawn, family_of[deed_of[drawn]], (len(circles), len(families))
            ),
            "seconds": _table(circle_of_drawn, lengths, (len(circles), len(SECONDS) + 1)),
        },
        "together": len(drawn) <= TOGETHER,
        "prefix": buckets.prefix(len(catalog)),
        "shard": SHARD,
    }


def _table(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> list[list[int]]:
    """Count the pairs of row and column."""
    counts = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    table: list[list[int]] = counts.reshape(shape).tolist()
    return table


def _licenses(catalog: Catalog, drawn: np.ndarray) -> tuple[list[License], np.ndarray]:
    """Return the sorted licenses on the map, and each sound's index among them.

    The index is meaningless for a sound that is not on the map.
    """
    named = [replace(deed, name=one_line(deed.name, "?")) for deed in catalog.licenses]
    present = np.bincount(catalog.license_of[drawn], minlength=len(named))
    used = {deed for deed, count in zip(named, present.tolist(), strict=True) if count}
    deeds = sorted(used, key=lambda deed: (deed.name, deed.deed or ""))
    index_of = {deed: index for index, deed in enumerate(deeds)}
    indexes = np.array([index_of.get(deed, -1) for deed in named], dtype=np.int64)
    return deeds, indexes[catalog.license_of]
