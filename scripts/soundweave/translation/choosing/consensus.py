"""How far translations of the same segment agree: minimum Bayes risk with chrF as utility.

What several engines say independently is more likely to be right than what one says alone.
https://aclanthology.org/2022.naacl-main.100/ describes the idea and its limits.
"""

from collections.abc import Sequence
from math import fsum

from sacrebleu.metrics.chrf import CHRF

ALIKE = 100.0
_CHRF = CHRF()  # chrF2: six characters, whitespace ignored, recall counts twice


def chrf(hypothesis: str, reference: str) -> float:
    """Return sacrebleu's chrF2 of one segment, from 0 to 100."""
    return float(_CHRF.sentence_score(hypothesis, [reference]).score)


def same(translation: str) -> str:
    """Return a key that is equal for translations that differ in whitespace only."""
    return "".join(translation.split())


def consensus(segments: Sequence[str]) -> list[float]:
    """Return each translation's mean chrF, from 0 to 100, with the others as references.

    Equal translations vote once and score the same. If all are equal they score 100; a single
    translation scores 0. Of two, the fuller one wins, because chrF counts recall twice.
    """
    # Sorted, so that the order of the candidates does not decide which spacing is compared.
    different = {same(segment): segment for segment in sorted(segments)}
    if len(different) == 1:
        return [ALIKE if len(segments) > 1 else 0.0] * len(segments)
    scores = {key: _mean(key, different) for key in different}
    return [scores[same(segment)] for segment in segments]


def _mean(key: str, different: dict[str, str]) -> float:
    # fsum does not depend on the order, so the order of the candidates cannot decide a tie.
    others = [text for other, text in different.items() if other != key]
    return fsum(chrf(different[key], text) for text in others) / len(others)
