"""What the phases share: the night, how a page is saved, and which failures end a phase."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ApiError
from soundweave.collecting.room import Room
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.sound import Sound
from soundweave.library import store

log = logging.getLogger(__name__)

UNLIMITED = 10**9
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


def skipping_failures(
    kind: str, ids: Iterable[int], request: Callable[[int], Iterator[Change]]
) -> Iterator[Change]:
    """Yield what each request changes; raises ApiError after three failures in a row."""
    failures_in_a_row = 0
    for number in ids:
        try:
            yield from request(number)
        except ApiError as error:
            log.warning("%s %d: %s", kind, number, error)
            failures_in_a_row += 1
            if failures_in_a_row == MAX_FAILURES_IN_A_ROW:
                raise
        else:
            failures_in_a_row = 0


def save(night: Night, sounds: Sequence[Sound]) -> Change:
    """Save those of a page's sounds that have room; call this in a transaction."""
    present = store.present(night.connection, (sound.id for sound in sounds))
    new_ids = dict.fromkeys(sound.id for sound in sounds if sound.id not in present)
    cut = set(list(new_ids)[night.room.left :])
    kept = [sound for sound in sounds if sound.id not in cut]
    store.forget_missing(night.connection, (sound.id for sound in kept))
    added = store.save_sounds(night.connection, kept, night.started)
    night.room.take(added)
    return Change(added=added, is_cut=bool(cut))
