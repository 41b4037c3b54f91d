"""How far translations agree."""

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from benchmarks import metrics
from soundweave.translation.choosing.consensus import chrf, consensus, same
from tests.translation.choosing.test_evaluation import GOOD, sentences


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
        sum(chrf(segment, other) for other in segments if other != segment) / (len(segments) - 1)
        for segment in segments
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
        assert consensus(repeated) == [once[segment] for segment in repeated]


def test_blanks_do_not_make_another_vote() -> None:
    first, second, third = (segments[0] for segments in GOOD)
    again = consensus([first, f" {first} ", second.replace(" ", "\u00a0"), second, third])
    expected = consensus([first, second, third])
    assert again == [expected[0], expected[0], expected[1], expected[1], expected[2]]


@pytest.mark.parametrize(
    ("segments", "expected"), [([], []), (["sí"], [0.0]), (["sí", "sí"], [100.0, 100.0])]
)
def test_consensus_of_few(segments: list[str], expected: list[float]) -> None:
    assert consensus(segments) == expected


@pytest.mark.parametrize("share", [0.4, 0.7, 0.9])
def test_of_two_the_one_that_lost_nothing_wins(share: float) -> None:
    complete = GOOD[0][0]
    cut = complete[: int(share * len(complete))]
    fuller, shorter = consensus([complete, cut])
    assert fuller > shorter
    assert consensus([cut, complete]) == [shorter, fuller]


# Added up from left to right, the scores of some of these depend on the order.
CLOSE = (
    "El río lleva el sonido.",
    "El río lleva un sonido.",
    "Un río lleva el sonido.",
    "El mar lleva el sonido.",
    "El río trae el sonido viejo.",
)


def test_the_order_of_the_translations_changes_no_digit() -> None:
    score_of = dict(zip(CLOSE, consensus(CLOSE), strict=True))
    for order in permutations(CLOSE):
        assert consensus(order) == [score_of[segment] for segment in order]


def test_each_of_two_is_measured_against_the_other() -> None:
    first, second = GOOD[0][0], GOOD[1][0]
    assert consensus([first, second]) == [chrf(first, second), chrf(second, first)]


def test_translations_are_the_same_up_to_whitespace() -> None:
    assert same(" Uno\n dos\u00a0tres\t") == "Unodostres"
    assert same("Uno dos") != same("uno dos")
    assert chrf("Uno dos", "Un odos") == 100.0
