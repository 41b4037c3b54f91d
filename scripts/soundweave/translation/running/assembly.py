"""Puts the record of a finished job together from its stages' results."""

from datetime import UTC, datetime

from soundweave.translation.asking.stage import StageResult
from soundweave.translation.ledger import Ledger
from soundweave.translation.model import Text
from soundweave.translation.record import Record, StageRecord, source_of
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.running.stages import (
    EditorReview,
    Evaluation,
    InitialTranslation,
    TranslatorRevision,
)
from soundweave.translation.settings import Settings


def record_of(
    text: Text, lang: str, settings: Settings, state: PipelineState, ledger: Ledger
) -> Record:
    """Return the record of a job whose stages are all done."""
    data = {result.stage: result.data for result in state.results}
    evaluation, revision = data[Evaluation.name], data[TranslatorRevision.name]
    pooled = settings.candidate_count > 1 and settings.workflow_mode != "manual"
    final = revision["segments"] if revision["taken"] else evaluation["translation"]
    return {
        "text": source_of(text),
        "lang": lang,
        "engine": settings.engine,
        "answers": settings.answers,
        "workflow_mode": settings.workflow_mode,
        "executor": settings.executor if pooled else "none",
        "parallel_count": settings.candidate_count,
        "candidates": data[InitialTranslation.name],
        "evaluation": evaluation,
        "review": data[EditorReview.name],
        "revision": revision,
        "translation": [
            {"id": segment.id, "text": translation}
            for segment, translation in zip(text.segments, final, strict=True)
        ],
        "stages": [_stage(result) for result in state.results],
        "ledger": {"totals": ledger.totals(), "requests": ledger.entries()},
        "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _stage(result: StageResult) -> StageRecord:
    return {
        "stage": result.stage,
        "status": result.status,
        "seconds": result.seconds,
        "prompts": dict(result.prompts),
    }
