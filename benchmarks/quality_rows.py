"""The rows of the quality benchmark: what is selected, beside the alternatives."""

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
    *("Aya23", "Claude-3.5", "CommandR-plus", "GPT-4", "Gemini-1.5-Pro", "Llama3-70B"),
    *("Mistral-Large", "NVIDIA-NeMo", "Occiglot", "Phi-3-Medium", "Unbabel-Tower70B"),
)
DRAWS = 3  # how often candidates are broken
SETS, SIZE = 12, 3  # number and size of the random sets of systems


@dataclass(frozen=True)
class Score:
    """chrF and BLEU of a corpus."""

    chrf: float
    bleu: float


@dataclass(frozen=True)
class Row:
    """What was selected, and the alternatives; `bar` is what the gain in chrF must reach.

    The gain is over the unbroken direct route; for recorded systems over a random one, where
    `direct` is the best single system.
    """

    pair: str
    data: str
    segments: int
    direct: Score
    random: Score
    oracle: Score
    selected: Score
    gain: Interval
    bar: str
    met: bool


class Output:
    """A translation of a corpus with its scores; the source stands in for missing segments."""

    def __init__(self, corpus: Corpus, segments: Sequence[str | None]) -> None:
        sides = zip(segments, corpus.sources, strict=True)
        self.texts = [source if segment is None else segment for segment, source in sides]
        self.counts = metrics.counts(self.texts, corpus.references)
        bleu = metrics.bleu(self.texts, corpus.references)
        self.score = Score(metrics.corpus_chrf(self.counts), bleu)


class Selection:
    """What the evaluation selects from some candidates, and the alternatives."""

    def __init__(
        self, corpus: Corpus, candidates: Sequence[Candidate], settings: EvaluationSettings
    ) -> None:
        source, target = corpus.pair.split("-")
        segments = numbered(corpus.sources)
        text = Text(corpus.name, "", "", Kind.PROSE, source, (target,), "", segments)
        evaluated = evaluation.evaluate(text, candidates, target, settings)
        self.selected = Output(corpus, evaluated.to_record()["translation"])
        self.candidates = [Output(corpus, candidate.segments) for candidate in candidates]
        # The best candidate of each segment, as seen by the reference.
        best = np.argmax([metrics.chrf(output.counts) for output in self.candidates], axis=0)
        oracle = [self.candidates[winner].texts[index] for index, winner in enumerate(best)]
        self.oracle = Output(corpus, oracle).score
        scores = [output.score for output in self.candidates]
        self.random = _mean(scores)
        self.best = max(scores, key=lambda score: score.chrf)


def by_routes(
    corpus: Corpus,
    renderings: Mapping[str, Sequence[Rendering]],
    settings: EvaluationSettings,
    *,
    rate: float = 0.0,
) -> Row:
    """Measure a data set; segments are broken at `rate`, several times over."""
    intact = [_candidate(number, *item) for number, item in enumerate(renderings.items(), start=1)]
    shortest = min(intact, key=lambda candidate: candidate.config.route.count("+"))
    direct = Output(corpus, shortest.segments)
    draws = [injuries.broken(intact, corpus.sources, rate=rate, seed=seed) for seed in range(DRAWS)]
    selections = [Selection(corpus, draw, settings) for draw in (draws if rate else [intact])]
    name = f"{corpus.name}, {rate:.0%} broken" if rate else corpus.name
    bar, least, above_zero = f">= {HARM:+}", HARM, False
    if rate:
        bar, least = ">= 0", 0.0
    elif corpus.pair == "en-es" and corpus.name in NAMES:
        bar, least, above_zero = f">= {GAIN:+}, interval above 0", GAIN, True
    gain = _gain(selections, [direct.counts])
    met = gain.value >= least and (gain.low > 0 or not above_zero)
    return _row(corpus, name, selections, direct.score, gain, bar, met=met)


def by_systems(systems: Systems, settings: EvaluationSettings) -> Row:
    """Measure recorded systems: the means over random sets of three, seeded."""
    corpus, generator = systems.corpus, random.Random(SEED)
    sets = [sorted(generator.sample(sorted(systems.outputs), SIZE)) for _ in range(SETS)]
    selections = [Selection(corpus, _recorded(systems, names), settings) for names in sets]
    candidates = [output for selection in selections for output in selection.candidates]
    gain = _gain(selections, [output.counts for output in candidates])
    best = _mean([selection.best for selection in selections])
    name = f"{corpus.name}, {SETS} sets of {SIZE} systems"
    bar, met = f">= {GAIN_OF_SYSTEMS:+} over random", gain.value >= GAIN_OF_SYSTEMS
    return _row(corpus, name, selections, best, gain, bar, met=met)


def _gain(selections: Sequence[Selection], others: Sequence[Counts]) -> Interval:
    return metrics.difference([selection.selected.counts for selection in selections], others)


def _row(
    corpus: Corpus,
    name: str,
    selections: Sequence[Selection],
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
        random=_mean([selection.random for selection in selections]),
        oracle=_mean([selection.oracle for selection in selections]),
        selected=_mean([selection.selected.score for selection in selections]),
        gain=gain,
        bar=bar,
        met=met,
    )


def _candidate(number: int, route: str, renderings: Sequence[Rendering]) -> Candidate:
    return Candidate(
        CandidateConfig(number, "apertium", route=route),
        segments=tuple(rendering.text for rendering in renderings),
        marks=tuple(rendering.marks for rendering in renderings),
    )


def _recorded(systems: Systems, names: Sequence[str]) -> list[Candidate]:
    marks = (None,) * len(systems.corpus.sources)
    return [
        Candidate(CandidateConfig(number, name), systems.outputs[name], marks)
        for number, name in enumerate(names, start=1)
    ]


def _mean(scores: Sequence[Score]) -> Score:
    return Score(fmean(score.chrf for score in scores), fmean(score.bleu for score in scores))
