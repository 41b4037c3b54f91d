"""The result of one job as data/translations keeps it (translation.schema.json)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from soundweave.translation.asking.stage import StageResult
from soundweave.translation.ledger import Ledger
from soundweave.translation.model import Text
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.settings import Settings


def make(
    text: Text, lang: str, settings: Settings, state: PipelineState, ledger: Ledger
) -> dict[str, Any]:
    """Return the record of a job whose stages are all done."""
    data = {result.stage: result.data for result in state.results}
    evaluation, revision = data["Evaluation"], data["TranslatorRevision"]
    pooled = settings.candidate_count > 1 and settings.workflow_mode != "manual"
    final = revision["segments"] if revision["taken"] else evaluation["translation"]
    return {
        "text": _text(text),
        "lang": lang,
        "engine": settings.engine,
        "answers": settings.answers,
        "workflow_mode": settings.workflow_mode,
        "executor": settings.executor if pooled else "none",
        "parallel_count": settings.candidate_count,
        "candidates": data["InitialTranslation"],
        "evaluation": evaluation,
        "review": data["EditorReview"],
        "revision": revision,
        "translation": [
            {"id": segment.id, "text": translated}
            for segment, translated in zip(text.segments, final, strict=True)
        ],
        "stages": [_stage(result) for result in state.results],
        "ledger": {"totals": ledger.totals(), "requests": ledger.entries()},
        "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def untranslated(record: Mapping[str, Any]) -> Sequence[str]:
    """Return the ids of the segments that nobody could translate."""
    return [segment["id"] for segment in record["translation"] if segment["text"] is None]


def _text(text: Text) -> dict[str, Any]:
    plain = asdict(text)
    del plain["target_langs"]
    return plain | {"kind": str(text.kind), "digest": text.digest()}


def _stage(result: StageResult) -> dict[str, Any]:
    return {
        "stage": result.stage,
        "status": result.status,
        "seconds": result.seconds,
        "prompts": dict(result.prompts),
    }
