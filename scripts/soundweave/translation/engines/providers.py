"""Who is asked: the chat endpoint or Apertium, live or from recorded answers.

One endpoint per process: its connections and what it learnt of the models serve all jobs.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from soundweave.translation.asking.stage import Question, StageContext
from soundweave.translation.engines import apertium, masking
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.engines.chat import ChatEndpoint, ChatRequest
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.failures import NotRecordedError, ProviderError
from soundweave.translation.ledger import Ledger
from soundweave.translation.settings import KEY_VARIABLE

LEDGER = "ledger.jsonl"
SLOTS = "slots"

_endpoints: dict[str, ChatEndpoint] = {}


def ask(context: StageContext, stage: str, question: Question) -> dict[str, Any]:
    """Return the checked answer of a chat model; raises ProviderError."""
    request = ChatRequest(
        model=question.model,
        system=question.system,
        user=question.user,
        answer=question.answer,
        temperature=question.temperature,
        seed=question.seed,
        max_tokens=question.max_tokens,
        about=_about(context, stage),
        ids=question.ids,
    )
    model = context.settings.models[question.model].name
    asked = {**asdict(request), "model": model}
    del asked["about"]
    if context.settings.answers == "replay":
        replayed: dict[str, Any] = _replayed(context, stage, model, [asked])[0]
        return replayed
    answer, _ = _endpoint(context).ask(request, ledger(context))
    if context.settings.answers == "record":
        _recordings(context).put(asked, answer)
    return answer


def translate(context: StageContext, stage: str, route: str) -> list[Rendering]:
    """Return Apertium's rendering of each segment by `route`; raises ProviderError."""
    asked = [{"route": route, "text": source} for source in context.text.sources]
    if context.settings.answers == "replay":
        return [Rendering(**answer) for answer in _replayed(context, stage, route, asked)]
    made = _by_apertium(context, stage, route)
    if context.settings.answers == "record":
        for question, rendering in zip(asked, made, strict=True):
            _recordings(context).put(question, asdict(rendering))
    return made


def ledger(context: StageContext) -> Ledger:
    """Return the ledger of this job, with the run's limits."""
    settings = context.settings
    return Ledger(
        context.folder / LEDGER, max_cost=settings.max_cost, max_tokens=settings.max_tokens
    )


def _by_apertium(context: StageContext, stage: str, route: str) -> list[Rendering]:
    timeout = context.settings.apertium.timeout_seconds

    def engine(sentences: Sequence[str]) -> list[Rendering]:
        return apertium.translate(route, sentences, timeout_seconds=timeout)

    book = ledger(context)
    began = time.monotonic()
    entry = book.sent(**_about(context, stage), provider="apertium", model=route, free=True)
    outcome = "failed"
    try:
        made = masking.through(context.text.sources, engine)
        outcome = "ok"
    except ProviderError as error:
        outcome = error.kind
        raise
    finally:
        _ended(book, entry, outcome, time.monotonic() - began)
    return made


def _replayed(
    context: StageContext, stage: str, model: str, asked: Sequence[dict[str, Any]]
) -> list[Any]:
    recordings = _recordings(context)
    book = ledger(context)
    entry = book.sent(**_about(context, stage), provider="recorded", model=model, free=True)
    answers = [recordings.get(question) for question in asked]
    found = all(answer is not None for answer in answers)
    _ended(book, entry, "ok" if found else NotRecordedError.kind, 0.0)
    if not found:
        raise NotRecordedError(
            f"{context.settings.recordings} holds no answer of {model} to this text as it is"
        )
    return answers


def _ended(book: Ledger, entry: str, outcome: str, seconds: float) -> None:
    book.ended(
        entry, outcome=outcome, prompt_tokens=0, completion_tokens=0, cost=0.0, seconds=seconds
    )


def _recordings(context: StageContext) -> Recordings:
    return Recordings(context.settings.recordings)


def _endpoint(context: StageContext) -> ChatEndpoint:
    settings = context.settings
    if settings.chat.base_url not in _endpoints:
        _endpoints[settings.chat.base_url] = ChatEndpoint(
            settings.chat,
            settings.models,
            os.environ.get(KEY_VARIABLE, ""),
            slots=context.folder.parents[2] / SLOTS,
        )
    return _endpoints[settings.chat.base_url]


def _about(context: StageContext, stage: str) -> dict[str, Any]:
    return {
        "text": context.text.name,
        "lang": context.lang,
        "stage": stage,
        "candidate": context.candidate.id if context.candidate else None,
    }
