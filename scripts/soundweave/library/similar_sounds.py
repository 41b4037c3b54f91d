"""Similarity links: which sounds to request similar ones for, and saving the answers.

A request returns the similar sounds of one target, and targets cannot be batched, so the order
matters: each night starts where the network gains most.
"""

import sqlite3
from collections.abc import Mapping

from soundweave.base import times
from soundweave.base.config import CollectorConfig

# Places 1, 3, 5, ... go to isolated sounds: no pack, no other sound by their user, in no answer;
# similarity is the only way to connect them. Places 2, 4, 6, ... go to the other sounds. Both start
# with the most downloaded. Sounds requested before come last, the oldest answer first.
TARGETS = """
    WITH alone AS MATERIALIZED (
        SELECT min(id) AS id, num_downloads, user_id FROM sounds
        WHERE pack_id IS NULL AND removed_at IS NULL GROUP BY user_id HAVING count(*) = 1
    ), isolated AS (
        SELECT id, row_number() OVER (ORDER BY num_downloads DESC, id) AS place FROM alone
        WHERE id NOT IN (SELECT sound_id FROM similarity_targets)
          AND NOT EXISTS (SELECT 1 FROM similarities WHERE target = alone.id)
          AND NOT EXISTS (
              SELECT 1 FROM sounds AS other
              WHERE other.user_id = alone.user_id AND other.id != alone.id AND removed_at IS NULL
          )
        ORDER BY place LIMIT :limit
    ), never AS (
        SELECT id, num_downloads FROM sounds
        WHERE removed_at IS NULL AND id NOT IN (SELECT sound_id FROM similarity_targets)
        ORDER BY num_downloads DESC, id LIMIT 2 * :limit
    ), popular AS (
        SELECT id, row_number() OVER (ORDER BY num_downloads DESC, id) AS place FROM never
        WHERE id NOT IN (SELECT id FROM isolated)
    ), oldest AS (
        SELECT sound_id AS id, asked_at FROM similarity_targets CROSS JOIN sounds ON id = sound_id
        WHERE removed_at IS NULL AND asked_at <= :again AND asked_at < :now
        ORDER BY asked_at, sound_id LIMIT :limit
    ), again AS (
        SELECT id, row_number() OVER (ORDER BY asked_at, id) AS place FROM oldest
    )
    SELECT id FROM (
        SELECT id, 0 AS turn, 2 * place - 1 AS place FROM isolated
        UNION ALL SELECT id, 0, 2 * place FROM popular
        UNION ALL SELECT id, 1, place FROM again
    ) ORDER BY turn, place LIMIT :limit
"""


def targets(
    connection: sqlite3.Connection, config: CollectorConfig, now: str, limit: int
) -> list[int]:
    """List up to `limit` ids of sounds to request similar ones for, best first (see TARGETS).

    Leaves out sounds requested less than `similar_again_days` before `now`, even if they had no
    similar ones.
    """
    again = times.before(now, days=config.similar_again_days)
    rows = connection.execute(TARGETS, {"limit": limit, "again": again, "now": now})
    return [row["id"] for row in rows]


def save(
    connection: sqlite3.Connection, sound_id: int, scores: Mapping[int, float], when: str
) -> None:
    """Replace the target's last answer by a new one (id -> score, may be empty).

    The sounds must be in the library. Call this in a transaction.
    """
    forget(connection, sound_id, both_ways=False)
    connection.executemany(
        "INSERT INTO similarities (source, target, score) VALUES (?, ?, ?)",
        ((sound_id, other, score) for other, score in scores.items()),
    )
    connection.execute(
        "INSERT INTO similarity_targets (sound_id, asked_at, found) VALUES (?, ?, ?)",
        (sound_id, when, len(scores)),
    )


def postpone(
    connection: sqlite3.Connection, sound_id: int, config: CollectorConfig, now: str
) -> None:
    """Move a target that cannot be answered behind all others; call this in a transaction.

    It is due again at once, so an outage costs it nothing but its place.
    """
    connection.execute(
        "INSERT INTO similarity_targets (sound_id, asked_at, found) VALUES (?, ?, 0)"
        " ON CONFLICT (sound_id) DO UPDATE SET asked_at = excluded.asked_at",
        (sound_id, times.before(now, days=config.similar_again_days)),
    )


def last_answered(connection: sqlite3.Connection) -> int | None:
    """Return the target whose answer with sounds is the newest."""
    row = connection.execute(
        "SELECT sound_id FROM similarity_targets JOIN sounds ON id = sound_id"
        " WHERE found > 0 AND removed_at IS NULL ORDER BY asked_at DESC LIMIT 1"
    ).fetchone()
    return None if row is None else int(row["sound_id"])


def forget(connection: sqlite3.Connection, sound_id: int, *, both_ways: bool = True) -> None:
    """Delete a sound's answer and, if `both_ways`, its place in other sounds' answers."""
    connection.execute("DELETE FROM similarities WHERE source = ?", (sound_id,))
    connection.execute("DELETE FROM similarity_targets WHERE sound_id = ?", (sound_id,))
    if both_ways:
        connection.execute("DELETE FROM similarities WHERE target = ?", (sound_id,))
