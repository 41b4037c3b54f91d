"""Packs with sounds by others: in them alone may a same-pack pair be no same-user pair.

On Freesound a pack belongs to one user. But a user who took another name is two users here until
all of their sounds were seen again. The edge job keeps the list of such packs in `meta`, so that
the pairs of the whole library are counted without looking at every pack. A sound that changed is
looked at by itself: it brings its pack on the list when its user is not the pack's.
"""

import json
import sqlite3
from collections.abc import Iterable

KEY = "packs_of_others"

# Of removed sounds, too: without them, each sound would have to be looked at.
EVER = """
    SELECT DISTINCT pack_id FROM sounds CROSS JOIN packs ON packs.id = pack_id
    WHERE pack_id IS NOT NULL AND sounds.user_id != packs.user_id
"""
NEWLY = """
    SELECT DISTINCT pack_id FROM links_due CROSS JOIN packs ON packs.id = pack_id
    WHERE links_due.user_id != packs.user_id
"""
STILL = """
    SELECT DISTINCT pack_id FROM sounds CROSS JOIN packs ON packs.id = pack_id
    WHERE pack_id IN (SELECT value FROM json_each(?)) AND removed_at IS NULL
      AND sounds.user_id != packs.user_id
"""
PAIRS = """
    WITH shares AS (
        SELECT pack_id, count(*) AS size FROM sounds
        WHERE removed_at IS NULL AND pack_id IN (SELECT value FROM json_each(?))
        GROUP BY pack_id, user_id
    ), wholes AS (SELECT sum(size) AS size FROM shares GROUP BY pack_id)
    SELECT coalesce((SELECT sum(size * (size - 1) / 2) FROM wholes), 0)
         - coalesce((SELECT sum(size * (size - 1) / 2) FROM shares), 0)
"""


def known(connection: sqlite3.Connection) -> bool:
    """Say whether the library has the list; without it, `find` must go first."""
    return _stored(connection) is not None


def find(connection: sqlite3.Connection) -> None:
    """Make the list from all sounds."""
    _keep(connection, _column(connection.execute(EVER)))


def follow(connection: sqlite3.Connection) -> None:
    """Bring the list up to date with `links_due`."""
    listed = json.loads(_stored(connection) or "[]")
    _keep(connection, listed + _column(connection.execute(NEWLY)))


def pairs_across_users(connection: sqlite3.Connection) -> int:
    """Return the number of pairs of sounds in one pack by different users."""
    packs = _stored(connection) or "[]"
    return int(connection.execute(PAIRS, (packs,)).fetchone()[0])


def _stored(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    return None if row is None else str(row[0])


def _keep(connection: sqlite3.Connection, candidates: list[int]) -> None:
    packs = _column(connection.execute(STILL, (json.dumps(candidates),)))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, json.dumps(packs)))


def _column(rows: Iterable[sqlite3.Row]) -> list[int]:
    return sorted(int(row[0]) for row in rows)
