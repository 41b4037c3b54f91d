"""Creates a library from a few fields per sound; the others have defaults."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundweave.library import database

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
SEEN = "2025-11-21T02:17:00Z"
NEWER_COLUMNS = {"is_explicit", "gen_ai_preference"}  # an older library lacks them


def make_library(folder: Path, sounds: Sequence[dict[str, Any]], *, links: bool = False) -> None:
    """Create a library in `folder` with `sounds`, and their membership edges if `links` is set.

    A sound may have any column of the table `sounds`, and `username` and `pack` (a name) in
    place of `user_id` and `pack_id`. Tags are a list, or a string that is stored as it is.
    """
    with database.writing(folder, create=True) as connection, database.transaction(connection):
        # So that the lines of a test's histories, which carry no id, are about it.
        connection.execute("UPDATE meta SET value = '2005-01-01' WHERE key = 'created_at'")
        for number, sound in enumerate(sounds, start=1):
            _insert(connection, number, dict(sound))
        if links:
            connection.execute(
                "INSERT INTO links SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL"
            )


def _insert(connection: Any, number: int, sound: dict[str, Any]) -> None:
    user = _user(connection, sound.pop("username", "someone"))
    pack = sound.pop("pack", None)
    tags = sound.pop("tags", ["field-recording"])
    row = {
        "id": number,
        "name": f"sound {number}.wav",
        "user_id": user,
        "pack_id": None if pack is None else _pack(connection, pack, user),
        "license": CC0,
        "created": f"2025-11-{1 + number % 20:02}T12:00:00Z",
        "duration": 1.5,
        "type": "wav",
        "tags": tags if isinstance(tags, str) else json.dumps(tags),
        "num_downloads": 0,
        "preview_mp3": None,
        "preview_ogg": None,
        "first_seen": SEEN,
        "last_seen": SEEN,
        "removed_at": None,
    }
    unknown = sound.keys() - row.keys() - NEWER_COLUMNS
    assert not unknown, f"no such column: {unknown}"
    row |= sound
    placeholders = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO sounds ({', '.join(row)}) VALUES ({placeholders})", row)


def _user(connection: Any, username: str) -> int:
    connection.execute("INSERT OR IGNORE INTO users (username) VALUES (?)", (username,))
    row = connection.execute("SELECT id FROM users WHERE username = ?", (username,)).fetchone()
    return int(row["id"])


def _pack(connection: Any, name: str, user: int) -> int:
    row = connection.execute(
        "SELECT id FROM packs WHERE name = ? AND user_id = ?", (name, user)
    ).fetchone()
    if row:
        return int(row["id"])
    return int(
        connection.execute(
            "INSERT INTO packs (name, user_id) VALUES (?, ?)", (name, user)
        ).lastrowid
    )
