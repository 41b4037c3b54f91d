from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from soundweave.base import config
from soundweave.base.errors import ClockError, NotFoundError
from soundweave.collecting import phases, refresh
from soundweave.collecting.shared import Night
from soundweave.library import database, store
from soundweave.standin import Catalog, Fault
from tests.freesound.test_sound import GOOD
from tests.library.test_store import saved
from tests.support.liar import NOT_FOUND_PAGE, in_between, instead
from tests.support.make_library import make_library
from tests.support.nights import Nights, nights_of

SETTINGS = config.load(environ={}).collector
OLD = "2020-01-01T00:00:00Z"
NOW = "2026-01-01T00:00:00Z"

Start = Callable[[Catalog], Nights]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Start nights against a stand-in with a given catalog."""
    opened = []

    def begin(catalog: Catalog) -> Nights:
        opened.append(nights_of(catalog, tmp_path, monkeypatch))
        return opened[-1].__enter__()

    yield begin
    for nights in opened:
        nights.__exit__(None, None, None)


def in_pack(number: int, pack: int = 7) -> dict[str, Any]:
    return {
        "id": number,
        "username": f"user {pack}",
        "pack": f"https://freesound.org/apiv2/packs/{pack}/",
        "created": f"2020-01-{1 + number // 1000:02}T{number % 1000 // 60:02}:{number % 60:02}:00Z",
    }


def one_pack(size: int) -> Catalog:
    return Catalog([in_pack(n) for n in range(1, size + 1)])


# packs
def test_packs_are_read_again_after_a_while(start: Start) -> None:
    nights = start(one_pack(199))
    nights.run()
    assert nights.run("packs")["requests"] == 2
    assert nights.value("SELECT count(*) FROM cursors WHERE name LIKE 'pack:%'") == 0
    assert nights.run("packs")["requests"] == 0
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE packs SET completed_at = ?", (OLD,))
    nights.standin.catalog.add(in_pack(999))
    line = nights.run("packs")
    assert (line["requests"], line["added"]) == (2, 1)


def test_the_pack_with_most_sounds_comes_first(start: Start) -> None:
    nights = start(Catalog([in_pack(n, 9 if n > 3 else 8) for n in range(1, 20)]))
    nights.run()
    nights.run("packs", most=1)
    assert nights.standin.log[-1].path == "packs/9/sounds/"


def test_a_pack_continues_at_its_page(start: Start) -> None:
    nights = start(one_pack(399))
    nights.run(most=1)
    assert [nights.run("packs", most=1)["requests"] for _ in range(4)] == [1, 1, 1, 0]


def test_a_pack_that_shrank_is_complete_not_gone(start: Start) -> None:
    nights = start(one_pack(201))
    nights.run()
    nights.run("packs", most=1)
    for number in range(1, 101):
        nights.standin.catalog.remove(number)
    nights.run("packs")
    assert nights.value("SELECT gone_at IS NULL AND completed_at IS NOT NULL FROM packs") == 1


def test_a_pack_that_comes_back_is_read(start: Start) -> None:
    nights = start(one_pack(399))
    nights.run(most=1)
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE packs SET gone_at = ?", (OLD,))
    assert nights.run("packs")["requests"] == 0
    nights.run(most=2)
    assert nights.run("packs")["requests"] == 3


def some_packs(*sizes: int) -> Catalog:
    packs = [pack for pack, size in enumerate(sizes, start=7) for _ in range(size)]
    return Catalog([in_pack(n, pack) for n, pack in enumerate(packs, start=1)])


def test_one_bad_pack_is_skipped(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    nights = start(some_packs(60, 40, 20))
    nights.run()
    nights.standin.add_fault(Fault("overloaded", times=None, path="packs/7/*"))
    line, _ = nights.night("packs", most=50)
    assert line["stopped"] == "complete"
    assert nights.value("SELECT group_concat(id) FROM packs WHERE completed_at NOT NULL") == "8,9"
    assert "packs/7/" in caplog.text


def test_packs_that_all_fail_end_the_phase_but_not_the_night(start: Start) -> None:
    nights = start(some_packs(600, 500, 400, 300))
    nights.run(most=10)
    nights.standin.add_fault(Fault("overloaded", times=None, path="packs/*"))
    line, outcome = nights.night("mixed", most=100)
    assert (line["stopped"], "packs/" in outcome.failure) == ("failed", True)
    paths = {entry.path for entry in nights.standin.log if entry.path.startswith("packs/")}
    assert len(paths) == 3
    assert nights.ids() == set(nights.standin.catalog.sounds)


# refresh
def test_refresh_stays_within_its_limit(tmp_path: Path) -> None:
    make_library(tmp_path, [{"last_seen": OLD} for _ in range(500)])
    with database.snapshot(tmp_path) as reader:
        due = refresh.due_sounds(reader, replace(SETTINGS, refresh_requests=2), NOW)
    assert [len(ids) for ids in due] == [150, 150]


def test_only_sounds_not_seen_for_long_are_due(tmp_path: Path) -> None:
    sounds = [{"last_seen": OLD}, {"last_seen": NOW}, {"last_seen": OLD, "removed_at": OLD}]
    make_library(tmp_path, sounds)
    with database.snapshot(tmp_path) as reader:
        for days in (SETTINGS.refresh_after_days, 0):
            settings = replace(SETTINGS, refresh_after_days=days)
            assert [list(ids) for ids in refresh.due_sounds(reader, settings, NOW)] == [[1]]


class Client:
    """Search finds nothing; a request for one sound returns `sound`, or raises it."""

    def __init__(self, sound: Any) -> None:
        self.sound = sound

    def get(self, path: str, params: Any = None) -> Any:
        if not path.startswith("sounds/"):
            return {"results": [], "next": None}
        if isinstance(self.sound, Exception):
            raise self.sound
        return self.sound


@pytest.mark.parametrize(
    ("answer", "name", "removed_at"),
    [
        (GOOD | {"name": "renamed"}, "renamed", None),
        ({"id": GOOD["id"]}, "lark.wav", None),  # exists, but cannot be read
        (NotFoundError("gone"), "lark.wav", NOW),
    ],
)
def test_a_sound_missing_from_search_is_requested_by_id(
    tmp_path: Path, answer: Any, name: str, removed_at: str | None
) -> None:
    saved(tmp_path, {}, seen=OLD)
    client: Any = Client(answer)
    with database.writing(tmp_path) as connection:
        list(refresh.refresh(Night(connection, client, SETTINGS, NOW)))
        row = connection.execute("SELECT name, removed_at, last_seen FROM sounds").fetchone()
    assert tuple(row) == (name, removed_at, OLD if removed_at else NOW)


def test_one_bad_sound_does_not_stop_the_night(start: Start) -> None:
    nights = start(one_pack(600))
    nights.run(most=2)
    nights.age()
    nights.collector = replace(nights.collector, refresh_requests=20)
    gone = min(nights.ids())
    nights.standin.catalog.remove(gone)
    nights.standin.add_fault(Fault("overloaded", times=None, path="sounds/*"))
    assert nights.run(most=50)["stopped"] == "complete"
    assert nights.ids() == {*nights.standin.catalog.sounds, gone}


def test_a_404_from_a_proxy_removes_nothing(start: Start) -> None:
    nights = start(one_pack(100))
    nights.run()
    nights.age()
    with instead(nights, lambda _: NOT_FOUND_PAGE):
        line, outcome = nights.night("mixed", most=50)
    assert (line["removed"], line["nodes"], outcome.pages) == (0, 100, 0)
    assert nights.value("SELECT gone_at FROM packs") is None
    assert "404" in outcome.failure


@pytest.mark.parametrize(("most", "id_searches"), [(1, 0), (2, 1), (3, 1), (4, 2), (100, 2)])
def test_refreshing_takes_at_most_half_of_a_small_night(
    start: Start, most: int, id_searches: int
) -> None:
    nights = start(one_pack(600))
    nights.run(most=3)
    nights.age()
    before = len(nights.standin.log)
    nights.run(most=most)
    filters = [entry.query.get("filter", "") for entry in nights.standin.log[before:]]
    assert sum(text.startswith("id:") for text in filters) == id_searches


@pytest.mark.parametrize("most", [4, 40])
def test_an_author_who_leaves_is_gone_after_a_few_nights(start: Start, most: int) -> None:
    nights = start(one_pack(600))
    nights.run()
    for number in range(1, 301):
        nights.standin.catalog.remove(number)
    removed = []
    for _ in range(nights.collector.hidden_after_nights):
        nights.age()
        removed.append(nights.run(most=most)["removed"])
    # Those that were not requested alone have been missing for several nights.
    assert removed[:2] == [most // 2 - 2] * 2
    assert nights.ids() == set(nights.standin.catalog.sounds)


def test_a_hidden_sound_is_not_shown_until_search_returns_it(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()
    nights.standin.catalog.hide(7)
    removed = []
    for _ in range(nights.collector.hidden_after_nights):
        nights.age()
        removed.append(nights.run()["removed"])
    assert removed == [0, 0, 1]
    assert 7 not in nights.ids()
    nights.standin.catalog.add(nights.standin.catalog.sounds[7])
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE missing SET checked_at = ?", (OLD,))
        connection.execute("UPDATE cursors SET state = '{\"done\": false}'")
    assert nights.run(most=2)["added"] == 1
    assert 7 in nights.ids()
    assert nights.value("SELECT count(*) FROM missing") == 0


def test_a_sound_that_search_forgets_for_a_night_stays(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()
    for is_hidden in (True, True, False, True, True):
        nights.age()
        if is_hidden:
            nights.standin.catalog.hide(7)
        else:
            nights.standin.catalog.add(nights.standin.catalog.sounds[7])
        assert nights.run()["removed"] == 0
    assert 7 in nights.ids()


def test_sounds_that_search_returns_and_nobody_can_read_are_not_missing(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()

    def break_all(_: str, answer: Any) -> None:
        for result in answer.get("results", []):
            result["license"] = 7

    with in_between(nights, break_all):
        for _ in range(nights.collector.hidden_after_nights + 1):
            nights.age()
            assert nights.run()["removed"] == 0
    assert nights.ids() == set(nights.standin.catalog.sounds)
    # Nor do they come first again every night.
    assert nights.value(f"SELECT count(*) FROM sounds WHERE last_seen = '{OLD}'") == 0


def test_a_night_that_is_run_again_counts_once(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()
    nights.standin.catalog.hide(7)
    nights.age()
    assert [nights.run()["removed"] for _ in range(5)] == [0] * 5
    assert nights.value("SELECT nights FROM missing WHERE sound_id = 7") == 1


def test_one_page_that_fails_keeps_no_other_from_being_checked(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()
    for number in range(1, 31):
        nights.standin.catalog.remove(number)
    nights.standin.add_fault(Fault("overloaded", times=None, path="sounds/1/"))
    nights.age()
    line = nights.run(most=100)
    assert (line["removed"], line["stopped"]) == (29, "complete")
    assert nights.ids() == {*nights.standin.catalog.sounds, 1}


def test_failures_with_answers_between_them_are_no_outage(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run()
    for number in range(1, 31):
        nights.standin.catalog.remove(number)
    for number in (1, 3, 5, 7, 9):
        fault = Fault("overloaded", times=None, path=f"sounds/{number}/")
        nights.standin.add_fault(fault)
    nights.age()
    assert nights.run(most=200)["removed"] == 25


def test_a_wrong_clock_leaves_no_trace_in_the_queue_of_similar_sounds(tmp_path: Path) -> None:
    saved(tmp_path, {}, seen=OLD)
    client: Any = Client(ClockError("set the clock"))
    with database.writing(tmp_path) as connection:
        with pytest.raises(ClockError):
            list(phases.similar(Night(connection, client, SETTINGS, NOW)))
        assert connection.execute("SELECT count(*) FROM similarity_targets").fetchone()[0] == 0


# growth
def test_while_a_library_is_rebuilt_it_does_not_grow(start: Start) -> None:
    nights = start(one_pack(300))
    nights.run(most=1)
    with database.writing(nights.library) as connection:
        store.save_cursor(connection, store.REBUILD, {"asked": 3})
    line = nights.run()
    assert (line["nodes"], line["added"], line["stopped"]) == (150, 0, "new_sounds")


@pytest.mark.parametrize("mode", ["newest", "mixed", "packs"])
def test_a_night_grows_by_the_set_number(start: Start, mode: str) -> None:
    nights = start(one_pack(900))
    nights.collector = replace(nights.collector, new_sounds=200, max_sounds=500)
    nights.run(most=1)
    sizes, stopped = [], []
    for _ in range(4):
        line = nights.run(mode, most=50)
        sizes.append(line["nodes"])
        stopped.append(line["stopped"])
    assert sizes == [350, 500, 500, 500]
    assert stopped == ["new_sounds", "ceiling", "ceiling", "ceiling"]


def test_a_small_growth_loses_no_sound(start: Start) -> None:
    nights = start(one_pack(400))
    nights.collector = replace(nights.collector, new_sounds=70)
    assert [nights.run(most=50)["added"] for _ in range(6)] == [70, 70, 70, 70, 70, 50]
    assert nights.ids() == set(nights.standin.catalog.sounds)


def test_at_the_ceiling_a_night_only_refreshes(start: Start) -> None:
    nights = start(one_pack(900))
    nights.collector = replace(nights.collector, new_sounds=600, max_sounds=600)
    nights.run()
    nights.age()
    sent = len(nights.standin.log)
    assert nights.run("mixed", most=20)["stopped"] == "ceiling"
    filters = [entry.query.get("filter", "") for entry in nights.standin.log[sent:]]
    assert len(filters) == 4
    assert all(text.startswith("id:") for text in filters)
    nights.standin.catalog.remove(max(nights.ids()))
    nights.age()
    assert nights.run("mixed", most=20)["removed"] == 1
    assert nights.run("mixed", most=20)["nodes"] == 600


# walks
def test_what_never_arrives_costs_few_requests(start: Start) -> None:
    nights = start(one_pack(600))

    def break_one(_: str, answer: Any) -> None:
        for result in answer.get("results", []):
            if result["id"] == 5:
                result["license"] = 7

    with in_between(nights, break_one):
        requests = [nights.run()["requests"] for _ in range(6)]
    assert len(nights.ids()) == 599
    assert requests[1] > requests[0], "it walked again"
    assert requests[3:] == [requests[0]] * 3, "and then no more"


def test_the_walk_of_a_search_starts_again_after_a_month(start: Start) -> None:
    catalog = Catalog(
        {"id": n, "name": "rain", "created": f"2020-01-{n // 20 + 1:02}T00:00:{n % 20:02}Z"}
        for n in range(1, 301)
    )
    nights = start(catalog)
    nights.run("search", query="rain")
    catalog.add({"id": 7, "name": "wind", "created": "2020-01-01T00:00:07Z"})
    catalog.add({"id": 999, "name": "rain", "created": "2019-12-01T00:00:00Z"})  # approved late
    nights.run("search", query="rain")
    assert 999 not in nights.ids()
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE cursors SET state = json_set(state, '$.repeat', ?)", (OLD,))
    nights.run("search", query="rain")
    assert 999 in nights.ids()


# people and packs
def test_the_sounds_of_a_pack_that_is_gone_are_checked_soon(start: Start) -> None:
    nights = start(one_pack(30))
    nights.run()
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE sounds SET first_seen = ?", (OLD,))
    catalog = nights.standin.catalog
    for number in list(catalog.sounds):
        catalog.add({**catalog.sounds[number], "pack": None})
    del catalog.packs[7]
    nights.run("packs")
    assert nights.value("SELECT count(*) FROM packs WHERE gone_at IS NOT NULL") == 1
    nights.run(most=4)
    assert nights.value("SELECT count(*) FROM sounds WHERE pack_id IS NOT NULL") == 0
    assert nights.value("SELECT count(*) FROM missing") == 0


def test_a_page_of_a_pack_that_comes_twice_completes_nothing(start: Start) -> None:
    nights = start(one_pack(400))
    nights.run(most=1)
    first: dict[str, Any] = {}

    def repeat(path: str, answer: Any) -> None:
        if "packs/" in path:
            first.update({} if first else answer)
            answer.update(first)

    with in_between(nights, repeat):
        _, outcome = nights.night("packs")
    assert "repeats the page before" in outcome.distrusted[0]
    assert nights.value("SELECT completed_at FROM packs") is None
    nights.run("packs")
    assert len(nights.ids()) == 400


def test_a_new_name_is_followed_wherever_the_old_one_was(start: Start) -> None:
    nights = start(Catalog([in_pack(n, 7 + n % 3) for n in range(1, 31)]))
    nights.run()
    catalog = nights.standin.catalog
    for number in [n for n, sound in catalog.sounds.items() if sound["username"] == "user 8"]:
        catalog.add({**catalog.sounds[number], "username": "new name"})
    one = min(n for n, sound in catalog.sounds.items() if sound["username"] == "new name")
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE sounds SET last_seen = ? WHERE id = ?", (OLD, one))
        connection.execute("DELETE FROM cursors")
        connection.execute("INSERT INTO cursors VALUES ('newest', '{\"done\": true}')")
    nights.run(most=2)
    owners = "SELECT group_concat(DISTINCT username) FROM {} JOIN users ON users.id = user_id"
    assert nights.value(f"{owners.format('sounds')} WHERE pack_id = 8") == "new name"
    assert nights.value(f"{owners.format('packs')} WHERE packs.id = 8") == "new name"
    assert nights.value(f"{owners.format('sounds')} WHERE pack_id = 7") == "user 7"


def test_a_sound_that_is_given_away_and_a_pack_that_is_renamed_follow(start: Start) -> None:
    nights = start(Catalog([in_pack(n, 7) for n in range(1, 6)]))
    nights.run()
    catalog = nights.standin.catalog
    given = {"id": 1, "username": "another", "created": catalog.sounds[1]["created"]}
    catalog.add(given)
    for number in (2, 3, 4, 5):
        catalog.add({**catalog.sounds[number], "pack_name": "Renamed"})
    nights.age()
    nights.run(most=10)
    assert (
        nights.value(
            "SELECT username FROM sounds JOIN users ON users.id = user_id WHERE sounds.id = 1"
        )
        == "another"
    )
    assert nights.value("SELECT pack_id FROM sounds WHERE id = 1") is None
    assert nights.value("SELECT name FROM packs") == "Renamed"
    with database.snapshot(nights.library) as reader:
        assert database.counts(reader)["users"] == 2
