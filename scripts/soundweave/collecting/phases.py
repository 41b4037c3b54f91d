"""The phases of a night. Each saves its pages one by one and can stop after any of them.

A phase is a generator: after every page it saved, it yields what that page changed.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from itertools import takewhile

from soundweave.base import times
from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ApiError, NotFoundError
from soundweave.collecting.refresh import refresh
from soundweave.collecting.shared import (
    MAX_FAILURES_IN_A_ROW,
    Change,
    Night,
    save,
    skipping_failures,
)
from soundweave.collecting.walk import Walk
from soundweave.freesound import api
from soundweave.freesound.client import TransientError
from soundweave.library import similar_sounds, store
from soundweave.library.database import transaction

log = logging.getLogger(__name__)

SIMILAR_BATCH = 100  # targets selected at a time: their answers change which ones come next


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
    due = due_packs(night.connection, night.config, night.started)
    with_room = takewhile(lambda _: night.room.left > 0, due)
    yield from skipping_failures("pack", with_room, lambda pack_id: _pack(night, pack_id))


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
            change = save(night, page.sounds)
            if query:
                store.save_found(night.connection, cursor, page.sounds)
            if not change.is_cut:
                store.save_cursor(night.connection, cursor, new_state)
        yield change
        if night.room.left == 0:
            return  # a page that was cut is read again another night


def _request_similar(night: Night, sound_id: int) -> Change:
    answer = api.similar(night.client, sound_id, night.config.similar_keep)
    with transaction(night.connection):
        change = save(night, answer.sounds)
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
            change = save(night, page.sounds)
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
