"""Writes what the API returned into the library."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from soundweave.base.errors import ConfigError
from soundweave.base.text import without_password
from soundweave.freesound.sound import Sound
from soundweave.library import renames, similar_sounds

REBUILD = "rebuild"  # the cursor of a rebuild under way: the last id that was asked for
UPSERT_SOUND = """
    INSERT INTO sounds (id, name, user_id, pack_id, license, created, duration, type, tags,
                        num_downloads, preview_mp3, preview_ogg, is_explicit, gen_ai_preference,
                        first_seen, last_seen)
    VALUES (:id, :name, :user_id, :pack_id, :license, :created, :duration, :type, :tags,
            :num_downloads, :preview_mp3, :preview_ogg, :is_explicit, :gen_ai_preference,
            :seen, :seen)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, user_id = excluded.user_id, pack_id = excluded.pack_id,
        license = excluded.license, created = excluded.created, duration = excluded.duration,
        type = excluded.type, tags = excluded.tags, num_downloads = excluded.num_downloads,
        preview_mp3 = excluded.preview_mp3, preview_ogg = excluded.preview_ogg,
        is_explicit = excluded.is_explicit, gen_ai_preference = excluded.gen_ai_preference,
        last_seen = excluded.last_seen, removed_at = NULL
"""


def save_sounds(connection: sqlite3.Connection, sounds: Sequence[Sound], seen: str) -> int:
    """Insert or update sounds with their users and packs; returns how many are new.

    A removed sound that is seen again counts as new. Call this in a transaction.
    """
    known_ids = present(connection, [sound.id for sound in sounds])
    for sound in sounds:
        user_id = _user(connection, sound.username)
        renames.follow(connection, sound, user_id)
        if sound.pack_id is not None:
            _save_pack(connection, sound.pack_id, sound.pack_name, user_id)
        connection.execute(UPSERT_SOUND, _row(sound, user_id, seen))
    return len({sound.id for sound in sounds} - known_ids)


def present(connection: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Which of `ids` are in the library and not removed."""
    rows = connection.execute(
        "SELECT id FROM sounds WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row["id"] for row in rows}


def mark_seen(connection: sqlite3.Connection, ids: Iterable[int], when: str) -> None:
    """Record that sounds still exist."""
    connection.execute(
        "UPDATE sounds SET last_seen = ? WHERE id IN (SELECT value FROM json_each(?))",
        (when, json.dumps(list(ids))),
    )


def mark_removed(connection: sqlite3.Connection, sound_id: int, when: str) -> None:
    """Mark a sound that Freesound no longer knows as removed, and delete its similarities."""
    # So readers need not filter out removed sounds; one that comes back is requested again.
    similar_sounds.forget(connection, sound_id)
    connection.execute("UPDATE sounds SET removed_at = ? WHERE id = ?", (when, sound_id))


def mark_missing(
    connection: sqlite3.Connection, ids: Iterable[int], when: str, hidden_after: int
) -> int:
    """Record that search did not return sounds tonight; returns how many are now hidden.

    After `hidden_after` nights in a row a sound counts as removed. Call this in a transaction.
    """
    missing_ids = json.dumps(list(ids))
    connection.execute(
        "INSERT INTO missing (sound_id, nights, checked_at) SELECT value, 1, ? FROM json_each(?)"
        " WHERE true ON CONFLICT (sound_id)"
        " DO UPDATE SET nights = nights + 1, checked_at = excluded.checked_at",
        (when, missing_ids),
    )
    hidden = connection.execute(
        "SELECT id FROM sounds JOIN missing ON sound_id = id WHERE removed_at IS NULL"
        " AND nights >= ? AND id IN (SELECT value FROM json_each(?))",
        (hidden_after, missing_ids),
    ).fetchall()
    for row in hidden:
        mark_removed(connection, row["id"], when)
    return len(hidden)


def forget_missing(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Record that sounds need not be looked for any more: search has them, or they are gone."""
    connection.execute(
        "DELETE FROM missing WHERE sound_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )


def check_soon(connection: sqlite3.Connection, pack_id: int) -> None:
    """Have the sounds of a pack that is gone checked by the next nights."""
    connection.execute(
        "INSERT INTO missing (sound_id, nights, checked_at) SELECT id, 0, first_seen FROM sounds"
        " WHERE pack_id = ? AND removed_at IS NULL ON CONFLICT DO NOTHING",
        (pack_id,),
    )


def is_rebuilding(connection: sqlite3.Connection) -> bool:
    """Whether a rebuild of the library from its ids ended early."""
    return bool(read_cursor(connection, REBUILD))


def read_cursor(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    """Read a walk's saved state; a missing or unreadable one is empty, so the walk starts over."""
    row = connection.execute("SELECT state FROM cursors WHERE name = ?", (name,)).fetchone()
    try:
        state = json.loads(row["state"]) if row else {}
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


def save_cursor(connection: sqlite3.Connection, name: str, state: dict[str, Any]) -> None:
    """Save a walk's state; call this in the transaction that saves its page."""
    connection.execute(
        "INSERT INTO cursors (name, state) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET state = excluded.state",
        (name, json.dumps(state)),
    )


def save_found(connection: sqlite3.Connection, walk: str, sounds: Iterable[Sound]) -> None:
    """Record the sounds that a walk has read; call this in the transaction that saves its page."""
    connection.executemany(
        "INSERT INTO found (walk, sound_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((walk, sound.id) for sound in sounds),
    )


def forget_found(connection: sqlite3.Connection, walk: str) -> None:
    """Forget what a walk has read, because it starts again."""
    connection.execute("DELETE FROM found WHERE walk = ?", (walk,))


def count_found(connection: sqlite3.Connection, walk: str) -> int:
    """Count the sounds (not removed) that a walk has read; without a walk, all of them."""
    if walk:
        row = connection.execute(
            "SELECT count(*) FROM found JOIN sounds ON id = sound_id"
            " WHERE walk = ? AND removed_at IS NULL",
            (walk,),
        ).fetchone()
    else:
        row = connection.execute("SELECT count(*) FROM sounds WHERE removed_at IS NULL").fetchone()
    return int(row[0])


def claim_source(connection: sqlite3.Connection, source: str) -> None:
    """Record where a library's sounds come from; raises ConfigError for another source.

    Sounds of the stand-in and of Freesound share ids, so a library must never mix them.
    """
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('source', ?) ON CONFLICT DO NOTHING", (source,)
    )
    recorded = connection.execute("SELECT value FROM meta WHERE key = 'source'").fetchone()["value"]
    recorded = without_password(recorded)  # version 0.1 kept it
    if recorded == source:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'source'", (source,))
    else:
        raise ConfigError(
            f"this library was collected from {recorded}, not from {source};"
            " name another folder with --checkpoint-dir"
        )


def _user(connection: sqlite3.Connection, username: str) -> int:
    connection.execute(
        "INSERT INTO users (username) VALUES (?) ON CONFLICT DO NOTHING", (username,)
    )
    row = connection.execute("SELECT id FROM users WHERE username = ?", (username,)).fetchone()
    return int(row["id"])


def _save_pack(connection: sqlite3.Connection, pack_id: int, name: str, user_id: int) -> None:
    # Answers from before 2024 lack the pack's name: keep the last known one.
    connection.execute(
        "INSERT INTO packs (id, name, user_id) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET gone_at = NULL, user_id = excluded.user_id,"
        " name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END",
        (pack_id, name, user_id),
    )


def _row(sound: Sound, user_id: int, seen: str) -> dict[str, object]:
    return {
        **vars(sound),
        "user_id": user_id,
        "tags": json.dumps(sound.tags, ensure_ascii=False),
        "seen": seen,
    }
