"""The phases of a night. Each saves its pages one by one and can stop after any of them.

A phase is a generator: after every page it saved, it yields what that page changed.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from soundweave.base import times
from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ApiError, NotFoundError
from soundweave.collecting.room import Room
from soundweave.collecting.walk import Walk
from soundweave.freesound import api
from soundweave.freesound.client import FreesoundClient, TransientError
from soundweave.freesound.sound import Sound
from soundweave.library import similar_sounds, store
from soundweave.library.database import transaction

log = logging.getLogger(__name__)

UNLIMITED = 10**9
SIMILAR_BATCH = 100  # targets selected at a time: their answers change which ones come next
# A sound that search leaves out is looked for every night, a hidden one now and then.
MISSING = """
    SELECT id FROM missing JOIN sounds ON id = sound_id
    WHERE checked_at <= iif(removed_at IS NULL, :last_night, :before)
    ORDER BY removed_at IS NOT NULL, checked_at, id LIMIT :limit
"""
UNSEEN = """
    SELECT id FROM sounds
    WHERE removed_at IS NULL AND last_seen <= :before AND last_seen < :now
      AND id NOT IN (SELECT sound_id FROM missing)
    ORDER BY last_seen, id LIMIT :limit
"""

HALF_A_DAY = 0.5
MAX_FAILURES_IN_A_ROW = 3  # as many are an outage, not a few sounds that cannot be requested


@dataclass(frozen=True)
class Change:
    """What one page changed in the library."""

    added: int = 0
    removed: int = 0
    is_cut: bool = False  # some of its new sounds had no room


@dataclass(frozen=True)
class Night:
    """What the phases share; `started` is the timestamp of the night, `query` is for `search`.

    `distrusted` collects what Freesound's answers contradict.
    """

    connection: sqlite3.Connection
    client: FreesoundClient
    config: CollectorConfig
    started: str
    query: str = ""
    room: Room = field(default_factory=lambda: Room(UNLIMITED, UNLIMITED))
    distrusted: list[str] = field(default_factory=list)

    def distrust(self, reason: str) -> None:
        """Report something that an answer says and another contradicts."""
        log.warning("%s", reason)
        self.distrusted.append(reason)


def newest(night: Night) -> Iterator[Change]:
    """Walk through all sounds, first those uploaded since the last night, then older ones."""
    return _walk(night, "newest", query="")


def search(night: Night) -> Iterator[Change]:
    """Walk through the sounds that match the night's query."""
    return _walk(night, f"search:{night.query}", night.query)


def packs(night: Night) -> Iterator[Change]:
    """Read the complete list of each known pack, those with the most known sounds first.

    A pack that fails is skipped and retried another night; raises ApiError after three in a row.
    """
    failures_in_a_row = 0
    for pack_id in due_packs(night.connection, night.config, night.started):
        try:
            yield from _pack(night, pack_id)
            if night.room.left == 0:
                return
        except ApiError as error:
            log.warning("pack %d: %s", pack_id, error)
            failures_in_a_row += 1
            if failures_in_a_row == MAX_FAILURES_IN_A_ROW:
                raise
        else:
            failures_in_a_row = 0


def similar(night: Night) -> Iterator[Change]:
    """Request similar sounds where the network gains most (similar_sounds.TARGETS).

    A sound that fails goes to the end of the queue. Raises ApiError after three failures in a row,
    if a sound that once had an answer fails as well.
    """
    failed: set[int] = set()
    failures_in_a_row = 0
    while targets := _similar_targets(night, failed):
        for sound_id in targets:
            try:
                change = _request_similar(night, sound_id)
            except ApiError as error:
                log.warning("similar to %d: %s", sound_id, error)
                failed.add(sound_id)
                with transaction(night.connection):
                    similar_sounds.postpone(night.connection, sound_id, night.config, night.started)
                # An error that is final is about this sound, not about the server.
                failures_in_a_row += isinstance(error, TransientError)
                if failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
                    yield _check_similarity(night, error)
                    failures_in_a_row = 0
            else:
                failures_in_a_row = 0
                yield change
                if night.room.left == 0:
                    return


def refresh(night: Night) -> Iterator[Change]:
    """Check the sounds that were not seen for longest; mark those that are gone or hidden.

    Of those that search does not return, each is requested alone: a deleted one is gone at once.
    Moderators may hide a sound without deleting it, so one that search leaves out for several
    nights is no longer shown either, and checked again now and then.
    """
    missing: list[int] = []
    for ids in due_sounds(night.connection, night.config, night.started):
        page = api.sounds_by_id(night.client, ids)
        missing_here = [number for number in ids if number not in page.ids]
        with transaction(night.connection):
            change = _save(night, page.sounds)
            hidden = store.mark_missing(
                night.connection, missing_here, night.started, night.config.hidden_after_nights
            )
        yield replace(change, removed=hidden)
        missing += missing_here
    failures_in_a_row = 0
    for sound_id in missing:
        try:
            yield _check_sound(night, sound_id)
        except ApiError as error:
            log.warning("sound %d: %s", sound_id, error)
            failures_in_a_row += 1
            if failures_in_a_row == MAX_FAILURES_IN_A_ROW:
                raise
        else:
            failures_in_a_row = 0


PHASES: dict[str, Callable[[Night], Iterator[Change]]] = {
    "newest": newest,
    "search": search,
    "packs": packs,
    "similar": similar,
    "refresh": refresh,
}


def due_packs(connection: sqlite3.Connection, config: CollectorConfig, now: str) -> list[int]:
    """List the packs to read: first those never read completely, then those read long ago."""
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
    """List the ids of the sounds to check again, one list for each request.

    First those that search left out a night ago, then hidden ones, then those not seen for long.
    """
    limit = config.refresh_requests * api.PAGE_SIZE
    before = times.before(now, days=config.refresh_after_days)
    last_night = times.before(now, days=HALF_A_DAY)  # a night that is run again is the same night
    values = {"now": now, "last_night": last_night, "before": before, "limit": limit}
    ids = [row["id"] for query in (MISSING, UNSEEN) for row in connection.execute(query, values)]
    ids = ids[:limit]
    return [ids[start : start + api.PAGE_SIZE] for start in range(0, len(ids), api.PAGE_SIZE)]


def _walk(night: Night, cursor: str, query: str) -> Iterator[Change]:
    walk = Walk(
        night.client,
        store.read_cursor(night.connection, cursor),
        query=query,
        overlap_days=night.config.overlap_days,
        known=lambda: store.count_found(night.connection, cursor if query else ""),
        forget=lambda: store.forget_found(night.connection, cursor),
        distrust=night.distrust,
    )
    for page, new_state in walk.pages():
        with transaction(night.connection):
            change = _save(night, page.sounds)
            if query:
                store.save_found(night.connection, cursor, page.sounds)
            if not change.is_cut:
                store.save_cursor(night.connection, cursor, new_state)
        yield change
        if night.room.left == 0:
            return  # a page that was cut is read again another night


def _save(night: Night, sounds: Sequence[Sound]) -> Change:
    present = store.present(night.connection, (sound.id for sound in sounds))
    new_ids = dict.fromkeys(sound.id for sound in sounds if sound.id not in present)
    cut = set(list(new_ids)[night.room.left :])
    kept = [sound for sound in sounds if sound.id not in cut]
    store.forget_missing(night.connection, (sound.id for sound in kept))
    added = store.save_sounds(night.connection, kept, night.started)
    night.room.take(added)
    return Change(added=added, is_cut=bool(cut))


def _request_similar(night: Night, sound_id: int) -> Change:
    answer = api.similar(night.client, sound_id, night.config.similar_keep)
    with transaction(night.connection):
        change = _save(night, answer.sounds)
        present = store.present(night.connection, answer.scores)
        scores = {other: score for other, score in answer.scores.items() if other in present}
        similar_sounds.save(night.connection, sound_id, scores, night.started)
    return change


def _check_similarity(night: Night, error: ApiError) -> Change:
    """Tell an outage from a few odd sounds: request a sound again that had an answer."""
    known_id = similar_sounds.last_answered(night.connection)
    try:
        if known_id is not None:
            return _request_similar(night, known_id)
    except ApiError:
        pass
    raise ApiError(f"similarity does not answer: {error}") from error


def _similar_targets(night: Night, failed: set[int]) -> list[int]:
    targets = similar_sounds.targets(
        night.connection, night.config, night.started, SIMILAR_BATCH + len(failed)
    )
    return [sound_id for sound_id in targets if sound_id not in failed]


def _pack(night: Night, pack_id: int) -> Iterator[Change]:
    cursor = f"pack:{pack_id}"
    page_number = int(store.read_cursor(night.connection, cursor).get("page", 1))
    last, ids = False, frozenset[int]()
    while not last:
        try:
            page = api.pack_sounds(night.client, pack_id, page_number)
        except NotFoundError:
            _end_pack(night, pack_id, "gone_at" if page_number == 1 else "completed_at")
            return
        if page.ids and page.ids == ids:
            night.distrust(f"page {page_number} of pack {pack_id} repeats the page before")
            return
        page_number, last, ids = page_number + 1, page.last or page.is_empty, page.ids
        with transaction(night.connection):
            change = _save(night, page.sounds)
            if not change.is_cut:
                store.save_cursor(night.connection, cursor, {"page": page_number})
        yield change
        if change.is_cut:
            return
    _end_pack(night, pack_id, "completed_at")


def _end_pack(night: Night, pack_id: int, column: str) -> None:
    with transaction(night.connection):
        night.connection.execute(
            f"UPDATE packs SET {column} = ? WHERE id = ?",  # noqa: S608 - one of two constants
            (night.started, pack_id),
        )
        night.connection.execute("DELETE FROM cursors WHERE name = ?", (f"pack:{pack_id}",))
        if column == "gone_at":
            store.check_soon(night.connection, pack_id)


def _check_sound(night: Night, sound_id: int) -> Change:
    # Search may miss a sound that still exists (not indexed, in moderation): request it by id.
    is_shown = bool(store.present(night.connection, [sound_id]))
    try:
        sound = api.get_sound(night.client, sound_id)
    except NotFoundError:
        with transaction(night.connection):
            store.mark_removed(night.connection, sound_id, night.started)
            store.forget_missing(night.connection, [sound_id])
        return Change(removed=int(is_shown))
    with transaction(night.connection):
        store.mark_seen(night.connection, sound_id, night.started)
        if is_shown and sound is not None and sound.id == sound_id:
            store.save_sounds(night.connection, [sound], night.started)
    return Change()
