import pytest

from soundweave.base import times
from soundweave.base.errors import ClockError
from soundweave.freesound import clock

NOW = "2026-01-15T12:00:00Z"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)


@pytest.mark.parametrize(
    "date",
    [
        *("Thu, 15 Jan 2026 12:00:00 GMT", "Wed, 14 Jan 2026 13:00:00 GMT"),
        *("", "soon", "Tue, 01 Jan 2030 00:00:00 +9999"),
    ],
)
def test_a_clock_that_agrees_or_cannot_be_compared_passes(date: str) -> None:
    assert clock.agrees({"Date": date}) == (" Jan 2026" in date)
    assert not clock.agrees({})


@pytest.mark.parametrize("date", ["Thu, 15 Jan 2004 12:00:00 GMT", "Fri, 15 Jan 2027 12:00:00 GMT"])
def test_a_clock_that_is_off_by_a_day_is_refused(date: str) -> None:
    with pytest.raises(ClockError, match="set the clock"):
        clock.agrees({"Date": date})
