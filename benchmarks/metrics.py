"""chrF and BLEU of a corpus, and how sure a difference in chrF is.

sacrebleu gives scores; the bootstrap needs what they are made of, for each segment.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU

Counts = NDArray[np.float64]  # (segments, ORDER, 3): n-grams of hypothesis, reference and both

ORDER = 6
BETA_SQUARED = 4.0
SAMPLES = 2000
SEED = 20240101


@dataclass(frozen=True)
class Interval:
    """A difference in chrF with the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def counts(hypotheses: Sequence[str], references: Sequence[str]) -> Counts:
    """Return the n-gram counts that chrF2 is made of, per segment and order."""
    pairs = zip(hypotheses, references, strict=True)
    return np.array([_segment(*pair) for pair in pairs], dtype=np.float64)


def chrf(counted: Counts) -> Counts:
    """Return chrF2 as sacrebleu has it, 0 to 100, of counts (..., ORDER, 3), as (...)."""
    hypothesis, reference, both = np.moveaxis(counted, -1, 0)
    effective = (hypothesis > 0) & (reference > 0)
    orders = np.maximum(effective.sum(-1), 1)
    precision = np.divide(both, hypothesis, out=np.zeros_like(both), where=effective)
    recall = np.divide(both, reference, out=np.zeros_like(both), where=effective)
    precision, recall = precision.sum(-1) / orders, recall.sum(-1) / orders
    below = BETA_SQUARED * precision + recall
    above = 100 * (1 + BETA_SQUARED) * precision * recall
    scores: Counts = np.divide(above, below, out=np.zeros_like(below), where=below > 0)
    return scores


def corpus_chrf(counted: Counts) -> float:
    """Return chrF2 of the whole corpus."""
    return float(chrf(counted.sum(0)))


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return sacrebleu's BLEU of the whole corpus."""
    return float(BLEU().corpus_score(list(hypotheses), [list(references)]).score)


def difference(ours: Sequence[Counts], theirs: Sequence[Counts]) -> Interval:
    """Return how much more chrF2 ours have than theirs, each the mean of some translations.

    All are of the same corpus: paired bootstrap over its segments, seeded.
    """
    segments = len(ours[0])
    drawn = np.random.default_rng(SEED).multinomial(
        segments, np.full(segments, 1 / segments), size=SAMPLES
    )

    def mean(side: Sequence[Counts], times: NDArray[np.int64]) -> NDArray[np.float64]:
        scores = [chrf(np.tensordot(times, each, axes=(1, 0))) for each in side]
        return np.asarray(np.mean(scores, axis=0))

    once = np.ones((1, segments), dtype=np.int64)
    samples = mean(ours, drawn) - mean(theirs, drawn)
    value = mean(ours, once) - mean(theirs, once)
    low, high = np.percentile(samples, [2.5, 97.5])
    return Interval(float(value[0]), float(low), float(high))


def _segment(hypothesis: str, reference: str) -> list[list[int]]:
    ours, theirs = "".join(hypothesis.split()), "".join(reference.split())
    return [_order(ours, theirs, order) for order in range(1, ORDER + 1)]


def _order(ours: str, theirs: str, order: int) -> list[int]:
    mine, yours = _ngrams(ours, order), _ngrams(theirs, order)
    # As sacrebleu: hypothesis n-grams do not count where the reference has none.
    return [mine.total() if yours else 0, yours.total(), (mine & yours).total()]


def _ngrams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
