"""The record of a translation: what translation.json holds (translation.schema.json), as types.

`results.result_files` reads and writes it. Stages pass parts of it to each other in the same form.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from soundweave.translation.model import Candidate, Kind, Segment, Text


class DecidedBy(StrEnum):
    """What decided between the candidates."""

    TOTAL = "total"  # the highest score
    ONLY = "only"  # just one candidate was left
    JUDGE = "judge"
    NOTHING = "none"  # no candidate passed the gate


class Source(TypedDict):
    """The text as it was translated."""

    name: str
    title: str
    author: str
    kind: str
    source_lang: str
    notes: str
    digest: str
    segments: list[dict[str, str]]


class Score(TypedDict):
    """A candidate's score for a segment or the whole text, in chrF points."""

    id: int
    consensus: float | None
    marks: float | None
    prior: float | None
    total: float


SCORES = ("consensus", "marks", "prior", "total")


class Rejection(TypedDict):
    """Why the gate rejected a candidate: codes, see choosing.gate."""

    id: int
    reasons: list[str]


class SegmentEvaluation(TypedDict):
    """The candidates of one segment; `chosen` is the id of the winner."""

    id: str
    chosen: int | None
    scores: list[Score]
    rejected: list[Rejection]


class Decision(TypedDict):
    """Why the winner won.

    `no_complete_text`: the best whole text was asked for, but no candidate had every segment.
    `no_verdict` is why the judge, if asked, did not decide.
    """

    by: DecidedBy
    no_complete_text: bool
    no_verdict: str


class Round(TypedDict):
    """One answer of the judge, who saw the candidates in this order."""

    order: list[int]
    best: int | None
    scores: dict[str, float]
    reason: str
    error: str


class Judgment(TypedDict):
    """The judge's verdict, None without one, and how it came about."""

    verdict: int | None
    why: str
    seed: int
    rounds: list[Round]


class EvaluationRecord(TypedDict):
    """What choosing.evaluation decided; `method` puts the decision into words."""

    select: str
    method: str
    decision: NotRequired[Decision]  # see decision_of
    valid: list[int]
    rejected: list[Rejection]
    duplicates: dict[str, int]
    scores: list[Score]
    segments: list[SegmentEvaluation]
    chosen: int | None
    translation: list[str | None]
    judge: NotRequired[Judgment]


class Finding(TypedDict):
    """What one of choosing.rules found in a segment; `count` is of unknown words."""

    rule: str
    count: int


class Remark(TypedDict):
    """An editor's remark; `findings` are there if it was made by rules."""

    id: str
    remark: str
    suggestion: str
    findings: NotRequired[list[Finding]]


class Review(TypedDict):
    """The editor's remarks on the chosen translation."""

    by: str
    remarks: list[Remark]
    summary: str


class Revision(TypedDict):
    """The revised translation; it is taken unless it broke something, then `why` says what."""

    by: str
    segments: list[str | None]
    changes: str
    taken: bool
    why: str


class Translated(TypedDict):
    """A segment of the final translation, None where nobody could translate it."""

    id: str
    text: str | None


class StageRecord(TypedDict):
    """How a stage ended, and the digests of its prompts."""

    stage: str
    status: str
    seconds: float
    prompts: dict[str, str]


class LedgerRecord(TypedDict):
    """What was asked and what it cost: ledger.Ledger's totals and entries."""

    totals: dict[str, Any]
    requests: list[dict[str, Any]]


class Record(TypedDict):
    """All of translation.json; the digests are added when it is written."""

    text: Source
    lang: str
    engine: str
    answers: str
    workflow_mode: str
    executor: str
    parallel_count: int
    candidates: list[dict[str, Any]]  # see model.Candidate.to_json
    evaluation: EvaluationRecord
    review: Review
    revision: Revision
    translation: list[Translated]
    stages: list[StageRecord]
    ledger: LedgerRecord
    made_at: str
    markdown_digest: NotRequired[str]
    record_digest: NotRequired[str]


METHODS: Mapping[str, str] = {
    DecidedBy.TOTAL: "consensus",
    DecidedBy.ONLY: "only one",
    DecidedBy.JUDGE: "judge",
    DecidedBy.NOTHING: "none",
}


def described(decision: Decision, methods: Mapping[str, str] = METHODS) -> str:
    """Put a decision into words."""
    words = methods[decision["by"]]
    if decision["no_complete_text"]:
        words += ", by segment as no candidate has all of them"
    if decision["no_verdict"]:
        words += f"; the judge gave no verdict: {decision['no_verdict']}"
    return words


def decision_of(evaluation: EvaluationRecord) -> Decision:
    """Return why the winner won; records before version 0.2 imply it."""
    if "decision" in evaluation:
        return evaluation["decision"]
    judge = evaluation.get("judge")
    different = [n for n in evaluation["valid"] if str(n) not in evaluation["duplicates"]]
    if not different:
        by = DecidedBy.NOTHING
    elif judge and judge["verdict"] == evaluation["chosen"] is not None:
        by = DecidedBy.JUDGE
    else:
        by = DecidedBy.TOTAL if len(different) > 1 else DecidedBy.ONLY
    no_verdict = judge["why"] if judge and judge["verdict"] is None else ""
    return {"by": by, "no_complete_text": False, "no_verdict": no_verdict}


def source_of(text: Text) -> Source:
    """Return the part of a record that says what was translated."""
    source: Source = json.loads(json.dumps(asdict(text) | {"digest": text.digest()}))
    del source["target_langs"]  # type: ignore[typeddict-item]
    return source


def text_of(record: Record) -> Text:
    """Return the source as it was translated."""
    source = record["text"]
    return Text(
        name=source["name"],
        title=source["title"],
        author=source["author"],
        kind=Kind(source["kind"]),
        source_lang=source["source_lang"],
        target_langs=(record["lang"],),
        notes=source["notes"],
        segments=tuple(Segment(**segment) for segment in source["segments"]),
    )


def candidates_of(record: Record) -> list[Candidate]:
    """Return the candidates by id."""
    candidates = map(Candidate.from_json, record["candidates"])
    return sorted(candidates, key=lambda candidate: candidate.config.id)


def untranslated(record: Record) -> list[str]:
    """Return the ids of the segments that nobody could translate."""
    return [segment["id"] for segment in record["translation"] if segment["text"] is None]
