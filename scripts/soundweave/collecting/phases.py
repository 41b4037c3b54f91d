"""What a night does, phase by phase; each keeps its pages one by one and can stop after any.

A phase is a generator that yields after every page it kept, with the number of sounds that page
added and removed.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from soundweave.base import times
from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ApiError, NotFoundError
from soundweave.collecting.walk import walk
from soundweave.freesound import api
from soundweave.freesound.client import FreesoundClient
from soundweave.library import similar_sounds, store
from soundweave.library.database import transaction

SIMILAR_BATCH = 100  # targets chosen at once: what was found changes what comes next
log = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 3  # in a row: more than a sound that cannot be asked for


@dataclass(frozen=True)
class Kept:
    """What one page changed in the library."""

    added: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Night:
    """What the phases share; `started` is the stamp of the night's begin."""

    connection: sqlite3.Connection
    client: FreesoundClient
    config: CollectorConfig
    started: str


def search(night: Night, query: str) -> Iterator[Kept]:
    """Walk through the sounds that match `query`, all of them when it is empty."""
    name = f"search:{query}" if query else "newest"
    state = store.read_cursor(night.connection, name)
    pages = walk(night.client, state, query=query, overlap_days=night.config.overlap_days)
    for page, new_state in pages:
        with transaction(night.connection):
            added = store.save_sounds(night.connection, page.sounds, night.started)
            store.save_cursor(night.connection, name, new_state)
        yield Kept(added=added)


def packs(night: Night) -> Iterator[Kept]:
    """Read the whole list of each known pack, those with most known sounds first.

    One that fails is passed over and comes again another night; raises ApiError after
    three in a row.
    """
    in_a_row = 0
    for pack_id in due_packs(night.connection, night.config, night.started):
        try:
            yield from _pack(night, pack_id)
            in_a_row = 0
        except ApiError as error:
            log.warning("pack %d: %s", pack_id, error)
            in_a_row += 1
            if in_a_row == FAILURES_IN_A_ROW:
                raise


def similar(night: Night) -> Iterator[Kept]:
    """Ask for the sounds similar to others, where the network gains most (similarity.TARGETS).

    One that fails is passed over and comes again another night; raises ApiError after
    three in a row.
    """
    failed: set[int] = set()
    in_a_row = 0
    while due := _due_similar(night, failed):
        for sound_id in due:
            try:
                answer = api.similar(night.client, sound_id, night.config.similar_keep)
            except ApiError as error:
                failed.add(sound_id)
                in_a_row += 1
                if in_a_row == FAILURES_IN_A_ROW:
                    raise ApiError(f"similarity does not answer: {error}") from error
                continue
            in_a_row = 0
            yield _keep_similar(night, sound_id, answer)


def refresh(night: Night) -> Iterator[Kept]:
    """Look again at the sounds not seen for longest; mark those that are gone."""
    for ids in due_sounds(night.connection, night.config, night.started):
        found = api.sounds_by_id(night.client, ids).sounds
        with transaction(night.connection):
            added = store.save_sounds(night.connection, found, night.started)
        yield Kept(added=added)
        for sound_id in sorted(set(ids) - {sound.id for sound in found}):
            yield _look_at(night, sound_id)


def due_packs(connection: sqlite3.Connection, config: CollectorConfig, now: str) -> list[int]:
    """Return the packs to read: those never read whole, then those read long ago."""
    rows = connection.execute(
        """
        SELECT packs.id FROM packs JOIN sounds ON sounds.pack_id = packs.id
        WHERE gone_at IS NULL AND (completed_at IS NULL OR completed_at < ?)
        GROUP BY packs.id ORDER BY completed_at IS NOT NULL, count(*) DESC, packs.id
        """,
        (times.before(now, days=config.pack_refresh_days),),
    )
    return [row["id"] for row in rows]


def due_sounds(
    connection: sqlite3.Connection, config: CollectorConfig, now: str
) -> list[Sequence[int]]:
    """Return the sounds to look at again, one list for each request."""
    rows = connection.execute(
        "SELECT id FROM sounds WHERE removed_at IS NULL AND last_seen <= ? AND last_seen < ?"
        " ORDER BY last_seen, id LIMIT ?",
        (
            times.before(now, days=config.refresh_after_days),
            now,
            config.refresh_requests * api.PAGE_SIZE,
        ),
    )
    ids = [row["id"] for row in rows]
    return [ids[start : start + api.PAGE_SIZE] for start in range(0, len(ids), api.PAGE_SIZE)]


def _due_similar(night: Night, failed: set[int]) -> list[int]:
    chosen = similar_sounds.targets(
        night.connection, night.config, night.started, SIMILAR_BATCH + len(failed)
    )
    return [sound_id for sound_id in chosen if sound_id not in failed]


def _keep_similar(night: Night, sound_id: int, answer: api.Similar) -> Kept:
    with transaction(night.connection):
        added = store.save_sounds(night.connection, answer.sounds, night.started)
        similar_sounds.save(night.connection, sound_id, answer.scores, night.started)
    return Kept(added=added)


def _pack(night: Night, pack_id: int) -> Iterator[Kept]:
    cursor = f"pack:{pack_id}"
    number = int(store.read_cursor(night.connection, cursor).get("page", 1))
    last = False
    while not last:
        try:
            page = api.pack_sounds(night.client, pack_id, number)
        except NotFoundError:
            _end_pack(night, pack_id, "gone_at" if number == 1 else "completed_at")
            return
        number, last = number + 1, page.last
        with transaction(night.connection):
            added = store.save_sounds(night.connection, page.sounds, night.started)
            store.save_cursor(night.connection, cursor, {"page": number})
        yield Kept(added=added)
    _end_pack(night, pack_id, "completed_at")


def _end_pack(night: Night, pack_id: int, column: str) -> None:
    with transaction(night.connection):
        night.connection.execute(
            f"UPDATE packs SET {column} = ? WHERE id = ?",  # noqa: S608 - one of two constants
            (night.started, pack_id),
        )
        night.connection.execute("DELETE FROM cursors WHERE name = ?", (f"pack:{pack_id}",))


def _look_at(night: Night, sound_id: int) -> Kept:
    # Search may not know a sound that is still there (not indexed, in moderation): ask for it.
    try:
        found = api.sound(night.client, sound_id)
    except NotFoundError:
        with transaction(night.connection):
            store.mark_removed(night.connection, sound_id, night.started)
        return Kept(removed=1)
    with transaction(night.connection):
        store.mark_seen(night.connection, sound_id, night.started)
        store.save_sounds(night.connection, found, night.started)
    return Kept()
