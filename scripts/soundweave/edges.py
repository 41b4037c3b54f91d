"""User and pack edges as membership: one edge from each sound to its hub.

A user with n sounds makes n(n-1)/2 same-user pairs, 800 million for the largest on Freesound.
Membership says the same, exactly, with n edges; pairs are counted by formula.

Triggers note which sounds changed (`links_due`), so a night touches those alone. A rebuild makes
the same edges from nothing; it is taken by itself when so much changed that it is faster.
"""

import sqlite3
import time

from soundweave import mixed_packs
from soundweave.library import transaction

KINDS = ("user", "pack")
REBUILD_SHARE = 0.3  # of all sounds: beyond it, starting anew is faster than changing

NOW = "SELECT id AS sound_id, user_id, pack_id FROM sounds WHERE removed_at IS NULL"
DUE = "sound_id IN (SELECT sound_id FROM links_due)"


def update(connection: sqlite3.Connection, *, rebuild: bool = False) -> dict[str, int | float]:
    """Make the library's edges agree with its sounds, in one transaction.

    Readers see all of the change or none. Returns edge_stats (edge_stats.schema.json).
    """
    began = time.monotonic()
    with transaction(connection):
        whole = rebuild or not mixed_packs.known(connection) or _rebuild_is_faster(connection)
        stats = _changes(connection, "true" if whole else DUE)
        if whole:
            _rebuild(connection)
            mixed_packs.find(connection)
        else:
            _touch(connection)
            mixed_packs.follow(connection)
        connection.execute("DELETE FROM links_due")
        for kind in KINDS:
            stats |= _sizes(connection, kind)
        across = mixed_packs.pairs_across_users(connection)
    return stats | {
        "pairs": stats["same_user_pairs"] + across,  # a pack's other pairs are in there
        "duration_seconds": round(time.monotonic() - began, 3),
        "total_nodes": stats["user_edges"],  # every sound has one user
        "total_edges": stats["user_edges"] + stats["pack_edges"],
    }


def _rebuild_is_faster(connection: sqlite3.Connection) -> bool:
    due, sounds = connection.execute(
        "SELECT (SELECT count(*) FROM links_due), (SELECT count(*) FROM links)"
    ).fetchone()
    return bool(due > REBUILD_SHARE * sounds)


def _changes(connection: sqlite3.Connection, where: str) -> dict[str, int | float]:
    added = _difference(connection, f"({NOW} AND {where.replace('sound_id', 'id', 1)})", "links")
    removed = _difference(connection, f"(SELECT * FROM links WHERE {where})", f"({NOW})")
    changes = zip(KINDS, added, removed, strict=True)
    stats: dict[str, int | float] = {}
    for kind, plus, minus in changes:
        stats |= {f"{kind}_edges_added": plus, f"{kind}_edges_removed": minus}
    return stats


def _difference(connection: sqlite3.Connection, these: str, those: str) -> tuple[int, int]:
    users, packs = connection.execute(
        f"""
        SELECT count(*) FILTER (WHERE these.user_id IS NOT those.user_id),
               count(these.pack_id) FILTER (WHERE these.pack_id IS NOT those.pack_id)
        FROM {these} AS these LEFT JOIN {those} AS those USING (sound_id)
        """
    ).fetchone()
    return int(users), int(packs)


def _rebuild(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM links")
    connection.execute("DELETE FROM hubs")
    connection.execute(f"INSERT INTO links {NOW} ORDER BY id")
    for kind in KINDS:
        connection.execute(
            f"INSERT INTO hubs SELECT '{kind}', {kind}_id, count(*) FROM links"
            f" WHERE {kind}_id IS NOT NULL GROUP BY {kind}_id"
        )


def _touch(connection: sqlite3.Connection) -> None:
    new = f"{NOW} AND id IN (SELECT sound_id FROM links_due)"
    for kind in KINDS:
        connection.execute(
            f"""
            INSERT INTO hubs
            SELECT '{kind}', hub_id, sum(n) FROM (
                SELECT {kind}_id AS hub_id, -1 AS n FROM links WHERE {DUE}
                UNION ALL SELECT {kind}_id, 1 FROM ({new})
            ) WHERE hub_id IS NOT NULL GROUP BY hub_id HAVING sum(n) != 0
            ON CONFLICT (kind, hub_id) DO UPDATE SET size = size + excluded.size
            """
        )
    connection.execute("DELETE FROM hubs WHERE size = 0")
    connection.execute(f"DELETE FROM links WHERE {DUE}")
    connection.execute(f"INSERT INTO links {new}")


def _sizes(connection: sqlite3.Connection, kind: str) -> dict[str, int]:
    row = connection.execute(
        """
        SELECT coalesce(sum(size), 0), coalesce(sum(size * (size - 1) / 2), 0),
               count(*), coalesce(max(size), 0)
        FROM hubs WHERE kind = ?
        """,
        (kind,),
    ).fetchone()
    names = (f"{kind}_edges", f"same_{kind}_pairs", f"{kind}_groups", f"largest_{kind}_group")
    return dict(zip(names, row, strict=True))
