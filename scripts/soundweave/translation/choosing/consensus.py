"""How far translations of the same segment agree: minimum Bayes risk with chrF as utility.

What several engines say independently is likelier to be right than what one of them says alone.
https://aclanthology.org/2022.naacl-main.100/ has the idea and its limits.
"""

from collections.abc import Sequence
from math import fsum

from sacrebleu.metrics.chrf import CHRF

ALIKE = 100.0
_CHRF = CHRF()  # chrF2: six characters, blanks left out, recall counts twice


def chrf(hypothesis: str, reference: str) -> float:
    """Return sacrebleu's chrF2 of one segment, from 0 to 100."""
    return float(_CHRF.sentence_score(hypothesis, [reference]).score)


def same(translation: str) -> str:
    """Return what two translations have in common when they count as one: blanks are no words."""
    return "".join(translation.split())


def consensus(segments: Sequence[str]) -> list[float]:
    """Return each translation's mean chrF, from 0 to 100, with the others as references.

    Equal translations vote once and score the same; all of them equal is 100, one alone 0. Of two
    the fuller one wins, for chrF counts recall twice: where something was lost, that is right.
    """
    different = {same(segment): segment for segment in sorted(segments)}
    if len(different) == 1:
        return [ALIKE if len(segments) > 1 else 0.0] * len(segments)
    scores = {key: _mean(key, different) for key in different}
    return [scores[same(segment)] for segment in segments]


def _mean(key: str, different: dict[str, str]) -> float:
    # fsum: the order of the candidates must not decide a tie.
    others = [text for other, text in different.items() if other != key]
    return fsum(chrf(different[key], text) for text in others) / len(others)
