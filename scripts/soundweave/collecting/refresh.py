"""Checks the sounds that were not seen for longest: which are gone, and which are hidden."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from soundweave.base import times
from soundweave.base.config import CollectorConfig
from soundweave.base.errors import NotFoundError
from soundweave.collecting.shared import Change, Night, save, skipping_failures
from soundweave.freesound import api
from soundweave.library import store
from soundweave.library.database import transaction

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
            change = save(night, page.sounds)
            # Those that cannot be read exist as well.
            seen = store.present(night.connection, page.ids.intersection(ids))
            store.mark_seen(night.connection, seen, night.started)
            store.forget_missing(night.connection, seen)
            hidden = store.mark_missing(
                night.connection, missing_here, night.started, night.config.hidden_after_nights
            )
        yield replace(change, removed=hidden)
        missing += missing_here
    yield from skipping_failures("sound", missing, lambda sound_id: _check_sound(night, sound_id))


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


def _check_sound(night: Night, sound_id: int) -> Iterator[Change]:
    # Search may miss a sound that still exists (not indexed, in moderation): request it by id.
    is_shown = bool(store.present(night.connection, [sound_id]))
    try:
        sound = api.get_sound(night.client, sound_id)
    except NotFoundError:
        with transaction(night.connection):
            store.mark_removed(night.connection, sound_id, night.started)
            store.forget_missing(night.connection, [sound_id])
        yield Change(removed=int(is_shown))
        return
    with transaction(night.connection):
        store.mark_seen(night.connection, [sound_id], night.started)
        if is_shown and sound is not None and sound.id == sound_id:
            store.save_sounds(night.connection, [sound], night.started)
    yield Change()
