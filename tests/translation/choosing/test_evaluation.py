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

from benchmarks import injuries, metrics
from soundweave.base import schemas
from soundweave.translation.choosing import gate
from soundweave.translation.choosing.consensus import chrf
from soundweave.translation.choosing.evaluation import Evaluation, evaluate
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Text, numbered
from soundweave.translation.record import Judgment
from soundweave.translation.settings import EvaluationSettings, load
from tests.conftest import REAL

SETTINGS = EvaluationSettings(
    select={Kind.POEM: "text", Kind.PROSE: "segment", Kind.INTERFACE: "segment"},
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
    error: str = "",
) -> Candidate:
    config = CandidateConfig(number, "fast", route=route)
    marked = tuple(marks) if marks is not None else (None,) * len(segments)
    return Candidate(config, tuple(segments), marked, error=error)


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
    record: dict[str, Any] = dict(evaluation.to_record())
    contract = schemas.read("translation")
    part = {**contract["properties"]["evaluation"], "$defs": contract["$defs"]}
    assert not list(schemas.validator("translation").evolve(schema=part).iter_errors(record))
    assert json.loads(json.dumps(record)) == record
    return record


# --- what is chosen


def test_the_best_of_each_segment() -> None:
    record = result(good())
    assert record["select"] == "segment"
    assert record["method"] == "consensus"
    assert record["valid"] == [1, 2, 3]
    assert record["rejected"] == []
    assert record["translation"] == [
        GOOD[segment["chosen"] - 1][index] for index, segment in enumerate(record["segments"])
    ]


def test_unknown_words_cost_their_share() -> None:
    marked = [
        replace(unmarked, marks=(marks, 0))
        for unmarked, marks in zip(good(), (13, 0, 0), strict=True)
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
    ("priors", "favored"),
    [
        ({"en-es": {"eng-spa": 50.0}}, 2),
        ({"en-es": {"fast": 50.0}}, 1),  # a route overrides the model
        ({"es-en": {"eng-spa": 50.0}}, 1),
        ({}, 1),
    ],
)
def test_a_prior_is_of_a_route_or_model_and_a_pair(priors: dict[str, Any], favored: int) -> None:
    routed = [good()[0], candidate(2, GOOD[1], route="eng-spa"), good()[2]]
    assert result(routed, priors=priors)["segments"][0]["chosen"] == favored


def test_ties_go_to_the_lowest_id() -> None:
    twins = [candidate(number, GOOD[0]) for number in (7, 3, 5)]
    record = result(twins)
    assert [segment["chosen"] for segment in record["segments"]] == [3, 3]
    assert record["duplicates"] == {"5": 3, "7": 3}
    assert (record["chosen"], record["method"]) == (3, "only one")
    assert record["decision"]["by"] == "only"
    two = [candidate(9, GOOD[1]), candidate(4, GOOD[0])]
    assert result(two)["chosen"] == 4


def test_a_poem_takes_one_text_for_all_its_stanzas() -> None:
    # The third is best in no segment alone, but it is the only complete one.
    offered = [candidate(1, (GOOD[0][0], None)), candidate(2, (None, GOOD[1][1])), good()[2]]
    record = result(offered, Kind.POEM)
    assert (record["select"], record["chosen"], record["method"]) == ("text", 3, "only one")
    assert record["translation"] == list(GOOD[2])
    assert [segment["chosen"] for segment in record["segments"]] == [3, 3]
    assert record["valid"] == [1, 2, 3]
    by_segment = result(offered)
    assert {score["id"] for score in by_segment["segments"][0]["scores"]} == {1, 3}
    assert {score["id"] for score in by_segment["segments"][1]["scores"]} == {2, 3}
    assert by_segment["chosen"] == 3


def test_a_poem_without_a_complete_candidate_is_put_together() -> None:
    offered = [candidate(1, (GOOD[0][0], None)), candidate(2, (None, GOOD[1][1]))]
    record = result(offered, Kind.POEM)
    assert record["select"] == "segment"
    assert record["chosen"] is None
    assert record["translation"] == [GOOD[0][0], GOOD[1][1]]
    assert record["method"] == "consensus, by segment as no candidate has all of them"
    assert record["decision"] == {"by": "total", "no_complete_text": True, "no_verdict": ""}


def test_whole_texts_are_weighed_by_the_length_of_their_segments() -> None:
    record = result(good())
    for score in record["scores"]:
        parts = [
            next(
                segment_score
                for segment_score in segment["scores"]
                if segment_score["id"] == score["id"]
            )
            for segment in record["segments"]
        ]
        lengths = [len(source) for source in SOURCES]
        mean = sum(part["total"] * length for part, length in zip(parts, lengths, strict=True))
        assert score["total"] == pytest.approx(mean / sum(lengths), abs=1e-5)


@pytest.mark.parametrize(
    "offered", [[], [candidate(1, (), error="timeout")], [candidate(2, ("", None))]]
)
def test_nothing_valid_gives_nothing(offered: list[Candidate]) -> None:
    record = result(offered)
    assert record["translation"] == [None, None]
    assert (record["chosen"], record["valid"], record["method"]) == (None, [], "none")
    assert record["decision"] == {"by": "none", "no_complete_text": False, "no_verdict": ""}
    assert [entry["id"] for entry in record["rejected"]] == [entry.config.id for entry in offered]


def test_reasons_are_told() -> None:
    record = result(
        [*good(), candidate(4, SOURCES), candidate(5, (GOOD[0][0], "Lo siento, no puedo."))]
    )
    assert record["rejected"] == [{"id": 4, "reasons": ["copied"]}]
    assert record["segments"][1]["rejected"] == [
        {"id": 4, "reasons": ["copied"]},
        {"id": 5, "reasons": ["refusal", "length"]},
    ]
    assert record["valid"] == [1, 2, 3, 5]
    assert [score["id"] for score in record["scores"]] == [1, 2, 3]


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
def test_duplicates_change_nothing(offered: list[Candidate], position: int, kind: Kind) -> None:
    twin = offered[position % len(offered)]
    more = [*offered, replace(twin, config=replace(twin.config, id=99))]
    before, after = result(offered, kind), result(more, kind)
    assert after["translation"] == before["translation"]
    assert after["chosen"] == before["chosen"]
    assert after["method"] == before["method"]


@settings(max_examples=50)
@given(pools)
def test_it_is_the_plain_definition(offered: list[Candidate]) -> None:
    record = result(offered)
    for index, source in enumerate(SOURCES):
        allowed = {
            valid.config.id: valid
            for valid in offered
            if not gate.objections(text(), valid, "es", SETTINGS)[index]
        }
        texts = {number: str(valid.segments[index]) for number, valid in allowed.items()}
        totals = {}
        for number, valid in allowed.items():
            others = {other for other in texts.values() if other != texts[number]}
            agreed = 100.0 if len(texts) > 1 else 0.0
            if others:
                agreed = sum(chrf(texts[number], other) for other in others) / len(others)
            unknown = (valid.marks[index] or 0) / len(source.split())
            totals[number] = round(agreed - 30 * unknown, 6)
        best = max(totals, key=lambda number: (totals[number], -number), default=None)
        scored = {score["id"]: score["total"] for score in record["segments"][index]["scores"]}
        assert scored == pytest.approx(totals, abs=2e-6)
        # Totals that differ by less than the rounding are left to the rounding.
        if len(set(totals.values())) == len(totals):
            assert record["segments"][index]["chosen"] == best


@settings(max_examples=50)
@given(st.integers(0, 2), st.integers(0, 10_000), st.sampled_from(Kind))
def test_a_broken_candidate_is_not_chosen_while_a_good_one_is_there(
    intact: int, seed: int, kind: Kind
) -> None:
    broken = injuries.broken(good(), SOURCES, rate=1.0, seed=seed)
    offered = [damaged if i != intact else good()[i] for i, damaged in enumerate(broken)]
    record = result(offered, kind)
    assert record["translation"] == list(GOOD[intact])
    assert record["chosen"] == intact + 1


# --- with a judge


def verdict(best: int | None, why: str = "best in both orders") -> Judgment:
    rounds: list[Any] = []
    return {"verdict": best, "why": why, "seed": 1, "rounds": rounds}


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
    source = text([row["eng"] for row in rows])
    offered = [
        candidate(number, [row["systems"][name] for row in rows])
        for number, name in enumerate(names, start=1)
    ]
    configured, _ = load(environ={})
    record = evaluate(source, offered, "es", configured.evaluation).to_record()
    references = [row["spa"] for row in rows]

    def score(segments: Sequence[str | None]) -> float:
        return metrics.corpus_chrf(
            metrics.counts([system or "" for system in segments], references)
        )

    random_one = sum(score(system.segments) for system in offered) / len(offered)
    assert score(record["translation"]) > random_one + 1
    assert None not in record["translation"]
