"""Which pairs the bounded projection keeps, and how many, from group sizes alone.

A small group keeps all pairs. In a larger one each sound is connected with the `nearest` uploads
before and after it. Either way, two sounds of a group are connected when they are at most `reach`
uploads apart. Without numpy, so that the nightly edge command starts fast.
"""

import sqlite3

SIZES = "SELECT size, count(*) FROM hubs WHERE kind = ? GROUP BY size"


def reach(size: int, exact_up_to: int, nearest: int) -> int:
    """Return how many uploads apart connected sounds are at most, in a group of `size` sounds."""
    return size - 1 if size <= exact_up_to else min(nearest, size - 1)


def edge_count(size: int, exact_up_to: int, nearest: int) -> int:
    """Return the number of edges that the projection has in a group of `size` sounds."""
    farthest = reach(size, exact_up_to, nearest)
    return farthest * (2 * size - farthest - 1) // 2


def summary(connection: sqlite3.Connection, *, exact_up_to: int, nearest: int) -> dict[str, int]:
    """Return the part of edge_stats about the bounded projection, without building it.

    For each kind: its edges and the pairs left out; and the number of groups above `exact_up_to`.
    An edge between sounds that share user and pack counts for both kinds, so the projection has
    at least as many edges as the larger number and at most their sum.
    """
    stats = {"bounded_groups": 0}
    for kind in ("user", "pack"):
        edges = pairs = 0
        for size, groups in connection.execute(SIZES, (kind,)):
            edges += groups * edge_count(size, exact_up_to, nearest)
            pairs += groups * size * (size - 1) // 2
            stats["bounded_groups"] += groups if size > exact_up_to else 0
        stats[f"projected_{kind}_edges"] = edges
        stats[f"{kind}_pairs_not_projected"] = pairs - edges
    return stats
