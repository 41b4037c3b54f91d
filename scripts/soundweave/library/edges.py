"""User and pack edges as membership: one edge from each sound to its hub.

A user with n sounds has n(n-1)/2 same-user pairs, 800 million for the largest on Freesound.
Membership is equivalent, with only n edges; pairs are counted by formula.

Triggers record which sounds changed (`links_due`), so a night updates only those. A rebuild
produces the same edges from scratch; it runs by itself when so much changed that it is faster.
"""

import math
import sqlite3
import time
from collections.abc import Sequence

from soundweave.library import shared_packs
from soundweave.library.database import transaction

KINDS = ("user", "pack")
REBUILD_SHARE = 0.3  # of all sounds: if more changed, a rebuild is faster than an update

# The number of edges, and how many of them stay the same.
COUNT_EDGES = "SELECT count(*), count(pack_id) FROM"
COUNT_UNCHANGED = """
    SELECT count(*) FILTER (WHERE old.user_id = new.user_id),
           count(*) FILTER (WHERE old.pack_id = new.pack_id) FROM
"""

Stats = dict[str, int]


def update(connection: sqlite3.Connection, *, rebuild: bool = False) -> dict[str, int | float]:
    """Bring the library's edges up to date with its sounds, in one transaction.

    Readers see all of the change or none of it. Returns edge_stats (edge_stats.schema.json).
    """
    start = time.monotonic()
    with transaction(connection):
        if rebuild or not shared_packs.is_listed(connection) or _rebuild_is_faster(connection):
            stats = _rebuild(connection)
        else:
            stats = _update_due(connection)
        cross_user_pairs = shared_packs.pairs_across_users(connection)
    return stats | {
        "pairs": stats["same_user_pairs"]
        + cross_user_pairs,  # all other pack pairs are same-user pairs
        "duration_seconds": round(time.monotonic() - start, 3),
        "total_nodes": stats["user_edges"],  # every sound has exactly one user
        "total_edges": stats["user_edges"] + stats["pack_edges"],
    }


def _rebuild_is_faster(connection: sqlite3.Connection) -> bool:
    due = connection.execute("SELECT count(*) FROM links_due").fetchone()[0]
    threshold = due / REBUILD_SHARE
    links = connection.execute(  # no more rows are counted than the answer needs
        "SELECT count(*) FROM (SELECT 1 FROM links LIMIT ?)", (math.ceil(threshold),)
    ).fetchone()[0]
    return bool(links < threshold)


def are_outdated(connection: sqlite3.Connection) -> bool:
    """Whether sounds that have edges were removed, or changed their user or pack, since."""
    query = "SELECT EXISTS (SELECT 1 FROM links_due CROSS JOIN links USING (sound_id))"
    return bool(connection.execute(query).fetchone()[0])


def _rebuild(connection: sqlite3.Connection) -> Stats:
    old = connection.execute(f"{COUNT_EDGES} links").fetchone()
    same = connection.execute(
        f"{COUNT_UNCHANGED} links AS old CROSS JOIN sounds AS new ON id = sound_id"
        " WHERE removed_at IS NULL"
    ).fetchone()
    for table in ("links_due", "links", "user_hubs", "pack_hubs"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(
        "INSERT INTO links"
        " SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL ORDER BY id"
    )
    for kind in KINDS:
        connection.execute(
            f"INSERT INTO {kind}_hubs SELECT {kind}_id, count(*) FROM links"
            f" WHERE {kind}_id IS NOT NULL GROUP BY {kind}_id"
        )
    shared_packs.rebuild(connection)
    stats = _sizes(connection)
    return stats | _changes(old, (stats["user_edges"], stats["pack_edges"]), same)


def _update_due(connection: sqlite3.Connection) -> Stats:
    connection.execute(
        "CREATE TEMP TABLE old AS SELECT links.* FROM links_due CROSS JOIN links USING (sound_id)"
    )
    old = connection.execute(f"{COUNT_EDGES} old").fetchone()
    new = connection.execute("SELECT count(user_id), count(pack_id) FROM links_due").fetchone()
    same = connection.execute(
        f"{COUNT_UNCHANGED} old CROSS JOIN links_due AS new USING (sound_id)"
    ).fetchone()
    connection.execute("DELETE FROM links WHERE sound_id IN (SELECT sound_id FROM old)")
    connection.execute("INSERT INTO links SELECT * FROM links_due WHERE user_id IS NOT NULL")
    for kind in KINDS:
        _update_hubs(connection, kind)
    shared_packs.update(connection)
    connection.execute("DELETE FROM links_due")
    connection.execute("DROP TABLE old")
    return _sizes(connection) | _changes(old, new, same)


def _update_hubs(connection: sqlite3.Connection, kind: str) -> None:
    for table, step in (("links_due", 1), ("old", -1)):
        connection.execute(
            f"INSERT INTO {kind}_hubs SELECT {kind}_id, {step} FROM {table}"
            f" WHERE {kind}_id IS NOT NULL"
            " ON CONFLICT DO UPDATE SET size = size + excluded.size"
        )
    connection.execute(
        f"DELETE FROM {kind}_hubs WHERE size = 0 AND hub_id IN (SELECT {kind}_id FROM old)"
    )


def _changes(old: Sequence[int], new: Sequence[int], same: Sequence[int]) -> Stats:
    stats: Stats = {}
    for kind, before, after, unchanged in zip(KINDS, old, new, same, strict=True):
        stats[f"{kind}_edges_added"] = after - unchanged
        stats[f"{kind}_edges_removed"] = before - unchanged
    return stats


def _sizes(connection: sqlite3.Connection) -> Stats:
    stats: Stats = {}
    for kind in KINDS:
        edges, squares, groups, largest = connection.execute(
            "SELECT coalesce(sum(size), 0), coalesce(sum(size * size), 0),"
            f" (SELECT count(*) FROM {kind}_hubs), coalesce(max(size), 0) FROM {kind}_hubs"
        ).fetchone()
        stats |= {
            f"{kind}_edges": edges,
            f"same_{kind}_pairs": (squares - edges) // 2,
            f"{kind}_groups": groups,
            f"largest_{kind}_group": largest,
        }
    return stats
