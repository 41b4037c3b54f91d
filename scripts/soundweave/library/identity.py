"""Which library this is, and which lines of the histories are about it.

A fork inherits the histories of another library, and a lost library is followed by a new one. So
every library has a random id, which the lines of its histories carry. Lines from before there were
ids belong to a library that existed when they were written.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIELD = "library_id"  # in the histories and in milestone_status.json


@dataclass(frozen=True)
class Identity:
    """A library's id, and when it was created (a stamp)."""

    id: str
    created_at: str

    def owns(self, record: Mapping[str, Any]) -> bool:
        """Whether a line of a history is about this library."""
        if FIELD in record:
            return bool(record[FIELD] == self.id)
        # A line without a usable timestamp is reported where it is read.
        return str(record.get("timestamp", "~")) >= self.created_at


def read(connection: sqlite3.Connection) -> Identity:
    """Read a library's identity; a library whose `meta` lost it owns every line without an id."""
    rows = connection.execute(
        "SELECT key, value FROM meta WHERE key IN ('library_id', 'created_at')"
    )
    values = {row["key"]: str(row["value"]) for row in rows}
    return Identity(values.get("library_id", ""), values.get("created_at", ""))


def assume(connection: sqlite3.Connection, identity: Identity) -> None:
    """Make a library the one with this identity: when it is rebuilt from what is known of it."""
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [("library_id", identity.id), ("created_at", identity.created_at)],
    )
