import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundweave.base import config
from soundweave.base.errors import ApiError
from soundweave.freesound import api
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.library import database, similar_sounds, store
from soundweave.standin import Catalog, Fault, synthetic_catalog
from soundweave.standin.query.similar import Neighbors
from tests.conftest import Run
from tests.support.liar import answering
from tests.support.make_library import make_library
from tests.support.nights import FAST, Nights, nights_of

NOW = "2026-06-01T03:17:00Z"
COLLECTOR = config.load(environ={}).collector


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    with nights_of(synthetic_catalog(sounds=300, seed=3), tmp_path, monkeypatch) as nights:
        nights.collector = replace(nights.collector, refresh_requests=0)
        yield nights


def requested_ids(nights: Nights) -> list[int]:
    paths = [entry.path.split("/") for entry in nights.standin.log]
    return [int(path[1]) for path in paths if path[-2] == "similar"]


def rows(nights: Nights, sql: str) -> list[tuple[Any, ...]]:
    with database.snapshot(nights.library) as connection:
        return [tuple(row) for row in connection.execute(sql)]


# Selecting targets


def targets(
    folder: Path, limit: int = 100, similar_again_days: float = COLLECTOR.similar_again_days
) -> list[int]:
    settings = replace(COLLECTOR, similar_again_days=similar_again_days)
    with database.snapshot(folder) as connection:
        return similar_sounds.targets(connection, settings, NOW, limit)


def ask(folder: Path, sound_id: int, when: str, **scores: float) -> None:
    score_by_id = {int(name[1:]): score for name, score in scores.items()}
    with database.writing(folder) as connection, database.transaction(connection):
        similar_sounds.save(connection, sound_id, score_by_id, when)


CROWD = [
    {"id": 1, "username": "band", "num_downloads": 900},
    {"id": 2, "username": "band", "num_downloads": 800},
    {"id": 3, "username": "band", "num_downloads": 700},
    {"id": 4, "username": "loner", "num_downloads": 5},
    {"id": 5, "username": "hermit", "num_downloads": 9},
    {"id": 6, "username": "packer", "pack": "p", "num_downloads": 600},
]


def test_isolated_and_popular_sounds_alternate(tmp_path: Path) -> None:
    make_library(tmp_path, CROWD)
    assert targets(tmp_path) == [5, 1, 4, 2, 3, 6]
    assert [targets(tmp_path, limit) for limit in (0, 1, 4)] == [[], [5], [5, 1, 4, 2]]


def test_a_sound_in_an_answer_is_not_isolated(tmp_path: Path) -> None:
    make_library(tmp_path, CROWD)
    ask(tmp_path, 1, NOW, s5=0.9)
    assert targets(tmp_path) == [4, 2, 3, 6, 5]


def test_removed_sounds_do_not_count_as_company(tmp_path: Path) -> None:
    gone = {"username": "loner", "num_downloads": 99, "removed_at": NOW}
    packed = {"username": "hermit", "num_downloads": 1, "pack": "q"}
    make_library(tmp_path, [*CROWD, {"id": 7, **gone}, {"id": 8, **packed}])
    assert targets(tmp_path) == [4, 1, 2, 3, 6, 5, 8]


def test_ties_are_ordered_by_id(tmp_path: Path) -> None:
    make_library(tmp_path, [{"id": n, "username": f"u{n % 2}"} for n in (9, 3, 7, 5, 2, 4)])
    assert targets(tmp_path) == [2, 3, 4, 5, 7, 9]


@pytest.mark.parametrize(
    ("when", "days", "again"),
    [
        ("2026-03-03T03:17:00Z", 90, True),
        ("2026-03-03T03:17:01Z", 90, False),
        ("2026-06-01T03:16:59Z", 0, True),
        (NOW, 0, False),
    ],
)
@pytest.mark.parametrize("scores", [{}, {"s2": 0.8}])
def test_an_answer_is_valid_for_a_while(
    tmp_path: Path, when: str, days: float, again: bool, scores: dict[str, float]
) -> None:
    make_library(tmp_path, [{"id": 1}, {"id": 2}])
    ask(tmp_path, 1, when, **scores)
    assert targets(tmp_path, similar_again_days=days) == ([2, 1] if again else [2])


def test_the_oldest_answers_are_renewed_after_sounds_without_one(tmp_path: Path) -> None:
    make_library(tmp_path, [{"id": n, "num_downloads": n} for n in range(1, 6)])
    for sound_id, year in ((1, 2024), (2, 2023), (3, 2025)):
        ask(tmp_path, sound_id, f"{year}-01-01T00:00:00Z")
    assert targets(tmp_path) == [5, 4, 2, 1, 3]


def test_selecting_targets_scans_no_table(tmp_path: Path) -> None:
    make_library(tmp_path, CROWD)
    with database.snapshot(tmp_path) as connection:
        values = {"limit": 100, "again": NOW, "now": NOW}
        plan = connection.execute(f"EXPLAIN QUERY PLAN {similar_sounds.TARGETS}", values)
        steps = [row["detail"] for row in plan]
    tables = ("sounds", "similarities", "similarity_targets", "other")
    reads = {step for step in steps if step.startswith(tuple(f"SCAN {name}" for name in tables))}
    # Both end early, or hold a quarter of the sounds and two columns.
    assert reads == {
        "SCAN sounds USING INDEX sounds_popular",
        "SCAN sounds USING INDEX sounds_unpacked",
    }
    assert any("similarity_targets_asked (asked_at<?)" in step for step in steps)


# Reading answers


def result(sound_id: int, score: object = 0.9, **fields: object) -> dict[str, object]:
    return {
        "id": sound_id,
        "name": f"sound {sound_id}",
        "username": "someone",
        "score": score,
        "license": "http://creativecommons.org/publicdomain/zero/1.0/",
        "created": "2020-01-01T00:00:00Z",
        "tags": [],
        "duration": 1.0,
        "num_downloads": 0,
        **fields,
    }


def similar(results: object, folder: Path, keep: int = 20, status: int = 200) -> api.Similar:
    body = json.dumps({"count": 1, "results": results, "detail": "Not found."}).encode()
    with (
        answering(lambda _: (status, body)) as base_url,
        database.writing(folder, create=True) as ledger,
    ):
        quota = Quota(ledger, per_minute=1000, per_day=1000)
        freesound = replace(FAST, base_url=base_url)
        with closing(FreesoundClient(freesound, "key", quota, max_requests=9)) as client:
            return api.similar(client, 1, keep)


@pytest.mark.parametrize(
    "score", [None, "0.9", True, float("nan"), float("inf"), 1.01, -0.1, [0.9], {"value": 1}]
)
def test_a_bad_score_is_refused_and_its_sound_kept(tmp_path: Path, score: object) -> None:
    answer = similar([result(2, score), result(3, 0.8)], tmp_path)
    assert answer.scores == {3: 0.8}
    assert [sound.id for sound in answer.sounds] == [2, 3]


@pytest.mark.parametrize("score", [0, 0.0, 0.7, 1, 1.0])
def test_a_good_score_is_a_number_from_0_to_1(tmp_path: Path, score: float) -> None:
    assert similar([result(2, score)], tmp_path).scores == {2: score}


@pytest.mark.parametrize("score", [1.0000001, 1.00001, 1.0002])
def test_a_score_that_exceeds_1_by_rounding_is_1(tmp_path: Path, score: float) -> None:
    assert similar([result(2, score)], tmp_path).scores == {2: 1.0}


def test_the_target_itself_nulls_and_bad_sounds_are_skipped(tmp_path: Path) -> None:
    bad = [None, "text", result(1, 1.0), result(4, name=7), result(2**60)]
    answer = similar([*bad, result(2, 0.75)], tmp_path)
    assert answer.scores == {2: 0.75}
    assert [sound.id for sound in answer.sounds] == [2]


@pytest.mark.parametrize("scores", [(0.7, 0.9), (0.9, 0.7), (None, 0.9), (0.9, "no")])
def test_the_better_of_two_scores_is_kept(tmp_path: Path, scores: tuple[object, object]) -> None:
    assert similar([result(2, score) for score in scores], tmp_path).scores == {2: 0.9}


def test_extra_results_are_cut_to_the_best(tmp_path: Path) -> None:
    answer = similar([result(n, n / 10) for n in range(2, 9)], tmp_path, keep=3)
    assert answer.scores == {8: 0.8, 7: 0.7, 6: 0.6}


def test_an_unknown_target_has_no_similar_sounds(tmp_path: Path) -> None:
    assert similar([], tmp_path).scores == {}
    assert similar([], tmp_path, status=404) == api.Similar((), {})


def test_an_answer_without_any_score_has_no_similar_sounds(tmp_path: Path) -> None:
    answer = similar([result(2, None), result(3, "high")], tmp_path)
    assert (len(answer.sounds), answer.scores) == (2, {})


@pytest.mark.parametrize("results", [None, {}, "none"])
def test_an_answer_without_results_is_an_error(tmp_path: Path, results: object) -> None:
    with pytest.raises(ApiError):
        similar(results, tmp_path)


# Nights

# Targets that were answered; one that failed is due again at once.
ASKED = "SELECT count(*) FROM similarity_targets WHERE asked_at > date('now', '-2 days')"


def test_a_night_collects_the_stand_ins_neighbors(nights: Nights) -> None:
    nights.run(most=1)
    ids_before = nights.ids()
    line = nights.run("similar")
    assert line["stopped"] == "complete"
    targets = dict(rows(nights, "SELECT sound_id, found FROM similarity_targets"))
    assert sorted(requested_ids(nights)) == sorted(targets)
    assert set(targets) == nights.ids() > ids_before  # similar sounds are targets too
    catalog_neighbors = Neighbors(nights.standin.catalog)
    scores_by_source: dict[int, dict[int, float]] = {number: {} for number in targets}
    for source, target, score in rows(nights, "SELECT * FROM similarities"):
        scores_by_source[source][target] = score
    for number, scores in scores_by_source.items():
        neighbors = {id_: min(1, s) for id_, s in catalog_neighbors.of(number).items()}
        assert targets[number] == len(scores) == min(len(neighbors), 20)
        assert scores.items() <= neighbors.items()
        assert sorted(scores.values()) == sorted(neighbors.values())[-20:][: len(scores)]
    assert 0 in targets.values()
    assert 20 in targets.values()
    assert nights.run("similar")["requests"] == 0


def test_sounds_found_by_similarity_are_saved_completely(nights: Nights) -> None:
    nights.run(most=1)
    ids_before = nights.ids()
    line = nights.run("similar")
    new = nights.ids() - ids_before
    assert line["added"] == len(new) > 0
    names = dict(rows(nights, "SELECT id, name FROM sounds"))
    created = dict(rows(nights, "SELECT id, created FROM sounds"))
    for number in new:
        assert names[number] == nights.standin.catalog.sounds[number]["name"].replace("\0", "")
        assert created[number] == nights.standin.catalog.sounds[number]["created"]


def test_pairs_are_symmetric_with_the_best_score(tmp_path: Path) -> None:
    make_library(tmp_path, CROWD)
    ask(tmp_path, 1, NOW, s2=0.8, s3=0.7)
    ask(tmp_path, 2, NOW, s1=0.8001)
    with database.snapshot(tmp_path) as connection:
        pairs = {tuple(row) for row in connection.execute("SELECT * FROM similar_pairs")}
    assert pairs == {(1, 2, 0.8001), (1, 3, 0.7)}


def test_an_answer_replaces_the_last_one(nights: Nights) -> None:
    nights.run()
    nights.run("similar")
    before = len(requested_ids(nights))
    some = rows(nights, "SELECT source FROM similarities LIMIT 1")[0][0]
    full = nights.standin.catalog.sounds[some]
    nights.standin.catalog.add({**full, "tags": ["unheard-of"]})
    with database.writing(nights.library) as connection:
        connection.execute("UPDATE similarity_targets SET asked_at = '2020-01-01T00:00:00Z'")
    nights.run("similar", most=400)
    assert len(requested_ids(nights)) == 2 * before
    assert nights.value(f"SELECT count(*) FROM similarities WHERE {some} IN (source, target)") == 0


@pytest.mark.parametrize(
    "kind", ["overloaded", "bad_gateway", "hang", "disconnect", "truncated", "malformed", "minute"]
)
def test_a_passing_fault_loses_nothing(nights: Nights, kind: str) -> None:
    nights.run()
    if kind == "hang":
        nights.freesound = replace(nights.freesound, timeout_seconds=5)
    nights.standin.add_fault(Fault(kind, times=2, path="sounds/*/similar/", after=3))
    line = nights.run("similar", most=20)
    assert line["requests"] == 20
    assert nights.value("SELECT count(*) FROM similarity_targets") == 18


def test_a_lying_server_harms_nothing(nights: Nights) -> None:
    nights.run()
    nights.standin.add_fault(Fault("lie", times=300, path="sounds/*/similar/"))
    assert nights.run("similar")["stopped"] == "complete"
    assert nights.ids() == set(nights.standin.catalog.sounds)
    names = dict(rows(nights, "SELECT id, name FROM sounds"))
    assert "17" not in names.values()


def test_a_failing_target_is_skipped_and_retried(nights: Nights) -> None:
    nights.run()
    with database.snapshot(nights.library) as connection:
        bad = similar_sounds.targets(connection, nights.collector, NOW, 3)[1]
    nights.standin.add_fault(Fault("server_error", None, f"sounds/{bad}/similar/"))
    line, outcome = nights.night("similar")
    assert (line["stopped"], outcome.failure) == ("complete", "")
    assert requested_ids(nights).count(bad) == nights.freesound.attempts
    assert nights.value(ASKED) == 299
    nights.standin.clear_faults()
    assert nights.run("similar")["requests"] == 1
    assert nights.value(f"SELECT count(*) FROM similarity_targets WHERE sound_id = {bad}") == 1


def test_failures_that_are_not_in_a_row_do_not_end_the_phase(nights: Nights) -> None:
    nights.run()
    with database.snapshot(nights.library) as connection:
        order = similar_sounds.targets(connection, nights.collector, NOW, 20)
    for bad in order[1:12:3]:
        nights.standin.add_fault(Fault("server_error", None, f"sounds/{bad}/similar/"))
    line, outcome = nights.night("similar")
    assert (line["stopped"], outcome.failure) == ("complete", "")
    assert nights.value(ASKED) == 296


@pytest.mark.parametrize("kind", ["server_error", "malformed", "lie"])
def test_odd_targets_in_a_row_do_not_end_the_phase(nights: Nights, kind: str) -> None:
    nights.run()
    with database.snapshot(nights.library) as connection:
        order = similar_sounds.targets(connection, nights.collector, NOW, 20)
    for odd in order[5:15]:
        nights.standin.add_fault(Fault(kind, None, f"sounds/{odd}/similar/"))
    line, outcome = nights.night("similar")
    assert (line["stopped"], outcome.failure) == ("complete", "")
    assert nights.value(ASKED) >= 290


def test_odd_targets_go_to_the_end_of_the_queue(nights: Nights) -> None:
    nights.run()
    with database.snapshot(nights.library) as connection:
        odd = similar_sounds.targets(connection, nights.collector, NOW, 3)
    for number in odd:
        nights.standin.add_fault(Fault("server_error", None, f"sounds/{number}/similar/"))
    assert nights.run("similar")["stopped"] == "failed"  # nothing ever answered: an outage
    assert nights.run("similar")["stopped"] == "complete"
    assert nights.value(ASKED) == 297


def test_without_similarity_the_rest_of_a_mixed_night_continues(nights: Nights) -> None:
    nights.run(most=1)
    nights.standin.add_fault(Fault("overloaded", None, "sounds/*/similar/"))
    line, outcome = nights.night("mixed", most=300)
    assert line["stopped"] == "failed"
    assert "similarity does not answer" in outcome.failure
    assert len(requested_ids(nights)) == 3 * nights.freesound.attempts
    assert nights.ids() == set(nights.standin.catalog.sounds)
    line, outcome = nights.night("similar")
    assert (line["stopped"], outcome.pages) == ("failed", 0)


@pytest.mark.parametrize("limit", ["server", "ledger"])
def test_the_quota_ends_a_phase_and_the_next_night_continues(nights: Nights, limit: str) -> None:
    nights.run()
    used = len(nights.standin.log)
    if limit == "server":
        nights.standin.add_fault(Fault("day", None, "sounds/*/similar/", after=7))
    else:
        nights.freesound = replace(nights.freesound, requests_per_day=used + 7)
    line, outcome = nights.night("similar")
    assert (line["stopped"], outcome.failure) == ("quota", "")
    assert nights.value("SELECT count(*) FROM similarity_targets") == 7
    nights.standin.clear_faults()
    nights.freesound = replace(nights.freesound, requests_per_day=100_000)
    nights.run("similar")
    answered = [n for n in requested_ids(nights) if n not in requested_ids(nights)[7:8]]
    assert len(answered) == len(set(answered))
    assert nights.value("SELECT count(*) FROM similarity_targets") == 300


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budgets=st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_any_split_into_nights_requests_each_sound_once(
    budgets: list[int], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("nights")
    with nights_of(synthetic_catalog(sounds=60, seed=5), folder, monkeypatch) as nights:
        nights.run()
        for budget in budgets:
            assert nights.run("similar", most=budget)["requests"] <= budget
        nights.run("similar")
        assert sorted(requested_ids(nights)) == sorted(nights.standin.catalog.sounds)


def test_a_library_grows_along_its_similarities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A chain: each sound shares two of its three tags with the next one.
    chain = [{"id": n, "tags": [f"t{n}", f"t{n + 1}", f"t{n + 2}"]} for n in range(1, 9)]
    with nights_of(Catalog(chain), tmp_path, monkeypatch) as nights:
        nights.run("search", query="t1", most=1)
        assert nights.ids() == {1}
        nights.run("similar")
        assert nights.ids() == set(range(1, 9))


def test_a_mixed_night_runs_its_phases_in_order(nights: Nights) -> None:
    nights.run(most=1)
    sent = len(nights.standin.log)
    line = nights.run("mixed", most=10)
    kinds = [entry.path.split("/")[0] for entry in nights.standin.log[sent:]]
    assert kinds[:7] == ["packs"] * 5 + ["sounds"] * 2
    assert set(kinds[7:]) <= {"search"}
    assert line["requests"] == len(kinds) <= 10


def test_a_dry_run_counts_similar_sounds(tmp_path: Path, run: Run, nights: Nights) -> None:
    flags = ["--checkpoint-dir", nights.library, "--dry-run", "--json", "--mode", "similar"]
    assert json.loads(run("collect_sounds.py", *flags).stdout)["phases"]["similar"] == 0
    nights.run()
    nights.run("similar", most=10)
    sent = len(nights.standin.log)
    flags += ["--max-requests", "999"]
    assert json.loads(run("collect_sounds.py", *flags).stdout)["phases"]["similar"] == 290
    assert len(nights.standin.log) == sent


def test_removed_sounds_lose_their_similarities_and_may_come_back(nights: Nights) -> None:
    nights.run()
    nights.run("similar")
    gone = rows(nights, "SELECT source FROM similarities GROUP BY source LIMIT 1")[0][0]
    pairs = f"SELECT count(*) FROM similar_pairs WHERE {gone} IN (low, high)"
    before = nights.value(pairs)
    with database.writing(nights.library) as connection, database.transaction(connection):
        store.mark_removed(connection, gone, NOW)
    assert nights.value(pairs) == 0 < before
    assert nights.value("SELECT count(*) FROM similarities") > 0
    assert nights.run("similar")["requests"] == 0
    nights.collector = replace(nights.collector, overlap_days=20_000)
    nights.run()
    assert gone in nights.ids()
    assert nights.run("similar")["requests"] == 1
    assert nights.value(pairs) > 0
