"""Dates that a night with a wrong clock left in the library.

Sounds last seen in the future would not be checked again for years, and validation refuses dates
from before Freesound existed.
"""

import sqlite3

from soundweave.freesound.sound import FIRST_YEAR
from soundweave.library.database import transaction

FIX_SOUNDS = """
    UPDATE sounds SET
        first_seen = CASE WHEN first_seen BETWEEN :first AND fixed.last_seen
                     THEN first_seen ELSE fixed.last_seen END,
        last_seen = fixed.last_seen,
        removed_at = CASE WHEN removed_at NOT BETWEEN :first AND :now
                     THEN :now ELSE removed_at END
    FROM (
        SELECT id, CASE WHEN last_seen BETWEEN :first AND :now
                   THEN last_seen ELSE :now END AS last_seen
        FROM sounds
        WHERE last_seen NOT BETWEEN :first AND :now
           OR first_seen NOT BETWEEN :first AND last_seen
           OR removed_at NOT BETWEEN :first AND :now
    ) AS fixed
    WHERE sounds.id = fixed.id
"""
OTHERS = (
    ("packs", "completed_at"),
    ("packs", "gone_at"),
    ("similarity_targets", "asked_at"),
    ("missing", "checked_at"),
)


def fix(connection: sqlite3.Connection, now: str) -> int:
    """Replace dates that cannot be true by `now`; returns how many rows had one."""
    values = {"now": now, "first": str(FIRST_YEAR)}
    with transaction(connection):
        fixed = connection.execute(FIX_SOUNDS, values).rowcount
        for table, column in OTHERS:
            fixed += connection.execute(
                f"UPDATE {table} SET {column} = :now"  # noqa: S608 - constants
                f" WHERE {column} NOT BETWEEN :first AND :now",
                values,
            ).rowcount
    return fixed
