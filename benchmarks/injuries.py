"""Breaks candidates at random, as engines and models do."""

import random
from collections.abc import Sequence
from dataclasses import replace

from soundweave.translation.model import Candidate

REFUSALS = (
    "I'm sorry, but I cannot translate this text.",
    "As an AI language model, I am unable to help with that.",
    "Lo siento, pero no puedo traducir este texto.",
)
CUT = 0.4  # share of a cut translation that is left
WAYS = ("empty", "copy", "cut", "refusal")


def broken(
    candidates: Sequence[Candidate], sources: Sequence[str], *, rate: float, seed: int
) -> list[Candidate]:
    """Break segments of the candidates at `rate`, each in one of four ways."""
    generator = random.Random(seed)
    return [
        replace(
            candidate,
            segments=tuple(
                _broken(source, segment, generator) if generator.random() < rate else segment
                for source, segment in zip(sources, candidate.segments, strict=True)
            ),
        )
        for candidate in candidates
    ]


def _broken(source: str, segment: str | None, generator: random.Random) -> str:
    outcomes = {
        "empty": "",
        "copy": source,
        "cut": (segment or "")[: int(CUT * len(segment or ""))],
        "refusal": generator.choice(REFUSALS),
    }
    return outcomes[generator.choice(WAYS)]
