"""An OpenAI-compatible chat endpoint: asks until a checked answer is there or the budget is spent.

Retried: connection errors, time-outs, broken bodies, 408, 409, 429, 5xx, and answers in a wrong
form, with the problem told to the model. Never retried: other statuses, a content filter, a
refusal, an answer cut off at the token limit. All tries come out of one budget, `attempts`; only
what a server does not know (its 400 says so) is left out for nothing, and remembered.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tenacity

from soundweave.base.errors import ConfigError
from soundweave.translation.asking import answers
from soundweave.translation.engines import chat_reply
from soundweave.translation.engines.chat_http import Line, TransientError
from soundweave.translation.engines.chat_reply import UnknownParameterError, Usage
from soundweave.translation.failures import DeniedError, InvalidAnswerError, ProviderError
from soundweave.translation.ledger import Ledger
from soundweave.translation.settings import ChatSettings, ModelSettings

log = logging.getLogger(__name__)

PROVIDER = "chat"
UNUSABLE = "(an answer that could not be used)"


@dataclass(frozen=True)
class ChatRequest:
    """A rendered prompt and how it is asked.

    `model` is a key of the settings' models, `answer` a schema of config/schemas. `about` is the
    ledger's text, lang, stage and candidate. With `ids`, the answer must have these segments.
    """

    model: str
    system: str
    user: str
    answer: str
    temperature: float | None
    seed: int | None
    max_tokens: int
    about: Mapping[str, Any]
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChatAnswer:
    """How an answer came: its words, and its `form`, one of answers.FORMS."""

    text: str
    finish_reason: str
    form: str
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class _Way:
    """How a model's server wants to be asked; it is learnt."""

    form: str = answers.JSON_SCHEMA
    limit: str = "max_tokens"
    with_seed: bool = True

    def without(self, parameter: str) -> "_Way":
        """Return the next way without a parameter; the same way when it was not used."""
        if parameter == "response_format":
            weaker = answers.FORMS[answers.FORMS.index(self.form) + 1 :]
            return replace(self, form=weaker[0]) if weaker else self
        if parameter == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        return replace(self, with_seed=False)


@dataclass
class _Call:
    """What is asked, and how far it has come."""

    request: ChatRequest
    model: ModelSettings
    ledger: Ledger
    tries: int = 0
    problem: str = ""


class ChatEndpoint:
    """One per process; threads may share it. `slots` is a folder that all processes share."""

    def __init__(
        self,
        settings: ChatSettings,
        models: Mapping[str, ModelSettings],
        api_key: str,
        *,
        slots: Path,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._models = models
        self._line = Line(settings, api_key, slots)
        self._ways: dict[str, _Way] = {}
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(settings.attempts),
            wait=self._delay,
            retry=tenacity.retry_if_exception_type((TransientError, InvalidAnswerError)),
            before_sleep=_log_retry,
            sleep=sleep,
            reraise=True,
        )

    def ask(self, request: ChatRequest, ledger: Ledger) -> tuple[dict[str, Any], ChatAnswer]:
        """Return the answer, checked against its schema; every try is entered in `ledger`.

        Raises the ProviderError of the last try; BudgetError when the run's limit is reached.
        """
        if request.model not in self._models:
            raise ConfigError(f"there is no model {request.model!r} in translation.models")
        call = _Call(request, self._models[request.model], ledger)
        answer: tuple[dict[str, Any], ChatAnswer] = self._retrying(self._attempt, call)
        return answer

    def _attempt(self, call: _Call) -> tuple[dict[str, Any], ChatAnswer]:
        call.tries += 1
        while True:
            way = self._way(call)
            try:
                return self._once(call, way)
            except UnknownParameterError as error:
                easier = _easier(way, error)
                if easier == way:
                    raise DeniedError(str(error)) from error
                self._learn(call, way, easier)
            except InvalidAnswerError as error:
                call.problem = str(error)
                raise

    def _once(self, call: _Call, way: _Way) -> tuple[dict[str, Any], ChatAnswer]:
        with self._line.slot():
            entry = call.ledger.sent(
                **call.request.about,
                provider=PROVIDER,
                model=call.model.name,
                attempt=call.tries,
            )
            began = time.monotonic()
            usage, outcome = Usage(), "failed"
            try:
                reply = self._line.post(_body(call, way))
                usage = chat_reply.usage(reply)
                message = chat_reply.message(reply, self._line.redacted, where=self._line.host)
                text = self._line.without_secret(message.text)
                answer = self._parsed(text, call, way)
                outcome = "ok"
            except ProviderError as error:
                outcome = self._outcome(error, call, way)
                raise
            finally:
                call.ledger.ended(
                    entry,
                    outcome=outcome,
                    prompt_tokens=usage.prompt_tokens,
                    completion_tokens=usage.completion_tokens,
                    cost=usage.cost(call.model),
                    seconds=time.monotonic() - began,
                )
        return answer, ChatAnswer(
            text, message.finish_reason, way.form, usage.prompt_tokens, usage.completion_tokens
        )

    def _parsed(self, text: str, call: _Call, way: _Way) -> dict[str, Any]:
        try:
            answer = answers.parse(text, call.request.answer, way.form)
        except InvalidAnswerError:
            # The server let the model ignore the form: ask for one that needs less of it.
            self._learn(call, way, way.without("response_format"))
            raise
        if call.request.ids and "segments" in answer:
            answers.segments(answer, call.request.ids)
        return answer

    def _outcome(self, error: ProviderError, call: _Call, way: _Way) -> str:
        if isinstance(error, UnknownParameterError) and _easier(way, error) != way:
            return f"retried:{error.parameters[0]}"
        again = isinstance(error, TransientError | InvalidAnswerError)
        if not again or call.tries >= self._settings.attempts:
            return error.kind
        return f"retried:{error.why if isinstance(error, TransientError) else error.kind}"

    def _way(self, call: _Call) -> _Way:
        return self._ways.get(call.request.model, _Way())

    def _learn(self, call: _Call, used: _Way, easier: _Way) -> None:
        # Another thread may have learnt more in the meantime.
        if self._way(call) == used:
            self._ways[call.request.model] = easier

    def _delay(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, InvalidAnswerError):
            return 0.0
        backoff = self._settings.backoff_seconds
        # Jitter keeps N candidates from knocking together again.
        growing = backoff * 2.0 ** (state.attempt_number - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        if isinstance(error, TransientError) and error.retry_after is not None:
            growing = error.retry_after + backoff * random.uniform(0.0, 0.25)  # noqa: S311 - no secret
        return min(growing, self._settings.backoff_max_seconds)


def _easier(way: _Way, error: UnknownParameterError) -> _Way:
    for parameter in error.parameters:
        if (easier := way.without(parameter)) != way:
            return easier
    return way


def _body(call: _Call, way: _Way) -> dict[str, Any]:
    request = call.request
    body = {
        "model": call.model.name,
        "messages": _messages(call, way),
        "temperature": request.temperature,
        "seed": request.seed if way.with_seed else None,
        "response_format": _response_format(request.answer, way.form),
        way.limit: request.max_tokens,
    }
    return {key: value for key, value in body.items() if value is not None}


def _messages(call: _Call, way: _Way) -> list[dict[str, str]]:
    # The form is told in words too: many servers take a schema and pay no heed to it.
    form = answers.description(call.request.answer, way.form)
    said = [("system", f"{call.request.system.strip()}\n\n{form}"), ("user", call.request.user)]
    if call.problem:
        again = f"Your answer could not be used: {call.problem}\nAnswer anew, and whole. {form}"
        said += [("assistant", UNUSABLE), ("user", again)]  # roles that do not alternate are a 400
    return [{"role": role, "content": content} for role, content in said]


def _response_format(schema: str, form: str) -> dict[str, Any] | None:
    if form == answers.TAGS:
        return None
    if form == answers.JSON_OBJECT:
        return {"type": form}
    strict = {"name": schema, "strict": True, "schema": answers.wire_schema(schema)}
    return {"type": form, form: strict}


def _log_retry(state: tenacity.RetryCallState) -> None:
    delay = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s; try %d, again in %.1f s", error, state.attempt_number, delay)
