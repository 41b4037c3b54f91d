"""Whatever one answer lies about, after enough honest nights the library equals the catalog."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from soundweave.base import config, jsonl, times
from soundweave.freesound import api
from soundweave.library import database
from soundweave.standin import Catalog
from soundweave.validation.report import validate
from tests.support.liar import in_between
from tests.support.nights import Nights, nights_of

LIARS_NIGHTS, HONEST_NIGHTS = 3, 8
PAGE_SIZE = 20
SIZE = 13 * PAGE_SIZE  # more than one search reads
FIELDS: dict[str, list[Any]] = {
    "id": [1, 7, 150, 999_999, -1, "7", None],
    "name": ["other", "", 17, None],
    "username": ["someone else", "", None, {}],
    "license": ["http://creativecommons.org/licenses/by/3.0/", None],
    "created": [
        *("2005-01-02T00:00:00Z", "2019-06-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        *("2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", None),
    ],
    "tags": [["wrong"], "loop", None],
    "duration": [1e9, "long", -1, None],
    "type": ["ogg", [], None],
    "pack": ["https://freesound.org/apiv2/packs/3/", None, 900, "packs"],
    "pack_name": ["other", [], None],
    "previews": [{}, "none", None],
    "num_downloads": [5, -1.5, None],
    "is_explicit": [True, "no", None],
    "gen_ai_preference": ["no-gen-ai", "sure", 7, None],
}
ENVELOPE: dict[str, list[Any]] = {
    "count": [0, 1, 10**9, -1, "many", None],
    "next": [None, "", "https://freesound.org/apiv2/search/?&page=2", 7],
    "results": [[], [None], [7, "x"]],
}

Lie = Callable[[dict[str, Any]], None]


def catalog(size: int = SIZE) -> Catalog:
    return Catalog(sound(number) for number in range(1, size + 1))


def sound(number: int) -> dict[str, Any]:
    pack = number // 15
    return {
        "id": number,
        "name": f"sound {number}",
        "username": f"user {pack // 2}",
        "created": f"{2006 + number // 15}-{1 + number % 15 // 5:02}-0{1 + number % 5}T00:00:00Z",
        "pack": f"https://freesound.org/apiv2/packs/{pack}/" if pack % 3 else None,
        "tags": ["rain"],
    }


@st.composite
def lies(draw: st.DrawFn) -> Lie:
    """One answer's lies: fields of some of its sounds, parts of its envelope, or missing keys."""
    envelope = draw(st.dictionaries(st.sampled_from(list(ENVELOPE)), st.integers(0, 6), max_size=3))
    missing_keys = draw(st.sets(st.sampled_from(["count", "next"])))
    rows = draw(st.sampled_from(["none", "first", "last", "middle", "all"]))
    fields = draw(st.dictionaries(st.sampled_from(list(FIELDS)), st.integers(0, 6), max_size=3))

    def change(answer: dict[str, Any]) -> None:
        results = answer["results"]
        chosen = {
            "none": [],
            "first": results[:1],
            "last": results[-1:],
            "middle": results[len(results) // 2 :][:1],
            "all": results,
        }[rows]
        for result in chosen:
            result.update({name: FIELDS[name][n % len(FIELDS[name])] for name, n in fields.items()})
        for name, n in envelope.items():
            answer[name] = ENVELOPE[name][n % len(ENVELOPE[name])]
        for name in missing_keys:
            del answer[name]

    return change


def facts(nights: Nights) -> dict[int, tuple[Any, ...]]:
    query = """
        SELECT sounds.id, sounds.name, username, license, created, duration, type, tags,
               num_downloads, pack_id, is_explicit, gen_ai_preference, preview_mp3
        FROM sounds JOIN users ON users.id = user_id WHERE removed_at IS NULL
    """
    with database.snapshot(nights.library) as connection:
        return {row[0]: tuple(row) for row in connection.execute(query)}


def honest(nights: Nights, count: int = HONEST_NIGHTS) -> None:
    for _ in range(count):
        nights.age()
        nights.run(most=40)


def statuses(nights: Nights) -> list[str]:
    limits = config.load(environ={}).validation
    report = validate(nights.library, nights.metrics, nights.metrics.with_name("none"), limits)
    return [error for error in report["errors"] if "edges" not in error]


@pytest.fixture(scope="module", autouse=True)
def small_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "PAGE_SIZE", PAGE_SIZE)
        yield


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("truth")
    with pytest.MonkeyPatch.context() as patch, nights_of(catalog(), folder, patch) as nights:
        nights.run()
        yield facts(nights)


def same_facts(nights: Nights, truth: dict[int, tuple[Any, ...]]) -> bool:
    # Previews name the stand-in's port.
    return {n: row[:-1] for n, row in facts(nights).items()} == {
        n: row[:-1] for n, row in truth.items()
    }


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(lie=lies(), number=st.integers(0, 12), budget=st.sampled_from([2, 5, 40]))
def test_one_lying_answer_decides_nothing_for_good(
    lie: Lie,
    number: int,
    budget: int,
    tmp_path_factory: pytest.TempPathFactory,
    truth: dict[int, tuple[Any, ...]],
) -> None:
    answers = []

    def change(path: str, answer: Any) -> None:
        if "results" in answer:
            answers.append(path)
            if len(answers) == number + 1:
                lie(answer)

    folder = tmp_path_factory.mktemp("lie")
    with pytest.MonkeyPatch.context() as patch, nights_of(catalog(), folder, patch) as nights:
        nights.collector = replace(nights.collector, refresh_requests=20)
        with in_between(nights, change):
            for _ in range(LIARS_NIGHTS):
                nights.run(most=budget)
        honest(nights)
        assert same_facts(nights, truth)
        assert nights.value("SELECT count(*) FROM sounds WHERE removed_at IS NULL") == SIZE


def skips(position: int, created: str) -> Lie:
    def change(answer: dict[str, Any]) -> None:
        answer["results"][position]["created"] = created

    return change


@pytest.mark.parametrize(
    "lie",
    [
        skips(-1, "2005-01-02T00:00:00Z"),
        lambda answer: answer.update(next=None, count=SIZE),
        lambda answer: answer.update(next=None, count=PAGE_SIZE),
        lambda answer: answer.pop("next"),
        lambda answer: answer.update(results=[], next=None, count=0),
    ],
    ids=["false time", "early null", "early null, low count", "no next", "empty"],
)
@pytest.mark.parametrize("page", [1, 3])
def test_a_known_lie_is_found_out_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Lie, page: int
) -> None:
    pages = []

    def change(path: str, answer: Any) -> None:
        pages.append(path)
        if len(pages) == page:
            lie(answer)

    with nights_of(catalog(), tmp_path, monkeypatch) as nights:
        with in_between(nights, change):
            nights.run(most=40)
        assert nights.run(most=40)["nodes"] == SIZE


def test_the_same_page_over_and_over_costs_two_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = []

    def change(path: str, answer: Any) -> None:
        answers.append(dict(answer))
        answer.clear()
        answer.update(answers[0])

    with nights_of(catalog(), tmp_path, monkeypatch) as nights:
        with in_between(nights, change):
            line, outcome = nights.night(most=40)
        assert (line["requests"], line["nodes"]) == (2, PAGE_SIZE)
        assert "repeats the page before" in outcome.distrusted[0]
        honest(nights, 2)
        assert len(nights.ids()) == SIZE


def test_a_clock_that_no_answer_confirms_rewrites_no_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nights_of(catalog(), tmp_path, monkeypatch) as nights:
        nights.run(most=40)
        before = nights.value("SELECT min(first_seen) FROM sounds")
        with monkeypatch.context() as patch:
            patch.setattr(times, "now", lambda: "2012-01-01T00:00:00Z")
            patch.setattr("soundweave.freesound.clock.agrees", lambda _: False)
            nights.run(most=1)
        assert nights.value("SELECT min(first_seen) FROM sounds") == before


@pytest.mark.parametrize("clock", ["1999-05-01T00:00:00Z", "2004-12-31T00:00:00Z", "ahead"])
@pytest.mark.parametrize("is_dated", [True, False], ids=["dated answers", "no dates"])
@pytest.mark.parametrize("first_nights", [0, 1])
def test_a_night_with_a_wrong_clock_decides_nothing_for_good(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: str,
    is_dated: bool,
    first_nights: int,
) -> None:
    wrong = times.before(times.now(), days=-365) if clock == "ahead" else clock
    with nights_of(catalog(), tmp_path, monkeypatch) as nights:
        for _ in range(first_nights):
            nights.run(most=3)
        with monkeypatch.context() as patch:
            patch.setattr(times, "now", lambda: wrong)
            if not is_dated:
                patch.setattr("soundweave.freesound.clock.agrees", lambda _: False)
            _, outcome = nights.night(most=3)
        assert bool(outcome.failure) == is_dated
        assert ("clock says" in outcome.failure) == is_dated
        assert len(jsonl.read(nights.metrics)) == first_nights + (not is_dated)
        nights.run(most=40)
        assert len(nights.ids()) == SIZE
        assert statuses(nights) == []
        honest(nights, 1)
        nights.standin.catalog.add(sound(SIZE + 1))
        nights.run(most=40)
        assert len(nights.ids()) == SIZE + 1
