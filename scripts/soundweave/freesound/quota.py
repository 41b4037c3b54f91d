"""The quota ledger: Freesound limits a key's requests in two sliding windows it does not report.

So each request is written to the library before it is sent, and the windows are counted there,
across runs. Freesound does not count requests it refuses with 401 or 429, so neither do we; one
without an answer may have counted, so it counts.
"""

import logging
import sqlite3
import time
from collections.abc import Callable

from soundweave.base.errors import QuotaExhaustedError

log = logging.getLogger(__name__)

MINUTE = 60.0
DAY = 86_400.0
COUNTED = "(status IS NULL OR status NOT IN (401, 429))"


class Quota:
    """Holds back requests until both windows have room; `clock` gives Unix seconds."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        per_minute: int,
        per_day: int,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._per_minute = per_minute
        self._per_day = per_day
        self._clock = clock
        self._sleep = sleep

    def forget_old(self) -> None:
        """Drop the requests that are too old to matter."""
        self._connection.execute("DELETE FROM requests WHERE at < ?", (self._clock() - 2 * DAY,))

    def left_today(self) -> int:
        """How many requests the 24-hour window still has room for."""
        return max(0, self._per_day - self._used(DAY))

    def wait_turn(self) -> None:
        """Wait until a request may be sent; raises QuotaExhaustedError when the day is full."""
        # A clock that was ahead leaves entries in the future: count them as sent now.
        now = self._clock()
        self._connection.execute("UPDATE requests SET at = ? WHERE at > ?", (now, now))
        if self.left_today() == 0:
            raise QuotaExhaustedError(
                f"all {self._per_day} requests of the last 24 hours are used; "
                f"the next one is free in {self._free_in(DAY, self._per_day) / 3600:.1f} hours"
            )
        while self._used(MINUTE) >= self._per_minute:
            pause = self._free_in(MINUTE, self._per_minute)
            log.info("waiting %.0f s: %d requests a minute", pause, self._per_minute)
            self._sleep(pause)

    def sent(self, path: str) -> int:
        """Record a request that is about to be sent; returns its row in the ledger."""
        cursor = self._connection.execute(
            "INSERT INTO requests (at, path) VALUES (?, ?)", (self._clock(), path)
        )
        return int(cursor.lastrowid or 0)

    def answered(self, row: int, status: int) -> None:
        """Record the HTTP status of the answer to a request."""
        self._connection.execute("UPDATE requests SET status = ? WHERE id = ?", (status, row))

    def _used(self, window: float) -> int:
        query = f"SELECT count(*) FROM requests WHERE at > ? AND {COUNTED}"  # noqa: S608 - constants
        return int(self._connection.execute(query, (self._clock() - window,)).fetchone()[0])

    def _free_in(self, window: float, limit: int) -> float:
        # A slot frees up when the oldest of the newest `limit` requests leaves the window.
        query = f"SELECT at FROM requests WHERE {COUNTED} ORDER BY at DESC LIMIT 1 OFFSET ?"  # noqa: S608
        row = self._connection.execute(query, (limit - 1,)).fetchone()
        # A clock set back leaves entries in the future: never wait longer than one window.
        return min(max(float(row[0]) + window - self._clock(), 0.0) + 0.01, window)
