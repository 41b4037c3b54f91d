"""User and pack edges as membership: one edge from each sound to its hub.

A user with n sounds makes n(n-1)/2 same-user pairs, 800 million for the largest on Freesound.
Membership says the same, exactly, with n edges; pairs are counted by formula.
"""

import sqlite3
import time

from soundweave.library import counts, transaction

HUBS = {"user": "user_id", "pack": "pack_id"}  # kind of edge: column of sounds


def update(connection: sqlite3.Connection) -> dict[str, int | float]:
    """Make the library's edges agree with its sounds, in one transaction.

    Readers see all of the change or none. Returns edge_stats (edge_stats.schema.json).
    """
    began = time.monotonic()
    stats: dict[str, int | float] = {}
    with transaction(connection):
        for kind, column in HUBS.items():
            stats[f"{kind}_edges_removed"] = _remove_stale(connection, kind, column)
            stats[f"{kind}_edges_added"] = _add_missing(connection, kind, column)
    for kind in HUBS:
        stats[f"{kind}_edges"], stats[f"same_{kind}_pairs"] = _sizes(connection, kind)
    totals = counts(connection)
    return stats | {
        "duration_seconds": round(time.monotonic() - began, 3),
        "total_nodes": totals["sounds"],
        "total_edges": totals["edges"],
    }


def _remove_stale(connection: sqlite3.Connection, kind: str, column: str) -> int:
    return connection.execute(
        f"""
        DELETE FROM links WHERE kind = ? AND NOT EXISTS (
            SELECT 1 FROM sounds
            WHERE sounds.id = sound_id AND sounds.{column} = hub_id AND removed_at IS NULL
        )
        """,  # noqa: S608 - a constant of HUBS
        (kind,),
    ).rowcount


def _add_missing(connection: sqlite3.Connection, kind: str, column: str) -> int:
    return connection.execute(
        f"""
        INSERT OR IGNORE INTO links (kind, hub_id, sound_id)
        SELECT ?, {column}, id FROM sounds
        WHERE {column} IS NOT NULL AND removed_at IS NULL ORDER BY {column}, id
        """,  # noqa: S608 - a constant of HUBS
        (kind,),
    ).rowcount


def _sizes(connection: sqlite3.Connection, kind: str) -> tuple[int, int]:
    row = connection.execute(
        """
        SELECT coalesce(sum(n), 0), coalesce(sum(n * (n - 1) / 2), 0)
        FROM (SELECT count(*) AS n FROM links WHERE kind = ? GROUP BY hub_id)
        """,
        (kind,),
    ).fetchone()
    return int(row[0]), int(row[1])
