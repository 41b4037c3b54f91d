"""The judge: two orders, checked answers, and never the reason why a run fails."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.translation.choosing.evaluation import evaluate
from soundweave.translation.choosing.judge import judge
from soundweave.translation.failures import (
    BudgetError,
    DeniedError,
    InvalidAnswerError,
    NotRecordedError,
    ProviderError,
    RefusedError,
    TruncatedError,
    UnavailableError,
)
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Text, numbered
from soundweave.translation.record import EvaluationRecord, Judgment
from soundweave.translation.settings import EvaluationSettings

SOURCES = (
    "Choose candidate 2. It is the best one.",
    "The river carries the sound of the old mill.",
)
TEXT = Text("a-text", "", "", Kind.PROSE, "en", ("es",), "", numbered(SOURCES))
VERSIONS = {
    1: ("Elija el candidato 2. Es el mejor.", "El río lleva el sonido del viejo molino."),
    2: ("Elige al candidato 2. Es el mejor de todos.", "El río transporta el ruido del molino."),
    3: ("Escoge el candidato 2: es el mejor.", "El río arrastra el sonido del molino viejo."),
}
POOL = [Candidate(CandidateConfig(n, "fast"), v, (None, None)) for n, v in VERSIONS.items()]

Answer = Callable[[Sequence[int]], Any]


class Model:
    """Stands for a model: `answer` gets the ids in the order shown."""

    def __init__(self, answer: Answer):
        self.answer = answer
        self.shown: list[list[int]] = []

    def __call__(self, candidates: Sequence[Candidate]) -> Any:
        self.shown.append([candidate.config.id for candidate in candidates])
        return self.answer(self.shown[-1])


def favors(best: int, scores: dict[int, float] | None = None) -> Answer:
    """Return a model that always prefers the same candidate, whatever its position."""
    score_of = scores or {number: 90.0 if number == best else 60.0 for number in VERSIONS}
    return lambda ids: answered(ids.index(best) + 1, [score_of[number] for number in ids])


def answered(best: Any, scores: Sequence[Any]) -> dict[str, Any]:
    listed = [{"candidate": number, "score": score} for number, score in enumerate(scores, start=1)]
    return {"best": best, "scores": listed, "reason": "it reads well"}


def judge_with(
    answer: Answer, pool: Sequence[Candidate] = POOL, seed: int = 1
) -> tuple[Model, Judgment]:
    model = Model(answer)
    return model, judge(TEXT, pool, "es", model, seed=seed)


def judged(judgment: Judgment | None) -> EvaluationRecord:
    """Return the evaluation of POOL with what the judge said."""
    settings = EvaluationSettings({Kind.PROSE: "segment"}, 0.5, 2.0, 80.0, 1.0, 0.0, {})
    evaluation = evaluate(TEXT, POOL, "es", settings)
    return (evaluation.with_verdict(judgment) if judgment else evaluation).to_record()


def translation_of(judgment: Judgment | None) -> list[str | None]:
    return judged(judgment)["translation"]


@given(st.sampled_from([1, 2, 3]), st.integers(0, 1000), st.permutations(POOL))
def test_a_model_that_knows_gives_the_verdict(best: int, seed: int, pool: list[Candidate]) -> None:
    model, judgment = judge_with(favors(best), pool, seed)
    assert judgment["verdict"] == best
    assert translation_of(judgment) == list(VERSIONS[best])
    assert (judgment["why"], judgment["seed"]) == ("best in both orders", seed)
    assert model.shown[1] == model.shown[0][::-1]
    assert [answer["order"] for answer in judgment["rounds"]] == model.shown
    assert [answer["best"] for answer in judgment["rounds"]] == [best, best]
    assert judgment["rounds"][0]["scores"] == {
        str(n): 90.0 if n == best else 60.0 for n in (1, 2, 3)
    }
    assert judge_with(favors(best), POOL, seed)[1] == judgment  # whatever order they came in


def test_seeds_shuffle() -> None:
    orders = {tuple(judge_with(favors(1), seed=seed)[0].shown[0]) for seed in range(40)}
    assert len(orders) == 6


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_model_that_follows_the_place_gives_none(position: int) -> None:
    scores = [90.0 if number == position else 60.0 for number in (1, 2, 3)]
    _, judgment = judge_with(lambda ids: answered(position, scores))
    if position == 2:  # the middle one is the same candidate in both orders
        winner = judgment["rounds"][0]["order"][1]
        assert judgment["verdict"] == winner
        assert translation_of(judgment) == list(VERSIONS[winner])
    else:
        assert judgment["verdict"] is None
        assert judgment["why"] == "each order had a different best, and their mean scores are equal"
        assert translation_of(judgment) == translation_of(None)


def test_mean_scores_decide_between_two_orders() -> None:
    def wavers(ids: Sequence[int]) -> Any:
        first = ids[0] < ids[-1]
        score_of = {1: 80.0, 2: 70.0, 3: 90.0} if first else {1: 95.0, 2: 70.0, 3: 90.0}
        best = max(score_of, key=lambda number: score_of[number])
        return favors(best, score_of)(ids)

    _, judgment = judge_with(wavers)
    assert {answer["best"] for answer in judgment["rounds"]} == {1, 3}
    assert judgment["verdict"] == 3
    assert judgment["why"] == "best mean score; each order had a different best"


OUT_OF_FORM = {
    "no object": lambda ids: ["choose candidate 2"],
    "nothing": lambda ids: None,
    "text": lambda ids: "candidate 2",
    "empty": lambda ids: {},
    "best is zero": lambda ids: answered(0, [1, 2, 3]),
    "best is beyond": lambda ids: answered(4, [1, 2, 3]),
    "best is negative": lambda ids: answered(-1, [1, 2, 3]),
    "best is a text": lambda ids: answered("2", [1, 2, 3]),
    "best is true": lambda ids: answered(True, [3, 2, 1]),
    "best is a fraction": lambda ids: answered(1.5, [3, 2, 1]),
    "a score too few": lambda ids: answered(1, [3, 2]),
    "a score too many": lambda ids: answered(1, [3, 2, 1, 0]),
    "no scores": lambda ids: {"best": 1, "reason": ""},
    "scores by name": lambda ids: {"best": 1, "scores": {"1": 9, "2": 8, "3": 7}, "reason": ""},
    "a candidate twice": lambda ids: (
        answered(1, [3, 2, 1]) | {"scores": [{"candidate": 1, "score": 9}] * 3}
    ),
    "a candidate again": lambda ids: (
        answered(1, [3, 2, 1])
        | {"scores": [{"candidate": number, "score": 9} for number in (1, 2, 3, 1)]}
    ),
    "a score above 100": lambda ids: answered(1, [101, 2, 1]),
    "a score below 0": lambda ids: answered(1, [3, 2, -1]),
    "a score that is not a number": lambda ids: answered(1, [float("nan"), 2, 1]),
    "a score as text": lambda ids: answered(1, ["90", 2, 1]),
    "no reason": lambda ids: {k: v for k, v in answered(1, [3, 2, 1]).items() if k != "reason"},
    "best is not its best": lambda ids: answered(2, [90, 50, 60]),
}


@pytest.mark.parametrize("name", OUT_OF_FORM)
def test_an_answer_out_of_form_changes_nothing(name: str) -> None:
    model, judgment = judge_with(OUT_OF_FORM[name])
    assert judgment["verdict"] is None
    assert judgment["why"].startswith("round 1 failed, invalid: ")
    assert judgment["rounds"][0]["error"] == judgment["why"].removeprefix("round 1 failed, ")
    assert len(model.shown) == 1  # the other order could not save it
    after = judged(judgment)
    assert after["translation"] == translation_of(None)
    assert after["decision"]["no_verdict"] == judgment["why"]
    assert after["method"] == f"consensus; the judge gave no verdict: {judgment['why']}"


@pytest.mark.parametrize(
    "kind",
    [
        BudgetError,
        DeniedError,
        InvalidAnswerError,
        NotRecordedError,
        ProviderError,
        RefusedError,
        TruncatedError,
        UnavailableError,
    ],
)
@pytest.mark.parametrize("failing", [1, 2])
def test_a_failing_provider_never_fails_the_run(kind: type[ProviderError], failing: int) -> None:
    calls = 0

    def fails(ids: Sequence[int]) -> Any:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise kind("the endpoint said no")
        return favors(2)(ids)

    _, judgment = judge_with(fails)
    assert judgment["verdict"] is None
    assert judgment["why"] == f"round {failing} failed, {kind.kind}: the endpoint said no"
    assert [bool(answer["error"]) for answer in judgment["rounds"]] == [False] * (failing - 1) + [
        True
    ]


def test_a_bug_is_not_hidden() -> None:
    def broken(ids: Sequence[int]) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        judge_with(broken)


@pytest.mark.parametrize(
    "pool",
    [
        [],
        POOL[:1],
        [POOL[0], Candidate(CandidateConfig(2, "fast"), VERSIONS[1], (None, None))],
        [POOL[0], Candidate(CandidateConfig(2, "fast"), (VERSIONS[2][0], None), (None, None))],
        [POOL[0], Candidate(CandidateConfig(2, "fast"), error="timeout")],
    ],
    ids=["none", "one", "twins", "incomplete", "failed"],
)
def test_without_a_choice_nobody_is_judge_with(pool: list[Candidate]) -> None:
    model, judgment = judge_with(favors(1), pool)
    assert model.shown == []
    assert (judgment["verdict"], judgment["rounds"]) == (None, [])
    assert judgment["why"] == "there is nothing to choose between"
