"""What became of the candidates of a record, for the Markdown, the terminal and the website."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from soundweave.translation.model import TITLE, Candidate, CandidateConfig, Kind
from soundweave.translation.record import (
    METHODS,
    SCORES,
    DecidedBy,
    Decision,
    EvaluationRecord,
    Record,
    Rejection,
    candidates_of,
    decision_of,
    described,
    text_of,
)
from soundweave.translation.texts.source_texts import UNTRANSLATED, one_piece
from soundweave.translation.texts.text_files import CONTROLS

NO_SCORE = "–"
WINNERS = {
    **METHODS,
    # The total decides: consensus, less the cost of unknown words, plus the prior.
    DecidedBy.TOTAL: "the highest total",
    DecidedBy.ONLY: "being the only one",
}


@dataclass(frozen=True)
class CandidateSummary:
    """What became of a candidate.

    `scores` are by name, of the whole text. `won` and `rejected` count segments, `reasons` say why
    those were rejected, `text_reasons` why all were. `duplicate_of` is one that says the same.
    """

    candidate: Candidate
    scores: Mapping[str, float | None]
    won: int
    rejected: int
    reasons: Sequence[str]
    text_reasons: Sequence[str]
    duplicate_of: int | None


@dataclass(frozen=True)
class ChoiceSummary:
    """What was chosen: the whole text of candidate `winner`, or `shares` of several.

    `shares` counts the segments by candidate, out of `segments`; None has those that nobody won.
    `lead` is how far the winner was ahead of `runner_up`, in points.
    """

    decision: Decision
    winner: int | None
    shares: Mapping[int | None, int]
    segments: int
    lead: float | None = None
    runner_up: int | None = None


def candidates(record: Record) -> list[CandidateSummary]:
    """Summarize all candidates, by id."""
    evaluation, shares = record["evaluation"], _shares(record)
    return [_candidate(candidate, evaluation, shares) for candidate in candidates_of(record)]


def choice(record: Record) -> ChoiceSummary:
    """Summarize what was chosen, and by what."""
    evaluation, shares = record["evaluation"], _shares(record)
    winner = next(iter(shares)) if len(shares) == 1 else None
    summary = ChoiceSummary(
        decision_of(evaluation), winner, shares, segments=len(evaluation["translation"])
    )
    ranking = sorted(evaluation["scores"], key=lambda score: -score["total"])
    if winner is None or len(ranking) < 2 or ranking[0]["id"] != winner:
        return summary
    lead = ranking[0]["total"] - ranking[1]["total"]
    return replace(summary, lead=lead, runner_up=ranking[1]["id"])


def in_words(summary: ChoiceSummary) -> str:
    """Put a choice into one sentence."""
    by = described(summary.decision, WINNERS)
    if summary.winner is not None:
        return f"Taken: candidate {summary.winner}, by {by}."
    shares = ", ".join(
        f"{count} of {'nobody' if number is None else f'candidate {number}'}"
        for number, count in sorted(summary.shares.items(), key=lambda share: share[0] is None)
    )
    return f"Taken: the best of each segment, by {by}: {shares}."


def cells(summary: CandidateSummary, segments: int) -> tuple[object, ...]:
    """Return a candidate's row of a table: id, config, SCORES, note; a text has `segments`."""
    scores = (summary.scores[name] for name in SCORES)
    return (
        summary.candidate.config.id,
        _by(summary.candidate.config),
        *(NO_SCORE if score is None else f"{score:.2f}" for score in scores),
        "; ".join(_notes(summary, segments)),
    )


def title(record: Record) -> str:
    """Return the translated title on one line; an interface text keeps its own."""
    text = text_of(record)
    first = record["translation"][0]
    if text.kind is Kind.INTERFACE or first["id"] != TITLE:
        return text.title
    return one_piece(Kind.PROSE, first["text"] or "") or UNTRANSLATED + text.title


def plain(value: object) -> str:
    """Return text without control characters other than line ends and tabs."""
    return CONTROLS.sub("", str(value))


def _candidate(
    candidate: Candidate, evaluation: EvaluationRecord, shares: Mapping[int | None, int]
) -> CandidateSummary:
    number = candidate.config.id
    scores: Mapping[str, Any] = next(
        (score for score in evaluation["scores"] if score["id"] == number), {}
    )
    rejections = [
        reasons
        for segment in evaluation["segments"]
        for reasons in _reasons(segment["rejected"], number)
        if candidate.came
    ]
    return CandidateSummary(
        candidate=candidate,
        scores={name: scores.get(name) for name in SCORES},
        won=shares.get(number, 0),
        rejected=len(rejections),
        reasons=list(dict.fromkeys(reason for reasons in rejections for reason in reasons)),
        text_reasons=next(_reasons(evaluation["rejected"], number), []),
        duplicate_of=evaluation["duplicates"].get(str(number)),
    )


def _reasons(rejections: Sequence[Rejection], number: int) -> Iterator[list[str]]:
    return (rejection["reasons"] for rejection in rejections if rejection["id"] == number)


def _by(config: CandidateConfig) -> str:
    if config.route:
        return config.route
    temperature = "" if config.temperature is None else f"temperature {config.temperature:g}"
    return ", ".join(filter(None, (config.model, config.prompt, temperature)))


def _notes(summary: CandidateSummary, segments: int) -> Iterator[str]:
    candidate = summary.candidate
    if candidate.error:
        yield ": ".join(filter(None, (candidate.error, candidate.message)))
    elif summary.text_reasons:
        yield f"rejected: {', '.join(summary.text_reasons)}"
    elif summary.rejected:
        reasons = ", ".join(summary.reasons)
        yield f"{summary.rejected} of {segments} segments rejected: {reasons}"
    if summary.duplicate_of is not None:
        yield f"same as {summary.duplicate_of}"
    if summary.won:
        won_all = summary.won == segments
        yield "chosen" if won_all else f"{summary.won} of {segments} segments chosen"


def _shares(record: Record) -> dict[int | None, int]:
    """Count the segments that were taken from each candidate, by its id."""
    evaluation = record["evaluation"]
    texts = {candidate.config.id: candidate.segments for candidate in candidates_of(record)}
    winner = evaluation["chosen"]
    if winner is not None and texts.get(winner) == tuple(evaluation["translation"]):
        return {winner: len(evaluation["translation"])}
    counts = Counter(segment["chosen"] for segment in evaluation["segments"])
    return dict(sorted(counts.items(), key=lambda share: share[0] or 0))
