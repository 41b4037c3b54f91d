"""The rows of the quality benchmark: what is chosen, beside what else could have been taken."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchmarks import injuries, metrics
from benchmarks.metrics import Counts, Interval
from benchmarks.parallel_text import NAMES, Corpus, Systems
from soundweave.translation.choosing import evaluation
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Text, numbered
from soundweave.translation.settings import EvaluationSettings

GAIN = 0.3  # chrF that English to Spanish must gain over the direct route
HARM = -0.1  # chrF that any pair may lose
GAIN_OF_SYSTEMS = 2.0  # chrF that consensus must gain over a random system
SEED = 1
LLMS = (
    "Aya23",
    "Claude-3.5",
    "CommandR-plus",
    "GPT-4",
    "Gemini-1.5-Pro",
    "Llama3-70B",
    "Mistral-Large",
    "NVIDIA-NeMo",
    "Occiglot",
    "Phi-3-Medium",
    "Unbabel-Tower70B",
)
DRAWS = 3  # how often candidates are broken anew
SETS, SIZE = 12, 3  # how many random sets of systems, and of how many


@dataclass(frozen=True)
class Score:
    """chrF and BLEU of a corpus."""

    chrf: float
    bleu: float


@dataclass(frozen=True)
class Row:
    """What was taken, and what else could have been; `bar` is what the gain in chrF must reach.

    The gain is over the direct route, none of it broken; for recorded systems over a random one.
    `direct` is the best single system there.
    """

    pair: str
    data: str
    segments: int
    direct: Score
    random: Score
    oracle: Score
    chosen: Score
    gain: Interval
    bar: str
    met: bool


class Choice:
    """What the evaluation takes of some candidates for a corpus, and what was possible."""

    def __init__(
        self, corpus: Corpus, candidates: Sequence[Candidate], settings: EvaluationSettings
    ):
        self.corpus = corpus
        source, target = corpus.pair.split("-")
        text = Text(
            corpus.name, "", "", Kind.PROSE, source, (target,), "", numbered(corpus.sources)
        )
        found = evaluation.evaluate(text, candidates, target, settings)
        self.texts = [_shown(candidate.segments, corpus) for candidate in candidates]
        self.counts = [metrics.counts(texts, corpus.references) for texts in self.texts]
        self.chosen = _shown(found["translation"], corpus)
        self.counts_of_chosen = metrics.counts(self.chosen, corpus.references)

    def taken(self) -> Score:
        """Return the score of what the evaluation chose."""
        return _score(self.corpus, self.chosen, self.counts_of_chosen)

    def random(self) -> Score:
        """Return the mean of the candidates' scores."""
        return _mean(self._each())

    def best(self) -> Score:
        """Return the score of the candidate that is best as a whole."""
        return max(self._each(), key=lambda score: score.chrf)

    def oracle(self) -> Score:
        """Return the score of each segment's best candidate, seen from the reference."""
        best = np.argmax([metrics.chrf(counted) for counted in self.counts], axis=0)
        texts = [self.texts[winner][index] for index, winner in enumerate(best)]
        return _score(self.corpus, texts, metrics.counts(texts, self.corpus.references))

    def _each(self) -> list[Score]:
        sides = zip(self.texts, self.counts, strict=True)
        return [_score(self.corpus, texts, counted) for texts, counted in sides]


def by_routes(
    corpus: Corpus,
    made: Mapping[str, Sequence[Rendering]],
    settings: EvaluationSettings,
    *,
    rate: float = 0.0,
) -> Row:
    """Return the row of a data set; at a `rate`, segments are broken, several times over."""
    whole = [_candidate(number, *each) for number, each in enumerate(made.items(), start=1)]
    direct = min(whole, key=lambda candidate: candidate.config.route.count("+"))
    shown = _shown(direct.segments, corpus)
    counted = metrics.counts(shown, corpus.references)
    offered = [
        injuries.broken(whole, corpus.sources, rate=rate, seed=seed) for seed in range(DRAWS)
    ]
    choices = [Choice(corpus, each, settings) for each in (offered if rate else [whole])]
    gain = metrics.difference([choice.counts_of_chosen for choice in choices], [counted])
    bar, met = _bar(corpus, gain, rate)
    name = f"{corpus.name}, {rate:.0%} broken" if rate else corpus.name
    return _row(corpus, name, choices, _score(corpus, shown, counted), gain, bar, met=met)


def by_systems(systems: Systems, settings: EvaluationSettings) -> Row:
    """Return the row of recorded systems: the means over random sets of three, seeded."""
    dice = random.Random(SEED)
    sets = [sorted(dice.sample(sorted(systems.outputs), SIZE)) for _ in range(SETS)]
    choices = [Choice(systems.corpus, _recorded(systems, names), settings) for names in sets]
    gain = metrics.difference(
        [choice.counts_of_chosen for choice in choices],
        [counted for choice in choices for counted in choice.counts],
    )
    best = _mean([choice.best() for choice in choices])
    name = f"{systems.corpus.name}, {SETS} sets of {SIZE} systems"
    bar, met = f">= {GAIN_OF_SYSTEMS:+} over random", gain.value >= GAIN_OF_SYSTEMS
    return _row(systems.corpus, name, choices, best, gain, bar, met=met)


def _row(
    corpus: Corpus,
    name: str,
    choices: Sequence[Choice],
    direct: Score,
    gain: Interval,
    bar: str,
    *,
    met: bool,
) -> Row:
    return Row(
        pair=corpus.pair,
        data=name,
        segments=len(corpus.sources),
        direct=direct,
        random=_mean([choice.random() for choice in choices]),
        oracle=_mean([choice.oracle() for choice in choices]),
        chosen=_mean([choice.taken() for choice in choices]),
        gain=gain,
        bar=bar,
        met=met,
    )


def _bar(corpus: Corpus, gain: Interval, rate: float) -> tuple[str, bool]:
    if rate:
        return ">= 0", gain.value >= 0
    if corpus.pair == "en-es" and corpus.name in NAMES:
        return f">= {GAIN:+}, interval above 0", gain.value >= GAIN and gain.low > 0
    return f">= {HARM:+}", gain.value >= HARM


def _candidate(number: int, route: str, made: Sequence[Rendering]) -> Candidate:
    return Candidate(
        CandidateConfig(number, "apertium", route=route),
        segments=tuple(rendering.text for rendering in made),
        marks=tuple(rendering.marks for rendering in made),
    )


def _recorded(systems: Systems, names: Sequence[str]) -> list[Candidate]:
    unknown = (None,) * len(systems.corpus.sources)
    return [
        Candidate(CandidateConfig(number, name), systems.outputs[name], unknown)
        for number, name in enumerate(names, start=1)
    ]


def _shown(segments: Sequence[str | None], corpus: Corpus) -> list[str]:
    """Return what a reader sees: where there is no translation, the source stands."""
    sides = zip(segments, corpus.sources, strict=True)
    return [source if segment is None else segment for segment, source in sides]


def _score(corpus: Corpus, texts: Sequence[str], counted: Counts) -> Score:
    return Score(metrics.corpus_chrf(counted), metrics.bleu(texts, corpus.references))


def _mean(scores: Sequence[Score]) -> Score:
    return Score(fmean(each.chrf for each in scores), fmean(each.bleu for each in scores))
