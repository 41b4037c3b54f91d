import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collect_sounds
from soundweave.base import config, jsonl, schemas
from soundweave.base.errors import ConfigError, LibraryError
from soundweave.library import database, store
from soundweave.standin import Catalog, Fault, StandIn, synthetic_catalog
from tests.conftest import ROOT, Run
from tests.support.liar import NOT_FOUND_PAGE, answering, in_between, instead
from tests.support.nights import Nights, nights_of

SETTINGS = config.load(environ={})


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    with nights_of(synthetic_catalog(sounds=1000, seed=3), tmp_path, monkeypatch) as nights:
        yield nights


def truth(nights: Nights) -> set[int]:
    return set(nights.standin.catalog.sounds)


def test_one_night_collects_everything(nights: Nights) -> None:
    line = nights.run()
    assert nights.ids() == truth(nights)
    assert (line["nodes"], line["added"], line["removed"]) == (1000, 1000, 0)
    assert line["stopped"] == "complete"
    assert line["requests"] == len(nights.standin.log) <= 12
    assert jsonl.read(nights.metrics) == [line]
    schemas.check("metrics", line, "line")


def test_the_newest_come_first(nights: Nights) -> None:
    nights.run(most=2)
    ids = nights.ids()
    created = {n: s["created"] for n, s in nights.standin.catalog.sounds.items()}
    assert min(created[n] for n in ids) >= max(created[n] for n in truth(nights) - ids)


def test_each_night_continues_where_the_last_one_stopped(nights: Nights) -> None:
    sizes = []
    for _ in range(30):
        line = nights.run(most=1)
        assert line["requests"] == 1
        sizes.append(line["nodes"])
    assert sizes[0] == 150
    assert nights.ids() == truth(nights)


def test_a_new_sound_is_found_without_requesting_old_ones_again(nights: Nights) -> None:
    nights.run()
    newest = max(nights.standin.catalog.sounds.values(), key=lambda sound: sound["created"])
    nights.standin.catalog.add({**newest, "id": 5_000_000, "created": "2026-01-20T00:00:00Z"})
    line = nights.run()
    assert (line["added"], line["nodes"]) == (1, 1001)
    assert line["requests"] <= 2


def test_a_sound_approved_late_is_found_within_the_overlap(nights: Nights) -> None:
    nights.run()
    newest = max(sound["created"] for sound in nights.standin.catalog.sounds.values())
    nights.collector = replace(nights.collector, overlap_days=30)
    like = next(iter(nights.standin.catalog.sounds.values()))
    day = newest[:8] + "01T00:00:00Z"
    nights.standin.catalog.add({**like, "id": 5_000_001, "created": day, "pack": None})
    assert nights.run()["added"] == 1


def test_a_small_budget_still_gets_through_a_long_overlap(nights: Nights) -> None:
    nights.run()
    nights.collector = replace(nights.collector, overlap_days=20_000, refresh_requests=0)
    nights.standin.catalog.add({"id": 6_000_000, "created": "2026-02-01T00:00:00Z"})
    added = [nights.run(most=1)["added"] for _ in range(16)]
    assert sum(added) == 1


def test_a_pack_uploaded_in_one_second_is_paged_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = [{"id": n, "created": "2020-05-05T05:05:05Z"} for n in range(1, 2001)]
    with nights_of(Catalog(same), tmp_path, monkeypatch) as nights:
        nights.run(most=12)  # more pages than one search reads
        nights.run()
        assert len(nights.ids()) == 2000


def test_search_finds_only_its_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = [{"id": n, "name": "rain" if n % 2 else "wind"} for n in range(1, 401)]
    with nights_of(Catalog(sounds), tmp_path, monkeypatch) as nights:
        nights.run("search", query="rain")
        assert nights.ids() == {n for n in range(1, 401) if n % 2}


def test_packs_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sound(n: int) -> dict[str, object]:
        pack = n % 4
        return {
            "id": n,
            "username": f"user {pack}",
            "pack": f"https://freesound.org/apiv2/packs/{pack + 1}/",
            "created": f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z",
        }

    with nights_of(Catalog([sound(n) for n in range(1, 1001)]), tmp_path, monkeypatch) as nights:
        nights.run(most=1)
        assert len(nights.ids()) == 150
        line = nights.run("packs")
        assert nights.ids() == truth(nights)
        assert line["requests"] == 4 * 2
        assert nights.run("packs")["requests"] == 0


def test_a_pack_that_is_gone_is_not_requested_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = [{"id": 1, "pack": "https://freesound.org/apiv2/packs/26413/"}]
    catalog = Catalog(sounds)
    with nights_of(catalog, tmp_path, monkeypatch) as nights:
        nights.run()
        catalog.remove(1)
        catalog.packs.clear()
        assert nights.run("packs")["requests"] == 1
        assert nights.value("SELECT gone_at FROM packs") is not None
        assert nights.run("packs")["requests"] == 0


def test_mixed_gives_both_packs_and_new_sounds_their_share(nights: Nights) -> None:
    nights.run("mixed", most=2)
    line = nights.run("mixed", most=4)
    paths = [entry.path.split("/")[0] for entry in nights.standin.log[2:]]
    assert line["requests"] == 4
    assert paths.count("packs") == 2
    assert paths.count("search") == 2


@pytest.mark.parametrize("in_index", [False, True])
def test_a_sound_that_vanished_is_marked_and_may_come_back(nights: Nights, in_index: bool) -> None:
    nights.run()
    nights.age()
    nights.collector = replace(nights.collector, refresh_requests=20)
    gone = sorted(truth(nights))[:3]
    removed_sounds = {n: nights.standin.catalog.sounds[n] for n in gone}
    for number in gone:
        nights.standin.catalog.remove(number, keep_in_index=in_index)
    line = nights.run()
    assert (line["removed"], line["nodes"]) == (3, 997)
    assert nights.ids() == truth(nights)
    assert nights.value("SELECT count(*) FROM sounds") == 1000
    for sound in removed_sounds.values():
        nights.standin.catalog.add(sound)
    nights.collector = replace(nights.collector, overlap_days=20_000)
    assert nights.run()["added"] == 3
    assert nights.ids() == truth(nights)


def test_a_changed_sound_is_updated(nights: Nights) -> None:
    nights.run()
    nights.age()
    nights.collector = replace(nights.collector, refresh_requests=20)
    some = min(truth(nights))
    nights.standin.catalog.add({**nights.standin.catalog.sounds[some], "name": "renamed"})
    assert nights.run()["added"] == 0
    assert nights.value(f"SELECT name FROM sounds WHERE id = {some}") == "renamed"


@pytest.mark.parametrize(
    "kind", ["overloaded", "bad_gateway", "hang", "disconnect", "truncated", "malformed", "minute"]
)
def test_a_passing_fault_loses_nothing(nights: Nights, kind: str) -> None:
    if kind == "hang":
        nights.freesound = replace(nights.freesound, timeout_seconds=2)
    nights.standin.add_fault(Fault(kind, times=2))
    line = nights.run()
    assert nights.ids() == truth(nights)
    assert line["stopped"] == "complete"


def test_duplicates_and_gaps_between_pages_heal_with_the_overlap(nights: Nights) -> None:
    nights.standin.add_fault(Fault("duplicate", times=2))
    nights.standin.add_fault(Fault("missing", times=2))
    nights.run()
    assert nights.ids() <= truth(nights)
    nights.collector = replace(nights.collector, overlap_days=20_000)
    nights.run()
    assert nights.ids() == truth(nights)


def test_a_lying_server_harms_nothing(nights: Nights) -> None:
    nights.standin.add_fault(Fault("lie", times=2))
    nights.standin.add_fault(Fault("foreign_next", times=5))
    nights.run()
    assert nights.ids() < truth(nights)
    assert len(nights.ids()) >= 998
    nights.collector = replace(nights.collector, overlap_days=20_000)
    nights.run()
    assert nights.ids() == truth(nights)


@pytest.mark.parametrize("lie", ["2005-06-01T00:00:00Z", "2025-06-01T00:00:00Z"])
@pytest.mark.parametrize("sort", ["created_desc", "created_asc"])
def test_a_plausible_lie_about_a_time_skips_nothing(nights: Nights, lie: str, sort: str) -> None:
    paths: list[str] = []

    def change(path: str, value: Any) -> None:
        paths.append(path)
        if sort in path and len(value["results"]) > 5:
            value["results"][5]["created"] = lie

    if sort == "created_asc":
        nights.run(most=1)
        nights.collector = replace(nights.collector, overlap_days=20_000)
    with in_between(nights, change):
        nights.run(most=1)
        nights.run(most=3)
    assert len(paths) == 4
    nights.run()
    assert nights.ids() == truth(nights)


def test_a_404_from_a_proxy_does_not_end_a_walk(nights: Nights) -> None:
    nights.run(most=2)
    with instead(nights, lambda _: NOT_FOUND_PAGE):
        line, outcome = nights.night()
    assert (line["stopped"], line["nodes"], outcome.pages) == ("failed", 300, 0)
    nights.run()
    assert nights.ids() == truth(nights)


def test_an_empty_answer_does_not_end_a_walk_for_good(nights: Nights) -> None:
    nights.run(most=2)
    with instead(nights, lambda _: (200, b'{"count": 0, "next": null, "results": []}')):
        assert nights.run()["stopped"] == "complete"
    nights.run()
    assert nights.ids() == truth(nights)


@pytest.mark.parametrize(("after", "lines"), [(0, []), (2, [("failed", 300, 300, 3)])])
def test_an_error_during_a_night_still_records_what_was_saved(
    nights: Nights, after: int, lines: list[tuple[object, ...]]
) -> None:
    nights.standin.add_fault(Fault("unknown_key", times=None, after=after))
    with pytest.raises(ConfigError, match="refused the key"):
        nights.run()
    history = jsonl.read(nights.metrics)
    fields = ("stopped", "nodes", "added", "requests")
    assert [tuple(line[field] for field in fields) for line in history] == lines


def test_a_page_and_its_cursor_are_saved_together(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(store, "save_cursor", fail)
        nights.run()
    assert nights.ids() == set()
    assert not nights.metrics.exists()


def test_a_night_reports_that_it_ran_out_of_requests(nights: Nights) -> None:
    assert nights.run(most=1)["stopped"] == "max_requests"


def test_a_phase_at_its_limit_does_not_end_the_night(nights: Nights) -> None:
    nights.run("mixed", most=2)
    nights.age()
    nights.standin.catalog.remove(min(nights.ids()))  # checking it takes refresh to its limit
    nights.collector = replace(nights.collector, refresh_requests=2, similar_requests=1)
    assert nights.run("mixed", most=1000)["stopped"] == "complete"


def test_a_night_deletes_old_requests_from_the_ledger(nights: Nights) -> None:
    with database.writing(nights.library, create=True) as connection:
        connection.execute("INSERT INTO requests (at, path) VALUES (1, 'old')")
    nights.run(most=1)
    assert nights.value("SELECT count(*) FROM requests WHERE path = 'old'") == 0


def test_only_mode_search_uses_the_query(nights: Nights) -> None:
    nights.run("newest", query="no sound has this name")
    assert nights.ids() == truth(nights)


def test_each_search_has_its_own_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = [
        {"id": n, "name": "rain" if n % 2 else "wind", "created": f"{2000 + n}-01-01T00:00:00Z"}
        for n in range(6, 26)
    ]
    with nights_of(Catalog(sounds), tmp_path, monkeypatch) as nights:
        assert [nights.run("search", query=query)["added"] for query in ("rain", "wind")] == [
            10,
            10,
        ]


def test_the_daily_limit_ends_the_night_cleanly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = synthetic_catalog(sounds=1000, seed=3)
    with nights_of(catalog, tmp_path, monkeypatch, requests_per_day=3) as nights:
        line, outcome = nights.night()
        assert (line["stopped"], line["added"], outcome.failure) == ("quota", 450, "")
        assert nights.night()[0]["stopped"] == "quota"


def test_our_own_ledger_stops_before_the_server_does(nights: Nights) -> None:
    nights.freesound = replace(nights.freesound, requests_per_day=3)
    assert nights.run()["stopped"] == "quota"
    assert nights.run()["requests"] == 0
    assert len(nights.standin.log) == 3


def test_an_outage_during_a_night_keeps_earlier_pages(nights: Nights) -> None:
    nights.run(most=2)
    nights.standin.add_fault(Fault("overloaded", times=1000))
    line, outcome = nights.night()
    assert outcome.stopped == line["stopped"] == "failed"
    assert "overloaded" in outcome.failure
    assert len(nights.ids()) == line["nodes"] == 300


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    budgets=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    mode=st.sampled_from(["newest", "mixed"]),
)
def test_any_split_into_nights_collects_the_same(
    budgets: list[int],
    mode: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("nights")
    with nights_of(synthetic_catalog(sounds=600, seed=5), folder, monkeypatch) as nights:
        for budget in budgets:
            assert nights.run(mode, most=budget)["requests"] <= budget
        nights.run(mode)
        assert nights.ids() == truth(nights)


def test_hostile_text_arrives_as_it_is(nights: Nights) -> None:
    nights.run()
    truth_names = {n: s["name"] for n, s in nights.standin.catalog.sounds.items()}
    with database.snapshot(nights.library) as connection:
        names = dict(connection.execute("SELECT id, name FROM sounds"))
    assert names == truth_names
    for mark in ("<script>", "\n", "\u202e", '"', "${{"):
        assert any(mark in name for name in names.values()), mark


def test_stand_in_and_freesound_are_never_mixed(nights: Nights) -> None:
    nights.run(most=1)
    nights.freesound = replace(nights.freesound, base_url="https://freesound.org/apiv2/")
    with pytest.raises(ConfigError, match="--checkpoint-dir"):
        nights.run(most=1)


def environment(standin: StandIn) -> dict[str, str]:
    return {"FREESOUND_BASE_URL": standin.base_url, "FREESOUND_API_KEY": "a-key"}


def start_collecting(folder: Path, standin: StandIn) -> subprocess.Popen[bytes]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    return subprocess.Popen(
        [sys.executable, "scripts/collect_sounds.py", *flags(folder), "--mode", "newest"],
        cwd=ROOT,
        env=env | environment(standin),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_killed_run_loses_at_most_the_page_in_flight(tmp_path: Path, run: Run) -> None:
    catalog = synthetic_catalog(sounds=750, seed=4)
    with StandIn(catalog) as standin:
        standin.add_fault(Fault("hang", times=1, after=2))
        child = start_collecting(tmp_path, standin)
        deadline = time.monotonic() + 30
        while len(standin.log) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)  # the third request hangs now
        child.send_signal(signal.SIGKILL)
        child.wait()
        with database.snapshot(tmp_path / "library") as connection:
            nodes = database.counts(connection)["sounds"]
        assert 290 <= nodes <= 300
        standin.clear_faults()
        before = len(standin.log)
        finished = run(
            "collect_sounds.py", *flags(tmp_path), "--mode", "newest", env=environment(standin)
        )
        assert finished.returncode == 0, finished.stderr
        with database.snapshot(tmp_path / "library") as connection:
            assert database.counts(connection)["sounds"] == 750
        assert len(standin.log) - before <= 7


def test_a_dry_run_sends_and_creates_nothing(tmp_path: Path, run: Run) -> None:
    done = run("collect_sounds.py", "--dry-run", "--checkpoint-dir", tmp_path / "library")
    assert done.returncode == 0, done.stderr
    assert "100 requests at most (2000 left" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_counts_what_is_due(tmp_path: Path, run: Run, nights: Nights) -> None:
    nights.run(most=3)
    packs = nights.value("SELECT count(DISTINCT pack_id) FROM sounds")
    sent = len(nights.standin.log)
    flags = ["--checkpoint-dir", nights.library, "--max-requests", "500", "--mode", "packs"]
    done = run("collect_sounds.py", "--dry-run", *flags)
    assert f"{packs} requests at most ({2000 - sent} left" in done.stdout
    assert len(nights.standin.log) == sent


@pytest.mark.parametrize(
    ("given_flags", "env", "message"),
    [
        ([], {"FREESOUND_API_KEY": ""}, "FREESOUND_API_KEY is not set"),
        ([], {"FREESOUND_API_KEY": "two words"}, "contains spaces"),
        (["--max-requests", "0"], {}, "--max-requests"),
        (["--max-requests", "many"], {}, "--max-requests"),
        (["--max-requests", "1000000"], {}, "--max-requests"),
        (["--query", "a\udcffb"], {}, "is not text that can be sent"),
        (["--mode", "all"], {}, "choose one of newest, search, packs, similar, mixed"),
        (["--mode", "search"], {}, "--query"),
        (["--mode", "packs", "--query", "rain"], {}, "--query goes with mode search"),
        (["--unknown"], {}, "unrecognized"),
        ([], {"FREESOUND_API_KEY": "k", "FREESOUND_BASE_URL": "ftp://x"}, "FREESOUND_BASE_URL is"),
    ],
)
def test_wrong_use_is_explained(
    tmp_path: Path, run: Run, given_flags: list[str], env: dict[str, str], message: str
) -> None:
    done = run("collect_sounds.py", "--checkpoint-dir", tmp_path / "library", *given_flags, env=env)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def flags(folder: Path) -> list[str]:
    return [
        *("--checkpoint-dir", str(folder / "library")),
        *("--metrics-history", str(folder / "m.jsonl")),
    ]


def test_a_wrong_key_ends_with_2(tmp_path: Path, run: Run) -> None:
    with StandIn(Catalog([{"id": 1}]), keys={"right"}) as standin:
        done = run("collect_sounds.py", *flags(tmp_path), env=environment(standin))
    assert (done.returncode, "refused the key" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_freesound_ends_with_1(tmp_path: Path, run: Run) -> None:
    with answering(lambda _: NOT_FOUND_PAGE) as url:
        env = {"FREESOUND_BASE_URL": url, "FREESOUND_API_KEY": "a-key"}
        done = run("collect_sounds.py", *flags(tmp_path), env=env | {"GITHUB_ACTIONS": "true"})
    assert (done.returncode, "::error::nothing could be collected" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("kind", "after", "code", "message"),
    [
        ("unavailable", 0, 1, "nothing could be collected"),
        ("unavailable", 2, 0, "what came before is kept"),
        ("disconnect", 0, 1, "nothing could be collected"),
    ],
)
def test_an_outage_fails_the_command_only_if_nothing_was_collected(
    nights: Nights,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    after: int,
    code: int,
    message: str,
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    # The real command, but with short timeouts.
    settings = replace(SETTINGS, freesound=nights.freesound)
    monkeypatch.setattr(config, "load", lambda: settings)
    nights.standin.add_fault(Fault(kind, times=None, after=after))
    assert collect_sounds.main([*flags(nights.library.parent), "--mode", "newest"]) == code
    assert message in caplog.text


def test_an_interrupted_night_is_recorded(tmp_path: Path) -> None:
    with StandIn(synthetic_catalog(sounds=600, seed=1)) as standin:
        standin.add_fault(Fault("hang", times=1, after=2))
        child = start_collecting(tmp_path, standin)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and sounds_in(tmp_path / "library") < 300:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
    (line,) = jsonl.read(tmp_path / "m.jsonl")
    assert (line["stopped"], line["nodes"]) == ("interrupted", 300)


def sounds_in(folder: Path) -> int:
    try:
        with database.snapshot(folder) as connection:
            return database.counts(connection)["sounds"]
    except LibraryError:  # not created yet
        return 0


def test_results_and_outputs_of_a_night(tmp_path: Path, run: Run) -> None:
    output, log = tmp_path / "output", tmp_path / "log"
    with StandIn(Catalog([{"id": 1}])) as standin:
        env = environment(standin) | {"GITHUB_OUTPUT": str(output)}
        more = ["--json", "--log-file", log, "--verbose"]
        done = run("collect_sounds.py", *flags(tmp_path), *more, env=env)
    assert done.returncode == 0, done.stderr
    assert [json.loads(done.stdout)] == jsonl.read(tmp_path / "m.jsonl")
    names = [line.split("<<")[0] for line in output.read_text().splitlines() if "<<" in line]
    assert names == ["added", "removed", "nodes", "requests"]
    assert "output nodes=1" in log.read_text()


def test_a_library_of_its_own_is_not_warned_of_the_loss_of_another(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    first = nights.run(most=1)
    (nights.library / database.FILE_NAME).unlink()
    caplog.clear()
    second = nights.run(most=1)
    assert (first["nodes"], second["nodes"], caplog.text) == (150, 150, "")
    assert first["library_id"] != second["library_id"]


def test_the_nights_of_a_library_carry_its_id(nights: Nights) -> None:
    library_ids = {nights.run(most=1)["library_id"] for _ in range(2)}
    assert library_ids == {nights.value("SELECT value FROM meta WHERE key = 'library_id'")}
