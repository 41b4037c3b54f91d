"""Sends requests to the chat endpoint or Apertium, or answers them from recordings.

There is one endpoint per process: all jobs share its connections and what it learned of the models.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

from soundweave.translation.asking.stage import Question, StageContext
from soundweave.translation.engines import apertium, masking
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.engines.chat import ChatEndpoint
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.failures import NotRecordedError, ProviderError
from soundweave.translation.ledger import Ledger
from soundweave.translation.settings import KEY_VARIABLE

LEDGER = "ledger.jsonl"
SLOTS = "slots"

_endpoints: dict[str, ChatEndpoint] = {}


def ask(context: StageContext, stage: str, question: Question) -> dict[str, Any]:
    """Return the checked answer of a chat model; raises ProviderError."""
    settings = context.settings
    model = settings.models[question.model].name
    request = {**asdict(question), "model": model}
    for key in ("prompt", "digest"):  # not sent
        del request[key]
    if settings.answers == "replay":
        replayed: dict[str, Any] = _replayed(context, stage, model, [request])[0]
        return replayed
    answer, _ = _endpoint(context).ask(question, ledger(context), _about(context, stage))
    if settings.answers == "record":
        Recordings(settings.recordings).put(request, answer)
    return answer


def translate(context: StageContext, stage: str, route: str) -> list[Rendering]:
    """Return Apertium's rendering of each segment by `route`; raises ProviderError."""
    settings = context.settings
    requests = [{"route": route, "text": source} for source in context.text.sources]
    if settings.answers == "replay":
        return [Rendering(**answer) for answer in _replayed(context, stage, route, requests)]
    engine = partial(apertium.translate, route, timeout_seconds=settings.apertium.timeout_seconds)
    with _free_request(context, stage, provider="apertium", model=route):
        renderings = masking.through(context.text.sources, engine)
    if settings.answers == "record":
        recordings = Recordings(settings.recordings)
        for request, rendering in zip(requests, renderings, strict=True):
            recordings.put(request, asdict(rendering))
    return renderings


def ledger(context: StageContext) -> Ledger:
    """Return the ledger of this job, with the run's limits."""
    settings = context.settings
    return Ledger(
        context.folder / LEDGER, max_cost=settings.max_cost, max_tokens=settings.max_tokens
    )


def _replayed(
    context: StageContext, stage: str, model: str, requests: Sequence[dict[str, Any]]
) -> list[Any]:
    path = context.settings.recordings
    with _free_request(context, stage, provider="recorded", model=model):
        recordings = Recordings(path)
        answers = [recordings.get(request) for request in requests]
        if None in answers:
            raise NotRecordedError(f"{path} holds no answer of {model} to this text as it is")
    return answers


@contextmanager
def _free_request(context: StageContext, stage: str, **about: str) -> Iterator[None]:
    """Enter a request without tokens or cost in the ledger, and how it ends."""
    book = ledger(context)
    began = time.monotonic()
    entry = book.sent(**_about(context, stage), **about, free=True)
    outcome = "failed"
    try:
        yield
        outcome = "ok"
    except ProviderError as error:
        outcome = error.kind
        raise
    finally:
        book.ended(
            entry,
            outcome=outcome,
            prompt_tokens=0,
            completion_tokens=0,
            cost=0.0,
            seconds=time.monotonic() - began,
        )


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
