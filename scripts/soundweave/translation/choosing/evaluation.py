"""The choice between candidates: gate, score, take the best. No model is asked, nothing is random.

A score is consensus x its weight - unknown words per source word x their weight + the prior of
the candidate's route or model for the pair of languages, in chrF points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from operator import itemgetter
from typing import cast

from soundweave.translation.choosing import gate
from soundweave.translation.choosing.consensus import consensus, same
from soundweave.translation.model import Candidate, Text
from soundweave.translation.record import (
    SCORES,
    DecidedBy,
    Decision,
    EvaluationRecord,
    Judgment,
    Rejection,
    Score,
    described,
)
from soundweave.translation.settings import EvaluationSettings

DIGITS = 6  # of a score; a smaller difference is a tie

Objections = Mapping[int, Sequence[Sequence[str]]]  # by candidate and segment, see gate.objections


@dataclass(frozen=True)
class Choice:
    """The winners: `text` is the best complete candidate, `segments` the one for each segment.

    `select` is "text" if one candidate won all segments, "segment" if each has its own winner.
    """

    select: str
    text: int | None
    segments: tuple[int | None, ...]
    decision: Decision


@dataclass(frozen=True)
class Evaluation:
    """How the candidates of a text compare.

    `scores` are those of candidates with all segments, `duplicates` map a candidate to an earlier
    one that says the same.
    """

    text: Text
    candidates: Mapping[int, Candidate]
    objections: Objections
    segment_scores: Sequence[Sequence[Score]]
    scores: Sequence[Score]
    duplicates: Mapping[int, int]
    choice: Choice
    judgment: Judgment | None = None

    @property
    def complete(self) -> list[Candidate]:
        """The candidates of which every segment passed the gate."""
        return [self.candidates[number] for number in _complete(self.objections)]

    def with_verdict(self, judgment: Judgment) -> "Evaluation":
        """Return the evaluation with the judge's choice of a whole text, if there is one.

        Without a verdict, or with one for an incomplete candidate, the choice stays.
        """
        verdict, why = judgment["verdict"], judgment["why"]
        if verdict is not None and verdict not in _complete(self.objections):
            verdict, why = None, f"candidate {verdict} has segments that may not be taken"
        choice = self.choice
        if verdict is None:
            choice = replace(choice, decision=choice.decision | {"no_verdict": why})
        else:
            segments = (verdict,) * len(choice.segments)
            choice = Choice("text", verdict, segments, _decision(DecidedBy.JUDGE))
        return replace(self, choice=choice, judgment=judgment)

    def to_record(self) -> EvaluationRecord:
        """Return all of it as plain JSON (translation.schema.json, evaluation)."""
        choice, valid = self.choice, _valid(self.objections)
        record: EvaluationRecord = {
            "select": choice.select,
            "method": described(choice.decision),
            "decision": choice.decision,
            "valid": valid,
            "rejected": [
                {"id": number, "reasons": sorted({code for codes in segments for code in codes})}
                for number, segments in self.objections.items()
                if number not in valid
            ],
            "duplicates": {str(number): first for number, first in self.duplicates.items()},
            "scores": list(self.scores),
            "segments": [
                {
                    "id": segment.id,
                    "chosen": choice.segments[index],
                    "scores": list(self.segment_scores[index]),
                    "rejected": self._rejections(index),
                }
                for index, segment in enumerate(self.text.segments)
            ],
            "chosen": choice.text,
            "translation": [
                None if winner is None else self.candidates[winner].segments[index]
                for index, winner in enumerate(choice.segments)
            ],
        }
        if self.judgment is not None:
            record["judge"] = self.judgment
        return record

    def _rejections(self, index: int) -> list[Rejection]:
        return [
            {"id": number, "reasons": list(segments[index])}
            for number, segments in self.objections.items()
            if segments[index]
        ]


def evaluate(
    text: Text, candidates: Sequence[Candidate], target_lang: str, settings: EvaluationSettings
) -> Evaluation:
    """Compare the candidates and choose, by whole text or by segment as the text's kind asks for.

    A text of which no candidate has all segments is always put together from segments.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.config.id)
    by_id = {candidate.config.id: candidate for candidate in ordered}
    objections = {
        number: gate.objections(text, candidate, target_lang, settings)
        for number, candidate in by_id.items()
    }
    priors = settings.priors.get(f"{text.source_lang}-{target_lang}", {})
    segment_scores = [
        _segment_scores(
            index,
            len(segment.text.split()),
            [candidate for number, candidate in by_id.items() if not objections[number][index]],
            priors,
            settings,
        )
        for index, segment in enumerate(text.segments)
    ]
    scores = [_text_score(number, text, segment_scores) for number in _complete(objections)]
    duplicates = _duplicates([by_id[number] for number in _valid(objections)])
    return Evaluation(
        text=text,
        candidates=by_id,
        objections=objections,
        segment_scores=segment_scores,
        scores=scores,
        duplicates=duplicates,
        choice=_choice(settings.select[text.kind], objections, duplicates, scores, segment_scores),
    )


def _valid(objections: Objections) -> list[int]:
    """Return the candidates with at least one segment that passed the gate."""
    return [number for number, segments in objections.items() if not all(segments)]


def _complete(objections: Objections) -> list[int]:
    valid = _valid(objections)
    return [number for number in valid if not any(objections[number])]


def _choice(
    preferred: str,
    objections: Objections,
    duplicates: Mapping[int, int],
    scores: Sequence[Score],
    segment_scores: Sequence[Sequence[Score]],
) -> Choice:
    best = _best(scores)
    select = "segment" if best is None else preferred
    rivals = _complete(objections) if select == "text" else _valid(objections)
    different = [number for number in rivals if number not in duplicates]
    winners = tuple(best if select == "text" else _best(segment) for segment in segment_scores)
    if not different:
        return Choice(select, best, winners, _decision(DecidedBy.NOTHING))
    by = DecidedBy.TOTAL if len(different) > 1 else DecidedBy.ONLY
    return Choice(select, best, winners, _decision(by, no_complete_text=select != preferred))


def _decision(by: DecidedBy, *, no_complete_text: bool = False) -> Decision:
    return {"by": by, "no_complete_text": no_complete_text, "no_verdict": ""}


def _segment_scores(
    index: int,
    source_words: int,
    candidates: Sequence[Candidate],
    priors: Mapping[str, float],
    settings: EvaluationSettings,
) -> list[Score]:
    agreements = consensus([candidate.segments[index] or "" for candidate in candidates])
    scores = []
    for candidate, agreement in zip(candidates, agreements, strict=True):
        marks = candidate.marks[index] if index < len(candidate.marks) else None
        prior = priors.get(candidate.config.route or candidate.config.model, 0.0)
        unknown = None if marks is None else marks / max(1, source_words)
        total = settings.consensus * agreement - settings.marks * (unknown or 0.0) + prior
        scores.append(_score(candidate.config.id, (agreement, unknown, prior, total)))
    return scores


def _text_score(number: int, text: Text, segment_scores: Sequence[Sequence[Score]]) -> Score:
    """Return the means of a candidate's scores, weighted by the length of the sources."""
    weighted = [
        (len(source) or 1, score)
        for source, scores in zip(text.sources, segment_scores, strict=True)
        for score in scores
        if score["id"] == number
    ]
    means = []
    for part in map(itemgetter, SCORES):
        values = [(weight, part(score)) for weight, score in weighted if part(score) is not None]
        total = fsum(weight for weight, _ in values)
        means.append(fsum(weight * value for weight, value in values) / total if values else None)
    return _score(number, means)


def _score(number: int, parts: Iterable[float | None]) -> Score:
    rounded = (None if part is None else round(part, DIGITS) for part in parts)
    return cast("Score", {"id": number, **dict(zip(SCORES, rounded, strict=True))})


def _best(scores: Sequence[Score]) -> int | None:
    """Return the id of the highest total, the lowest id among equals."""
    best = min(scores, key=lambda score: (-score["total"], score["id"]), default=None)
    return None if best is None else best["id"]


def _duplicates(candidates: Sequence[Candidate]) -> dict[int, int]:
    first: dict[tuple[str | None, ...], int] = {}
    duplicates = {}
    for candidate in candidates:
        number = candidate.config.id
        wording = tuple(text if text is None else same(text) for text in candidate.segments)
        if first.setdefault(wording, number) != number:
            duplicates[number] = first[wording]
    return duplicates
