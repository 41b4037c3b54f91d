"""The choice between candidates."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from benchmarks import injuries, metrics
from soundweave.base import schemas
from soundweave.translation.choosing import gate
from soundweave.translation.choosing.consensus import chrf, consensus
from soundweave.translation.choosing.evaluation import Evaluation, evaluate
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Text, numbered
from soundweave.translation.record import Judgment
from soundweave.translation.settings import EvaluationSettings, load
from tests.conftest import REAL

SETTINGS = EvaluationSettings(
    select={"poem": "text", "prose": "segment", "interface": "segment"},
    shortest=0.5,
    longest=2.0,
    source_similarity=80.0,
    consensus=1.0,
    marks=30.0,
    priors={},
)
SOURCES = (
    "The river carries the sound of the old mill down to the sea.",
    "At night we hear the wind in the pine trees behind the house.",
)
GOOD = (
    (
        "El río lleva el sonido del viejo molino hasta el mar.",
        "De noche oímos el viento en los pinos detrás de la casa.",
    ),
    (
        "El río lleva el sonido del molino viejo hacia el mar.",
        "Por la noche oímos el viento en los pinos tras la casa.",
    ),
    (
        "El río transporta el ruido del viejo molino hasta el mar.",
        "De noche escuchamos el viento en los pinos de la casa.",
    ),
)
WORDS = ("el", "río", "lleva", "un", "sonido", "viejo", "molino", "mar", "hasta", "noche")
sentences = st.lists(st.sampled_from(WORDS), min_size=9, max_size=14).map(" ".join)


def text(sources: Sequence[str] = SOURCES, kind: Kind = Kind.PROSE) -> Text:
    return Text("a-text", "", "", kind, "en", ("es",), "", numbered(sources))


def candidate(
    number: int,
    segments: Sequence[str | None],
    marks: Sequence[int | None] | None = None,
    route: str = "",
    **more: str,
) -> Candidate:
    config = CandidateConfig(number, "fast", route=route)
    marked = tuple(marks) if marks is not None else (None,) * len(segments)
    return Candidate(config, tuple(segments), marked, **more)


def good() -> list[Candidate]:
    return [candidate(number, segments) for number, segments in enumerate(GOOD, start=1)]


def result(
    candidates: Sequence[Candidate], kind: Kind = Kind.PROSE, **changed: Any
) -> dict[str, Any]:
    return checked(evaluated(candidates, kind, **changed))


def evaluated(
    candidates: Sequence[Candidate], kind: Kind = Kind.PROSE, **changed: Any
) -> Evaluation:
    return evaluate(text(kind=kind), candidates, "es", replace(SETTINGS, **changed))


def checked(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation's record, which must fit the schema and be plain JSON."""
    found: dict[str, Any] = dict(evaluation.to_record())
    contract = schemas.validator("translation").schema
    part = {**contract["properties"]["evaluation"], "$defs": contract["$defs"]}
    assert not list(schemas.validator("translation").evolve(schema=part).iter_errors(found))
    assert json.loads(json.dumps(found)) == found
    return found


# --- consensus


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=60))
def test_chrf_is_sacrebleus(hypothesis: str, reference: str) -> None:
    expected = CHRF().sentence_score(hypothesis, [reference]).score
    assert chrf(hypothesis, reference) == expected
    counted = metrics.counts([hypothesis], [reference])
    assert float(metrics.chrf(counted)[0]) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=50)
@given(st.lists(st.tuples(sentences, sentences), min_size=1, max_size=5))
def test_the_benchmarks_corpus_chrf_is_sacrebleus(pairs: list[tuple[str, str]]) -> None:
    ours, theirs = map(list, zip(*pairs, strict=True))
    expected = CHRF().corpus_score(ours, [theirs]).score
    assert metrics.corpus_chrf(metrics.counts(ours, theirs)) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=50)
@given(st.lists(sentences, min_size=2, max_size=6, unique=True))
def test_consensus_is_the_mean_with_the_others(segments: list[str]) -> None:
    expected = [
        sum(chrf(one, other) for other in segments if other != one) / (len(segments) - 1)
        for one in segments
    ]
    assert consensus(segments) == pytest.approx(expected)


@settings(max_examples=50)
@given(st.lists(sentences, max_size=5), st.randoms(use_true_random=False))
def test_equal_translations_vote_once(segments: list[str], dice: random.Random) -> None:
    different = list(dict.fromkeys(segments))
    once = dict(zip(different, consensus(different), strict=True))
    repeated = segments + [dice.choice(segments) for _ in range(2) if segments]
    dice.shuffle(repeated)
    if len(different) > 1:
        assert consensus(repeated) == [once[each] for each in repeated]


def test_blanks_do_not_make_another_vote() -> None:
    one, two, three = (segments[0] for segments in GOOD)
    again = consensus([one, f" {one} ", two.replace(" ", "\u00a0"), two, three])
    expected = consensus([one, two, three])
    assert again == [expected[0], expected[0], expected[1], expected[1], expected[2]]


@pytest.mark.parametrize(
    ("segments", "expected"), [([], []), (["sí"], [0.0]), (["sí", "sí"], [100.0, 100.0])]
)
def test_consensus_of_few(segments: list[str], expected: list[float]) -> None:
    assert consensus(segments) == expected


@pytest.mark.parametrize("kept", [0.4, 0.7, 0.9])
def test_of_two_the_one_that_lost_nothing_wins(kept: float) -> None:
    whole = GOOD[0][0]
    cut = whole[: int(kept * len(whole))]
    fuller, shorter = consensus([whole, cut])
    assert fuller > shorter
    assert consensus([cut, whole]) == [shorter, fuller]


# --- what is chosen


def test_the_best_of_each_segment() -> None:
    found = result(good())
    assert found["select"] == "segment"
    assert found["method"] == "consensus"
    assert found["valid"] == [1, 2, 3]
    assert found["rejected"] == []
    assert found["translation"] == [
        GOOD[segment["chosen"] - 1][index] for index, segment in enumerate(found["segments"])
    ]


def test_unknown_words_cost_their_share() -> None:
    marked = [
        replace(each, marks=(marks, 0)) for each, marks in zip(good(), (13, 0, 0), strict=True)
    ]
    before, after = result(good())["segments"][0], result(marked)["segments"][0]
    words = len(SOURCES[0].split())
    assert after["scores"][0]["marks"] == pytest.approx(13 / words, abs=1e-6)
    cost = before["scores"][0]["total"] - after["scores"][0]["total"]
    assert cost == pytest.approx(30 * 13 / words, abs=1e-5)
    assert before["scores"][0]["marks"] is None
    assert before["chosen"] == 1
    assert after["chosen"] != 1


@pytest.mark.parametrize(
    ("priors", "favoured"),
    [
        ({"en-es": {"eng-spa": 50.0}}, 2),
        ({"en-es": {"fast": 50.0}}, 1),  # the route, where there is one, goes before the model
        ({"es-en": {"eng-spa": 50.0}}, 1),
        ({}, 1),
    ],
)
def test_a_prior_is_of_a_route_or_model_and_a_pair(priors: dict[str, Any], favoured: int) -> None:
    routed = [good()[0], candidate(2, GOOD[1], route="eng-spa"), good()[2]]
    assert result(routed, priors=priors)["segments"][0]["chosen"] == favoured


def test_ties_go_to_the_lowest_id() -> None:
    twins = [candidate(number, GOOD[0]) for number in (7, 3, 5)]
    found = result(twins)
    assert [segment["chosen"] for segment in found["segments"]] == [3, 3]
    assert found["duplicates"] == {"5": 3, "7": 3}
    assert (found["chosen"], found["method"]) == (3, "only one")
    assert found["decision"]["by"] == "only"
    two = [candidate(9, GOOD[1]), candidate(4, GOOD[0])]
    assert result(two)["chosen"] == 4


def test_a_poem_takes_one_text_for_all_its_stanzas() -> None:
    # The third is best in no segment alone, but it is the only complete one.
    offered = [candidate(1, (GOOD[0][0], None)), candidate(2, (None, GOOD[1][1])), good()[2]]
    found = result(offered, Kind.POEM)
    assert (found["select"], found["chosen"], found["method"]) == ("text", 3, "only one")
    assert found["translation"] == list(GOOD[2])
    assert [segment["chosen"] for segment in found["segments"]] == [3, 3]
    assert found["valid"] == [1, 2, 3]
    by_segment = result(offered)
    assert {score["id"] for score in by_segment["segments"][0]["scores"]} == {1, 3}
    assert {score["id"] for score in by_segment["segments"][1]["scores"]} == {2, 3}
    assert by_segment["chosen"] == 3


def test_a_poem_without_a_complete_candidate_is_put_together() -> None:
    offered = [candidate(1, (GOOD[0][0], None)), candidate(2, (None, GOOD[1][1]))]
    found = result(offered, Kind.POEM)
    assert found["select"] == "segment"
    assert found["chosen"] is None
    assert found["translation"] == [GOOD[0][0], GOOD[1][1]]
    assert found["method"] == "consensus, by segment as no candidate has all of them"
    assert found["decision"] == {"by": "total", "no_complete_text": True, "no_verdict": ""}


def test_whole_texts_are_weighed_by_the_length_of_their_segments() -> None:
    found = result(good())
    for score in found["scores"]:
        parts = [
            next(each for each in segment["scores"] if each["id"] == score["id"])
            for segment in found["segments"]
        ]
        lengths = [len(source) for source in SOURCES]
        mean = sum(part["total"] * length for part, length in zip(parts, lengths, strict=True))
        assert score["total"] == pytest.approx(mean / sum(lengths), abs=1e-5)


@pytest.mark.parametrize(
    "offered", [[], [candidate(1, (), error="timeout")], [candidate(2, ("", None))]]
)
def test_nothing_valid_gives_nothing(offered: list[Candidate]) -> None:
    found = result(offered)
    assert found["translation"] == [None, None]
    assert (found["chosen"], found["valid"], found["method"]) == (None, [], "none")
    assert found["decision"] == {"by": "none", "no_complete_text": False, "no_verdict": ""}
    assert [each["id"] for each in found["rejected"]] == [each.config.id for each in offered]


def test_reasons_are_told() -> None:
    found = result(
        [*good(), candidate(4, SOURCES), candidate(5, (GOOD[0][0], "Lo siento, no puedo."))]
    )
    assert found["rejected"] == [{"id": 4, "reasons": ["copied"]}]
    assert found["segments"][1]["rejected"] == [
        {"id": 4, "reasons": ["copied"]},
        {"id": 5, "reasons": ["refusal", "length"]},
    ]
    assert found["valid"] == [1, 2, 3, 5]
    assert [score["id"] for score in found["scores"]] == [1, 2, 3]


# --- properties

pools = st.lists(
    st.tuples(
        st.one_of(sentences, st.none()), st.one_of(sentences, st.just("")), st.integers(0, 3)
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [candidate(i, (a, b), (m, None)) for i, (a, b, m) in enumerate(rows, start=1)])


@settings(max_examples=50)
@given(pools, st.randoms(use_true_random=False), st.sampled_from(Kind))
def test_the_order_of_candidates_changes_nothing(
    offered: list[Candidate], dice: random.Random, kind: Kind
) -> None:
    shuffled = dice.sample(offered, len(offered))
    assert result(shuffled, kind) == result(offered, kind)


@settings(max_examples=50)
@given(pools, st.integers(0, 4), st.sampled_from(Kind))
def test_duplicates_change_nothing(offered: list[Candidate], which: int, kind: Kind) -> None:
    twin = offered[which % len(offered)]
    more = [*offered, replace(twin, config=replace(twin.config, id=99))]
    before, after = result(offered, kind), result(more, kind)
    assert after["translation"] == before["translation"]
    assert after["chosen"] == before["chosen"]
    assert after["method"] == before["method"]


@settings(max_examples=50)
@given(pools)
def test_it_is_the_plain_definition(offered: list[Candidate]) -> None:
    found = result(offered)
    for index, source in enumerate(SOURCES):
        allowed = {
            each.config.id: each
            for each in offered
            if not gate.objections(text(), each, "es", SETTINGS)[index]
        }
        texts = {number: str(each.segments[index]) for number, each in allowed.items()}
        totals = {}
        for number, each in allowed.items():
            others = {other for other in texts.values() if other != texts[number]}
            agreed = 100.0 if len(texts) > 1 else 0.0
            if others:
                agreed = sum(chrf(texts[number], other) for other in others) / len(others)
            unknown = (each.marks[index] or 0) / len(source.split())
            totals[number] = round(agreed - 30 * unknown, 6)
        best = max(totals, key=lambda number: (totals[number], -number), default=None)
        scored = {score["id"]: score["total"] for score in found["segments"][index]["scores"]}
        assert scored == pytest.approx(totals, abs=2e-6)
        # Totals that differ by less than the rounding are left to the rounding.
        if len(set(totals.values())) == len(totals):
            assert found["segments"][index]["chosen"] == best


@settings(max_examples=50)
@given(st.integers(0, 2), st.integers(0, 10_000), st.sampled_from(Kind))
def test_a_broken_candidate_is_not_chosen_while_a_good_one_is_there(
    whole: int, seed: int, kind: Kind
) -> None:
    broken = injuries.broken(good(), SOURCES, rate=1.0, seed=seed)
    offered = [each if i != whole else good()[i] for i, each in enumerate(broken)]
    found = result(offered, kind)
    assert found["translation"] == list(GOOD[whole])
    assert found["chosen"] == whole + 1


# --- with a judge


def verdict(chosen: int | None, why: str = "best in both orders") -> Judgment:
    rounds: list[Any] = []
    return {"verdict": chosen, "why": why, "seed": 1, "rounds": rounds}


@pytest.mark.parametrize("kind", [Kind.POEM, Kind.PROSE])
def test_the_judges_candidate_is_taken_whole(kind: Kind) -> None:
    evaluation = evaluated(good(), kind)
    before, after = checked(evaluation), checked(evaluation.with_verdict(verdict(3)))
    assert (after["chosen"], after["method"], after["select"]) == (3, "judge", "text")
    assert after["translation"] == list(GOOD[2])
    assert [segment["chosen"] for segment in after["segments"]] == [3, 3]
    assert after["scores"] == before["scores"]
    assert after["judge"] == {"verdict": 3, "why": "best in both orders", "seed": 1, "rounds": []}
    assert after["decision"] == {"by": "judge", "no_complete_text": False, "no_verdict": ""}
    assert before == checked(evaluation)  # the evaluation itself does not change


def test_without_a_verdict_consensus_stands() -> None:
    evaluation = evaluated(good())
    before = checked(evaluation)
    after = checked(evaluation.with_verdict(verdict(None, "round 1 failed")))
    assert after["method"] == "consensus; the judge gave no verdict: round 1 failed"
    assert after.pop("judge")["verdict"] is None
    assert after["decision"] == before["decision"] | {"no_verdict": "round 1 failed"}
    assert after | {name: before[name] for name in ("method", "decision")} == before


def test_the_judge_cannot_take_what_the_gate_refused() -> None:
    evaluation = evaluated([good()[0], good()[1], candidate(3, (GOOD[2][0], SOURCES[1]))])
    before, after = checked(evaluation), checked(evaluation.with_verdict(verdict(3)))
    assert after["translation"] == before["translation"]
    why = "candidate 3 has segments that may not be taken"
    assert after["decision"]["no_verdict"] == why
    assert why in after["method"]


# --- on real data, where it is at hand


def recorded() -> list[dict[str, Any]]:
    path = REAL / "parallel" / "wmt24-en-es-systems.jsonl"
    if not path.is_file():
        pytest.skip("recorded systems are not part of the repository")
    return [json.loads(line) for line in Path(path).read_text().splitlines()[:40]]


def test_consensus_of_three_real_systems_beats_a_random_one() -> None:
    rows = recorded()
    names = ("Occiglot", "Mistral-Large", "Gemini-1.5-Pro")
    asked = text([row["eng"] for row in rows])
    offered = [
        candidate(number, [row["systems"][name] for row in rows])
        for number, name in enumerate(names, start=1)
    ]
    configured, _ = load(environ={})
    found = evaluate(asked, offered, "es", configured.evaluation).to_record()
    references = [row["spa"] for row in rows]

    def score(segments: Sequence[str | None]) -> float:
        return metrics.corpus_chrf(metrics.counts([each or "" for each in segments], references))

    random_one = sum(score(each.segments) for each in offered) / len(offered)
    assert score(found["translation"]) > random_one + 1
    assert None not in found["translation"]
