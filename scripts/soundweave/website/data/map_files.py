"""The map as data: an overview of all communities, and a file with the sounds of each one.

A community's file depends on its own sounds, and on where their similar ones are, so that a night
rewrites few of them. `map/where/` tells which communities have sounds of a user, a pack or a tag.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from soundweave.base.text import foreign
from soundweave.freesound import licenses
from soundweave.freesound.licenses import License
from soundweave.website.data import colors, map_members, map_where
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.sounds_api import SHARD
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

SECONDS = (1, 5, 30, 120, 600)  # upper bounds of the classes of length; one more is above
TOGETHER = 5_000  # sounds of a map that is loaded at once
DECIMALS = 2  # of lengths on the map, whose unit is the room of one sound


def write(tree: Tree, catalogue: Catalogue) -> None:
    """Write map/overview.json, map/<community>.json and map/where/<kind>-<bucket>.json."""
    circles = catalogue.communities
    drawn = np.flatnonzero(catalogue.community >= 0)
    # Each sound's circle by its place in the list, which is in the order of ids.
    ids = np.array([circle.id for circle in circles], dtype=np.int64)
    circle_of = np.searchsorted(ids, catalogue.community)
    deeds, deed_of = _licenses(catalogue, drawn)
    overview = _overview(catalogue, drawn, circle_of, deeds, deed_of)
    tree.write("map/overview.json", compact.encode(overview))
    members = map_members.Members(catalogue, deed_of)
    order = drawn[np.argsort(circle_of[drawn], kind="stable")]
    ends = np.cumsum(np.bincount(circle_of[drawn], minlength=len(circles)))
    for circle, rows in zip(circles, np.split(order, ends[:-1]), strict=bool(circles)):
        tree.write(f"map/{circle.id}.json", compact.encode(members.of(circle, rows)))
    map_where.write(tree, catalogue, drawn)


def _overview(
    catalogue: Catalogue,
    drawn: np.ndarray,
    circle_of: np.ndarray,
    deeds: Sequence[License],
    deed_of: np.ndarray,
) -> dict[str, object]:
    circles, at = catalogue.communities, circle_of[drawn]
    families = list(licenses.FAMILIES)
    family_of = np.array([families.index(deed.family) for deed in deeds], dtype=np.int64)
    lengths = np.searchsorted(SECONDS, compact.rounded(catalogue.seconds[drawn]))
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
            "size": np.bincount(at, minlength=len(circles)).tolist(),
            "label": [foreign(circle.label, f"#{circle.id}") for circle in circles],
            "color": colors.assign(circles),
            "families": _table(at, family_of[deed_of[drawn]], (len(circles), len(families))),
            "seconds": _table(at, lengths, (len(circles), len(SECONDS) + 1)),
        },
        "together": len(drawn) <= TOGETHER,
        "prefix": buckets.prefix(len(catalogue)),
        "shard": SHARD,
    }


def _table(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> list[list[int]]:
    """Return how often each column is with each row."""
    counts = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    table: list[list[int]] = counts.reshape(shape).tolist()
    return table


def _licenses(catalogue: Catalogue, drawn: np.ndarray) -> tuple[list[License], np.ndarray]:
    """Return the licences on the map, sorted, and each sound's place among them.

    The place means nothing for a sound that is not on the map.
    """
    shown = [replace(deed, name=foreign(deed.name, "?")) for deed in catalogue.licenses]
    present = np.bincount(catalogue.license_of[drawn], minlength=len(shown))
    kept = {deed for deed, count in zip(shown, present.tolist(), strict=True) if count}
    deeds = sorted(kept, key=lambda deed: (deed.name, deed.deed or ""))
    place = {deed: index for index, deed in enumerate(deeds)}
    places = np.array([place.get(deed, -1) for deed in shown], dtype=np.int64)
    return deeds, places[catalogue.license_of]
