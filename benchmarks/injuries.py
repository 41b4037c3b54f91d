"""Candidates broken at random in the ways that engines and models break."""

import random
from collections.abc import Sequence
from dataclasses import replace

from soundweave.translation.model import Candidate

REFUSALS = (
    "I'm sorry, but I cannot translate this text.",
    "As an AI language model, I am unable to help with that.",
    "Lo siento, pero no puedo traducir este texto.",
)
KEPT = 0.4  # of a translation that is cut
WAYS = ("empty", "copy", "cut", "refusal")


def broken(
    candidates: Sequence[Candidate], sources: Sequence[str], *, rate: float, seed: int
) -> list[Candidate]:
    """Return the candidates with each segment broken at `rate`, in one of four ways."""
    dice = random.Random(seed)
    return [
        replace(
            candidate,
            segments=tuple(
                _broken(source, segment, dice) if dice.random() < rate else segment
                for source, segment in zip(sources, candidate.segments, strict=True)
            ),
        )
        for candidate in candidates
    ]


def _broken(source: str, segment: str | None, dice: random.Random) -> str:
    made = {
        "empty": "",
        "copy": source,
        "cut": (segment or "")[: int(KEPT * len(segment or ""))],
        "refusal": dice.choice(REFUSALS),
    }
    return made[dice.choice(WAYS)]
