"""The rule of the bounded projection, and how many edges it gives, from group sizes alone.

All pairs of a small group are made. In a larger one each sound meets the `nearest` uploads before
and after it. Either way: two sounds of a group are connected when at most `reach` uploads apart.
"""

import sqlite3

SIZES = "SELECT size, count(*) FROM hubs WHERE kind = ? GROUP BY size"


def reach(size: int, exact_up_to: int, nearest: int) -> int:
    """Return how many uploads later a sound's last neighbor is, in a group of `size` sounds."""
    return size - 1 if size <= exact_up_to else min(nearest, size - 1)


def edges(size: int, exact_up_to: int, nearest: int) -> int:
    """Return the number of edges that the projection makes in a group of `size` sounds."""
    far = reach(size, exact_up_to, nearest)
    return far * (2 * size - far - 1) // 2


def projected(connection: sqlite3.Connection, *, exact_up_to: int, nearest: int) -> dict[str, int]:
    """Return what the bounded projection of the library's edges has, without making it.

    For each kind its edges and the pairs it leaves out, and the number of groups above
    `exact_up_to`. An edge within a user and within a pack counts for both kinds here: the
    projection has at least as many edges as the larger number and at most their sum.
    """
    stats: dict[str, int] = {"bounded_groups": 0}
    for kind in ("user", "pack"):
        made = pairs = 0
        for size, groups in connection.execute(SIZES, (kind,)):
            made += groups * edges(size, exact_up_to, nearest)
            pairs += groups * size * (size - 1) // 2
            stats["bounded_groups"] += groups if size > exact_up_to else 0
        stats[f"projected_{kind}_edges"] = made
        stats[f"{kind}_pairs_not_projected"] = pairs - made
    return stats
