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
    keys = [same(segment) for segment in segments]  # chrF ignores whitespace, too
    different = dict.fromkeys(keys)
    if len(different) == 1:
        return [ALIKE if len(segments) > 1 else 0.0] * len(segments)
    # fsum does not depend on the order, so the order of the candidates cannot decide a tie.
    scores = {
        key: fsum(chrf(key, other) for other in different if other != key) / (len(different) - 1)
        for key in different
    }
    return [scores[key] for key in keys]
