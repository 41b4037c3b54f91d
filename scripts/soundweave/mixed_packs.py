"""Packs with sounds by several users: there alone a same-pack pair is no same-user pair.

On Freesound a pack belongs to one user. But a user who took another name is two users here until
all of their sounds were seen again. The edge job keeps the list of such packs in `meta`, so that
the pairs of the whole library are counted without looking at every pack.
"""

import json
import sqlite3
from collections.abc import Iterable

KEY = "mixed_packs"

# Of two users, one at least is not the pack's.
ANY = """
    SELECT DISTINCT pack_id FROM links JOIN packs ON packs.id = links.pack_id
    WHERE packs.user_id != links.user_id
"""
# A pack can only have become mixed by a sound that changed: one that differs from another such
# sound, or from any sound that did not change. Those have one user, or the pack is on the list.
NEWLY = """
    SELECT pack_id FROM (
        SELECT pack_id, min(user_id) AS low, max(user_id) AS high
        FROM links_due CROSS JOIN links USING (sound_id)
        WHERE pack_id IS NOT NULL GROUP BY pack_id
    ) AS changed
    WHERE low != high OR low != (
        SELECT user_id FROM sounds
        WHERE sounds.pack_id = changed.pack_id AND removed_at IS NULL
          AND id NOT IN (SELECT sound_id FROM links_due)
        LIMIT 1
    )
"""
STILL = """
    SELECT pack_id FROM sounds
    WHERE removed_at IS NULL AND pack_id IN (SELECT value FROM json_each(?))
    GROUP BY pack_id HAVING min(user_id) != max(user_id)
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
    """Make the list from all links."""
    _keep_mixed(connection, _column(connection.execute(ANY)))


def follow(connection: sqlite3.Connection) -> None:
    """Bring the list up to date with `links_due`, whose links are already up to date."""
    listed = json.loads(_stored(connection) or "[]")
    _keep_mixed(connection, listed + _column(connection.execute(NEWLY)))


def pairs_across_users(connection: sqlite3.Connection) -> int:
    """Return the number of pairs of sounds in one pack by different users."""
    packs = _stored(connection) or "[]"
    return int(connection.execute(PAIRS, (packs,)).fetchone()[0])


def _stored(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    return None if row is None else str(row[0])


def _keep_mixed(connection: sqlite3.Connection, candidates: list[int]) -> None:
    packs = _column(connection.execute(STILL, (json.dumps(candidates),)))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, json.dumps(packs)))


def _column(rows: Iterable[sqlite3.Row]) -> list[int]:
    return sorted(int(row[0]) for row in rows)
