import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundweave.base.errors import QuotaExhaustedError
from soundweave.freesound.quota import DAY, Quota
from soundweave.library import database


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with database.writing(tmp_path, create=True) as connection:
        yield connection


def ledger(connection: sqlite3.Connection, clock: Clock, minute: int = 3, day: int = 10) -> Quota:
    return Quota(connection, per_minute=minute, per_day=day, clock=clock, sleep=clock.sleep)


def send(quota: Quota, status: int | None = 200) -> None:
    quota.wait_turn()
    row = quota.sent("search/")
    if status is not None:
        quota.answered(row, status)


def test_the_minute_window_slides(connection: sqlite3.Connection, clock: Clock) -> None:
    quota = ledger(connection, clock)
    for _ in range(3):
        send(quota)
        clock.now += 10
    send(quota)  # the first one leaves the window 60 s after it was sent, 30 s from now
    assert clock.slept == [pytest.approx(30, abs=0.1)]
    send(quota)
    assert clock.slept[1:] == [pytest.approx(10, abs=0.1)]


def test_no_window_ever_holds_more_than_its_limit(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    quota = ledger(connection, clock, minute=5, day=1000)
    times = []
    for step in range(40):
        send(quota)
        times.append(clock.now)
        clock.now += step % 7
    assert all(b - a > 60 for a, b in zip(times, times[5:], strict=False))


def test_the_day_is_remembered_across_runs(connection: sqlite3.Connection, clock: Clock) -> None:
    for _ in range(10):
        send(ledger(connection, clock, minute=100))
    quota = ledger(connection, clock, minute=100)
    assert quota.left_today() == 0
    clock.now += DAY / 2
    with pytest.raises(QuotaExhaustedError, match=r"free in 12\.0 hours"):
        quota.wait_turn()
    clock.now += DAY / 2
    quota.wait_turn()
    assert quota.left_today() == 10


@pytest.mark.parametrize(
    ("status", "left"), [(200, 9), (404, 9), (500, 9), (None, 9), (401, 10), (429, 10)]
)
def test_what_freesound_did_not_count_is_not_counted(
    connection: sqlite3.Connection, clock: Clock, status: int | None, left: int
) -> None:
    quota = ledger(connection, clock)
    send(quota, status)
    assert quota.left_today() == left


def test_a_clock_set_back_never_waits_longer_than_a_window(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    quota = ledger(connection, clock)
    for _ in range(3):
        send(quota)
    clock.now -= 5000
    quota.wait_turn()
    assert sum(clock.slept) <= 61


def test_a_clock_that_was_years_ahead_costs_at_most_a_day(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    for _ in range(3):
        send(ledger(connection, clock, day=3))
    clock.now -= 400 * DAY
    quota = ledger(connection, clock, day=3)
    with pytest.raises(QuotaExhaustedError, match=r"free in 24\.0 hours"):
        quota.wait_turn()
    clock.now += DAY + 1
    quota.wait_turn()
    assert clock.slept == []


def test_a_refused_request_causes_no_wait(connection: sqlite3.Connection, clock: Clock) -> None:
    quota = ledger(connection, clock)
    send(quota)
    clock.now += 30
    for status in (200, 200):
        send(quota, status)
    for status in (401, 429, 401):
        quota.answered(quota.sent("search/"), status)
    send(quota)
    assert clock.slept == [pytest.approx(30, abs=0.1)]


def test_a_lowered_limit_leaves_nothing_negative(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    for _ in range(3):
        send(ledger(connection, clock))
    lowered = ledger(connection, clock, day=2)
    assert lowered.left_today() == 0
    with pytest.raises(QuotaExhaustedError):
        lowered.wait_turn()


def test_forgetting_keeps_requests_that_still_count(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    quota = ledger(connection, clock)
    send(quota)
    clock.now += DAY + 1  # if the clock is set back by a minute, the entry counts again
    quota.forget_old()
    clock.now -= 60
    assert quota.left_today() == 9


def test_old_entries_are_forgotten(connection: sqlite3.Connection, clock: Clock) -> None:
    quota = ledger(connection, clock)
    send(quota)
    clock.now += 1.5 * DAY
    send(quota)
    clock.now += DAY
    quota.forget_old()
    assert connection.execute("SELECT count(*) FROM requests").fetchone()[0] == 1
