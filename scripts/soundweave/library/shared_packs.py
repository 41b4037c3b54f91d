"""Packs shared by several users: only there can a same-pack pair not be a same-user pair.

On Freesound a pack belongs to one user. But a user who changed names is two users here until all
of their sounds were seen again. The edge job keeps a list of the shared packs in `meta`, so that
the library's pairs can be counted without reading every pack. A changed sound adds its pack to
the list if its user is not the pack's.
"""

import json
import sqlite3
from collections.abc import Iterable

KEY = "packs_of_others"

# Removed sounds included: to exclude them, every sound would have to be read.
ALL_SHARED = """
    SELECT DISTINCT pack_id FROM sounds CROSS JOIN packs ON packs.id = pack_id
    WHERE pack_id IS NOT NULL AND sounds.user_id != packs.user_id
"""
NEWLY_SHARED = """
    WITH due AS (SELECT DISTINCT pack_id FROM links_due WHERE pack_id IS NOT NULL)
    SELECT pack_id FROM due CROSS JOIN packs ON packs.id = pack_id
    WHERE (SELECT min(user_id) FROM sounds WHERE pack_id = packs.id) != packs.user_id
       OR (SELECT max(user_id) FROM sounds WHERE pack_id = packs.id) != packs.user_id
"""
STILL_SHARED = """
    SELECT DISTINCT pack_id FROM sounds CROSS JOIN packs ON packs.id = pack_id
    WHERE pack_id IN (SELECT value FROM json_each(?)) AND removed_at IS NULL
      AND sounds.user_id != packs.user_id
"""
PAIRS = """
    WITH shares AS (
        SELECT pack_id, count(*) AS size FROM sounds
        WHERE removed_at IS NULL AND pack_id IN (SELECT value FROM json_each(?))
        GROUP BY pack_id, user_id
    ), packs_in_full AS (SELECT sum(size) AS size FROM shares GROUP BY pack_id)
    SELECT coalesce((SELECT sum(size * (size - 1) / 2) FROM packs_in_full), 0)
         - coalesce((SELECT sum(size * (size - 1) / 2) FROM shares), 0)
"""


def is_listed(connection: sqlite3.Connection) -> bool:
    """Whether the library has the list; if not, call `rebuild` first."""
    return _load(connection) is not None


def rebuild(connection: sqlite3.Connection) -> None:
    """Build the list from all sounds."""
    _save(connection, _column(connection.execute(ALL_SHARED)))


def update(connection: sqlite3.Connection) -> None:
    """Bring the list up to date with `links_due`."""
    packs = json.loads(_load(connection) or "[]")
    _save(connection, packs + _column(connection.execute(NEWLY_SHARED)))


def pairs_across_users(connection: sqlite3.Connection) -> int:
    """Count the pairs of sounds that share a pack but not a user."""
    packs = _load(connection) or "[]"
    return int(connection.execute(PAIRS, (packs,)).fetchone()[0])


def _load(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    return None if row is None else str(row[0])


def _save(connection: sqlite3.Connection, candidates: list[int]) -> None:
    packs = _column(connection.execute(STILL_SHARED, (json.dumps(candidates),)))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, json.dumps(packs)))


def _column(rows: Iterable[sqlite3.Row]) -> list[int]:
    return sorted(int(row[0]) for row in rows)
