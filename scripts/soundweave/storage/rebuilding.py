"""Requests the sounds of a lost library again, 150 at a time, by the ids that git knows.

Names, tags and everything else come from Freesound; similarities are found again over the nights.
A rebuild that ends early continues the next night.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from soundweave.base import times
from soundweave.base.config import Config
from soundweave.base.errors import ApiError, StopCollectingError
from soundweave.collecting import night
from soundweave.freesound import api
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.library import database, edges, identity, store
from soundweave.storage.recorded_ids import Recorded

log = logging.getLogger(__name__)


def rebuild(config: Config, checkpoint_dir: Path, recorded: Recorded) -> str:
    """Add the sounds that are recorded and missing; returns why it ended early, if it did.

    Raises ConfigError when the key is missing or refused.
    """
    key = night.api_key()
    with database.writing(checkpoint_dir, create=True) as connection:
        if not _ids(connection):
            identity.assume(connection, recorded.identity)
        store.claim_source(connection, night.source(config.freesound.base_url))
        missing = missing_ids(connection, recorded)
        freesound = config.freesound
        quota = Quota(
            connection,
            per_minute=freesound.requests_per_minute,
            per_day=freesound.requests_per_day,
        )
        most = freesound.requests_per_day  # the quota is the only limit
        with closing(FreesoundClient(freesound, key, quota, max_requests=most)) as client:
            problem = _request_all(connection, client, missing, recorded)
        edges.update(connection, rebuild=True)
    return problem


def missing_ids(connection: sqlite3.Connection, recorded: Recorded) -> list[int]:
    """The recorded sounds that the library lacks and this rebuild has not asked for yet."""
    asked = store.read_cursor(connection, store.REBUILD).get("asked", 0)
    missing = recorded.first_seen.keys() - _ids(connection)
    return sorted(sound_id for sound_id in missing if sound_id > asked)


def _request_all(
    connection: sqlite3.Connection,
    client: FreesoundClient,
    missing: Sequence[int],
    recorded: Recorded,
) -> str:
    now = times.now()
    try:
        for ids in _batches(missing):
            sounds = api.sounds_by_id(client, ids).sounds
            with database.transaction(connection):
                store.save_sounds(connection, sounds, now)
                connection.executemany(
                    "UPDATE sounds SET first_seen = ? WHERE id = ?",
                    [(recorded.first_seen.get(sound.id, now), sound.id) for sound in sounds],
                )
                store.save_cursor(connection, store.REBUILD, {"asked": ids[-1]})
    except (ApiError, StopCollectingError) as error:
        log.warning("rebuild: %s", error)
        return str(error)
    connection.execute("DELETE FROM cursors WHERE name = ?", (store.REBUILD,))
    return ""


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), api.PAGE_SIZE):
        yield ids[start : start + api.PAGE_SIZE]


def _ids(connection: sqlite3.Connection) -> set[int]:
    return {row["id"] for row in connection.execute("SELECT id FROM sounds")}
