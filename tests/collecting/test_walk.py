import re
from collections.abc import Callable
from typing import Any

import pytest

from soundweave.base import times
from soundweave.collecting.walk import State, Walk
from soundweave.freesound import api

Rows = list[dict[str, Any] | None]

ALL = "created:[* TO *]"
EVERYTHING = 10**6  # the sounds of earlier nights, in a test of what comes after them


class Freesound:
    """Searches by upload time like Freesound and records its requests, but for checks.

    `change` may replace the rows of a page; it gets the number of the request.
    """

    def __init__(self, created: list[str]) -> None:
        self.created = created
        self.requests: list[tuple[str, str, int]] = []
        self.checks = 0
        self.distrusted: list[str] = []
        self.change: Callable[[int, Rows], Rows] = lambda _, rows: rows

    def get(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        if "filter" in params:
            self.requests.append((params["sort"], params["filter"], params["page"]))
        else:
            self.checks += 1
        assert len(self.requests) < 2000, "the walk does not end"
        bounds = re.fullmatch(r"created:\[(\S+) TO (\S+)\]", params.get("filter", ALL))
        assert bounds
        low, high = (bound.replace("*", "") for bound in bounds.groups())
        matches = [
            (created, n)
            for n, created in enumerate(self.created, 1)
            if low <= created <= (high or "9")
        ]
        matches.sort(reverse=params["sort"] == "created_desc")
        end = params["page"] * api.PAGE_SIZE
        rows: Rows = [sound(n, created) for created, n in matches[end - api.PAGE_SIZE : end]]
        rows = self.change(len(self.requests), rows)
        more = "more" if end < len(matches) else None
        return {"count": len(matches), "results": rows, "next": more}


def sound(number: int, created: str) -> dict[str, Any]:
    return {"id": number, "name": "n", "username": "u", "license": "l", "created": created}


def steps(
    freesound: Any, state: State, most: int = 10_000, *, earlier: int = EVERYTHING
) -> tuple[set[int], State]:
    """Read up to `most` pages; returns their sounds and the last state.

    `earlier` is the number of sounds that arrived before.
    """
    seen: set[int] = set()
    walk = Walk(
        freesound,
        state,
        query="",
        overlap_days=1,
        known=lambda: earlier + len(seen),
        forget=seen.clear,
        distrust=freesound.distrusted.append,
    )
    for _, (page, new) in zip(range(most), walk.pages(), strict=False):
        seen |= {sound.id for sound in page.sounds}
        state = new
    return seen, state


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PAGE_SIZE", 10)


def day(n: int) -> str:
    return f"20{10 + n // 300}-{1 + n % 300 // 25:02}-{1 + n % 25:02}T00:00:00Z"


def test_no_page_is_deep_in_its_search() -> None:
    freesound = Freesound([day(n) for n in range(350)])
    seen, state = steps(freesound, {})
    assert len(seen) == 350
    assert state["done"]
    assert max(page for *_, page in freesound.requests) == 10


@pytest.mark.parametrize(("nights", "most"), [(1, 10_000), (250, 1)])
def test_more_sounds_in_one_second_than_a_search_reads(nights: int, most: int) -> None:
    freesound = Freesound([day(5)] * 125 + [day(1), day(2)])
    seen: set[int] = set()
    state: State = {}
    for _ in range(nights):
        tonight, state = steps(freesound, state, most)
        seen |= tonight
    assert len(seen) == 127


def test_an_upward_walk_searches_again_after_a_few_pages() -> None:
    freesound = Freesound([day(n) for n in range(150)])
    steps(freesound, {"high": day(1), "done": True})
    pages = [page for *_, page in freesound.requests]
    assert pages == [*range(1, 11), *range(1, len(pages) - 9)]


def test_a_walk_past_many_sounds_of_one_second_searches_again() -> None:
    freesound = Freesound([day(n) for n in range(60)] + [day(60)] * 125)
    steps(freesound, {"down": {"from": day(60), "page": 1, "reached": day(60)}})
    assert [page for *_, page in freesound.requests] == [*range(1, 15), *range(1, 7)]


def test_a_finished_walk_looks_for_new_sounds_only() -> None:
    freesound = Freesound([day(n) for n in range(30)])
    state = {"high": day(25), "done": True, "owed": True}
    steps(freesound, state)
    assert [sort for sort, *_ in freesound.requests] == ["created_asc"]


def test_nights_of_one_request_alternate_between_up_and_down() -> None:
    freesound = Freesound([day(n) for n in range(200)])
    state: State = {}
    for _ in range(7):
        _, state = steps(freesound, state, 1)
    assert [sort[8:] for sort, *_ in freesound.requests] == ["desc", "asc"] * 3 + ["desc"]


def test_a_night_starts_with_a_new_search() -> None:
    freesound = Freesound([day(n) for n in range(200)])
    _, state = steps(freesound, {}, 3)
    freesound.requests.clear()
    steps(freesound, state | {"high": None}, 1)
    assert freesound.requests == [("created_desc", f"created:[* TO {day(180)}]", 1)]


@pytest.mark.parametrize("start_state", [{}, {"high": day(1), "done": True}])
def test_a_time_in_the_future_hides_no_later_sound(start_state: State) -> None:
    freesound = Freesound([day(0), day(1)])
    future = sound(3, "2999-01-01T00:00:00Z")
    freesound.change = lambda _, rows: [*rows, future] if start_state else [future, *rows]
    _, state = steps(freesound, start_state)
    assert day(1) < state["high"] <= times.now()


def test_an_up_walk_that_finds_nothing_keeps_its_place() -> None:
    _, state = steps(Freesound([]), {"high": day(9), "done": True})
    assert state["high"] == day(9)


def test_an_up_page_without_readable_sounds_keeps_its_place() -> None:
    freesound = Freesound([day(n) for n in range(60)])
    freesound.change = lambda _, rows: [None for _ in rows]
    start = day(10)
    _, state = steps(freesound, {"high": start, "done": True}, 1)
    assert state["up"]["page"] == 2
    assert state["up"]["reached"] == state["up"]["from"] < start


def test_an_up_walk_continues_from_its_page() -> None:
    freesound = Freesound([day(n) for n in range(60)])
    _, state = steps(freesound, {"high": day(1), "done": True}, 2)
    assert state["high"] == day(1)
    seen, state = steps(freesound, state)
    assert (60 in seen, state["high"], state["up"]) == (True, day(59), None)


def test_a_downward_walk_never_turns_back() -> None:
    freesound = Freesound([day(n) for n in range(60)])
    newest: Rows = [sound(n, day(n)) for n in (59, 58)]
    freesound.change = lambda number, rows: newest if number == 2 else rows
    _, state = steps(freesound, {}, 2)
    assert state["down"]["reached"] == state["down"]["from"]
    assert freesound.distrusted == [
        f"a page ended at {day(50)}, but the next one starts at {day(59)}"
    ]


@pytest.mark.parametrize("empty", [1, 3])
def test_an_empty_last_page_is_not_trusted(empty: int) -> None:
    freesound = Freesound([day(n) for n in range(60)])
    honest = freesound.created
    _, state = steps(freesound, {}, empty - 1)
    freesound.created = []
    seen, state = steps(freesound, state)
    assert seen == set()
    freesound.created = honest
    seen, state = steps(freesound, state, earlier=10 * (empty - 1))
    assert state["done"]
    assert 1 in seen
    assert len(seen) >= 60 - 10 * empty


def test_an_empty_last_page_within_one_second_is_not_trusted() -> None:
    _, state = steps(Freesound([]), {"down": {"from": day(5), "page": 2, "reached": day(5)}})
    seen, state = steps(Freesound([day(5)] * 25), state, earlier=0)
    assert len(seen) == 25
    assert state["done"]


def test_a_search_without_results_sends_one_request_per_night() -> None:
    freesound = Freesound([])
    state: State = {}
    for _ in range(3):
        _, state = steps(freesound, state)
    assert (len(freesound.requests), freesound.checks) == (1, 3)


@pytest.mark.parametrize(
    ("start_state", "lie"),
    [
        ({}, day(0)),  # walking down, a time long past
        ({"high": day(100), "done": True}, day(340)),  # walking up, one far ahead
    ],
)
@pytest.mark.parametrize("request_number", [1, 10])
def test_a_time_out_of_order_skips_nothing(
    start_state: State, lie: str, request_number: int
) -> None:
    """Sounds that one wrong time could skip are found, even if the night ends right there."""
    freesound = Freesound([day(n) for n in range(350)])

    def change(number: int, rows: Rows) -> Rows:
        if number == request_number:
            rows[5] = sound(999, lie)
        return rows

    freesound.change = change
    seen, state = steps(freesound, start_state, request_number)
    seen_later, _ = steps(freesound, state)
    expected = set(range(101 if start_state else 1, 351))
    # The sound whose row was replaced is only seen if its page is requested again.
    assert len(expected - seen - seen_later) <= 1


def test_a_false_time_on_the_first_page_hides_no_later_sound() -> None:
    freesound = Freesound([day(n) for n in range(100)])
    freesound.change = lambda number, rows: [*rows, sound(999, day(900))] if number == 1 else rows
    _, state = steps(freesound, {})
    freesound.created.append(day(200))
    seen, _ = steps(freesound, state)
    assert 101 in seen
