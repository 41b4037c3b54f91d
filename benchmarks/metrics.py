"""chrF and BLEU of a corpus, and the confidence interval of a difference in chrF.

The bootstrap needs the n-gram counts of each segment, which sacrebleu sums up into a score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

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
    """Return the n-gram counts that chrF2 is computed from, per segment and order."""
    statistics = CHRF()._extract_corpus_statistics(list(hypotheses), [list(references)])
    return np.array(statistics, dtype=np.float64).reshape(-1, ORDER, 3)


def chrf(ngrams: Counts) -> Counts:
    """Return chrF2 as sacrebleu has it, 0 to 100, of counts (..., ORDER, 3), as (...)."""
    hypothesis, reference, both = np.moveaxis(ngrams, -1, 0)
    effective = (hypothesis > 0) & (reference > 0)
    orders = np.maximum(effective.sum(-1), 1)
    precision = np.divide(both, hypothesis, out=np.zeros_like(both), where=effective)
    recall = np.divide(both, reference, out=np.zeros_like(both), where=effective)
    precision, recall = precision.sum(-1) / orders, recall.sum(-1) / orders
    denominator = BETA_SQUARED * precision + recall
    numerator = 100 * (1 + BETA_SQUARED) * precision * recall
    scores: Counts = np.divide(
        numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0
    )
    return scores


def corpus_chrf(ngrams: Counts) -> float:
    """Return chrF2 of the whole corpus."""
    return float(chrf(ngrams.sum(0)))


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return sacrebleu's BLEU of the whole corpus."""
    return float(BLEU().corpus_score(list(hypotheses), [list(references)]).score)


def difference(ours: Sequence[Counts], theirs: Sequence[Counts]) -> Interval:
    """Return the difference between our and their chrF2, each the mean of some translations.

    All are of the same corpus: a paired bootstrap over its segments, seeded.
    """
    segments = len(ours[0])
    samples = np.random.default_rng(SEED).multinomial(
        segments, np.full(segments, 1 / segments), size=SAMPLES
    )

    def mean(side: Sequence[Counts], times: NDArray[np.int64]) -> NDArray[np.float64]:
        scores = [chrf(np.tensordot(times, ngrams, axes=(1, 0))) for ngrams in side]
        return np.asarray(np.mean(scores, axis=0))

    corpus = np.ones((1, segments), dtype=np.int64)
    value = mean(ours, corpus) - mean(theirs, corpus)
    differences = mean(ours, samples) - mean(theirs, samples)
    low, high = np.percentile(differences, [2.5, 97.5])
    return Interval(float(value[0]), float(low), float(high))
