"""An OpenAI-compatible chat endpoint: asks until an answer is valid or the attempts are used up.

Retried: connection errors, timeouts, broken bodies, 408, 409, 429, 5xx, and answers in the wrong
form, whose problem is reported to the model. Never retried: other statuses, a content filter, a
refusal, an answer cut off at the token limit. All tries count toward `attempts`, with one
exception: a parameter that the server rejects with a 400 is left out from then on, at no cost.
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
from soundweave.translation.asking.stage import Question
from soundweave.translation.engines import chat_reply
from soundweave.translation.engines.chat_http import Connection, TransientError
from soundweave.translation.engines.chat_reply import UnknownParameterError, Usage
from soundweave.translation.failures import DeniedError, InvalidAnswerError, ProviderError
from soundweave.translation.ledger import Ledger
from soundweave.translation.settings import ChatSettings, ModelSettings

log = logging.getLogger(__name__)

PROVIDER = "chat"
UNUSABLE = "(an answer that could not be used)"


@dataclass(frozen=True)
class ChatAnswer:
    """An answer as received: its text, and its `form`, one of answers.FORMS."""

    text: str
    finish_reason: str
    form: str
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class _Dialect:
    """The parameters that a model's server accepts, as learned from its errors."""

    form: str = answers.JSON_SCHEMA
    limit: str = "max_tokens"
    with_seed: bool = True

    def without(self, parameter: str) -> "_Dialect":
        """Return the next dialect without a parameter; the same dialect if it was not used."""
        if parameter == "response_format":
            weaker = answers.FORMS[answers.FORMS.index(self.form) + 1 :]
            return replace(self, form=weaker[0]) if weaker else self
        if parameter == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        return replace(self, with_seed=False)


@dataclass
class _Call:
    """A request and its progress."""

    question: Question
    model: ModelSettings
    ledger: Ledger
    about: Mapping[str, Any]
    tries: int = 0
    problem: str = ""


class ChatEndpoint:
    """One per process, shared by its threads. `slots` is a folder that all processes share."""

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
        self._connection = Connection(settings, api_key, slots)
        self._dialects: dict[str, _Dialect] = {}
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(settings.attempts),
            wait=self._delay,
            retry=tenacity.retry_if_exception_type((TransientError, InvalidAnswerError)),
            before_sleep=_log_retry,
            sleep=sleep,
            reraise=True,
        )

    def ask(
        self, question: Question, ledger: Ledger, about: Mapping[str, Any]
    ) -> tuple[dict[str, Any], ChatAnswer]:
        """Return the answer, checked against its schema; `ledger` records every try.

        `question.model` is a key of the settings' models; `about` is the ledger's text, lang,
        stage and candidate. If the question has ids, the answer must have these segments.
        Raises the ProviderError of the last try, or BudgetError at the run's limit.
        """
        if question.model not in self._models:
            raise ConfigError(f"no model {question.model!r} in translation.models")
        call = _Call(question, self._models[question.model], ledger, about)
        answer: tuple[dict[str, Any], ChatAnswer] = self._retrying(self._attempt, call)
        return answer

    def _attempt(self, call: _Call) -> tuple[dict[str, Any], ChatAnswer]:
        call.tries += 1
        while True:
            dialect = self._dialect(call)
            try:
                return self._once(call, dialect)
            except UnknownParameterError as error:
                easier = _easier(dialect, error)
                if easier == dialect:
                    raise DeniedError(str(error)) from error
                self._learn(call, dialect, easier)
            except InvalidAnswerError as error:
                call.problem = str(error)
                raise

    def _once(self, call: _Call, dialect: _Dialect) -> tuple[dict[str, Any], ChatAnswer]:
        with self._connection.slot():
            entry = call.ledger.sent(
                **call.about,
                provider=PROVIDER,
                model=call.model.name,
                attempt=call.tries,
            )
            began = time.monotonic()
            usage, outcome = Usage(), "failed"
            try:
                reply = self._connection.post(_body(call, dialect))
                usage = chat_reply.usage(reply)
                message = chat_reply.message(
                    reply, self._connection.redacted, host=self._connection.host
                )
                text = self._connection.without_secret(message.text)
                answer = self._parsed(text, call, dialect)
                outcome = "ok"
            except ProviderError as error:
                outcome = self._outcome(error, call, dialect)
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
            text, message.finish_reason, dialect.form, usage.prompt_tokens, usage.completion_tokens
        )

    def _parsed(self, text: str, call: _Call, dialect: _Dialect) -> dict[str, Any]:
        try:
            answer = answers.parse(text, call.question.answer, dialect.form)
        except InvalidAnswerError:
            # The server let the model ignore the form: ask for a less strict one.
            self._learn(call, dialect, dialect.without("response_format"))
            raise
        if call.question.ids and "segments" in answer:
            answers.segments(answer, call.question.ids)
        return answer

    def _outcome(self, error: ProviderError, call: _Call, dialect: _Dialect) -> str:
        if isinstance(error, UnknownParameterError) and _easier(dialect, error) != dialect:
            return f"retried:{error.parameters[0]}"
        retryable = isinstance(error, TransientError | InvalidAnswerError)
        if not retryable or call.tries >= self._settings.attempts:
            return error.kind
        return f"retried:{error.why if isinstance(error, TransientError) else error.kind}"

    def _dialect(self, call: _Call) -> _Dialect:
        return self._dialects.get(call.question.model, _Dialect())

    def _learn(self, call: _Call, used: _Dialect, easier: _Dialect) -> None:
        # Another thread may have learned more in the meantime.
        if self._dialect(call) == used:
            self._dialects[call.question.model] = easier

    def _delay(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, InvalidAnswerError):
            return 0.0
        backoff = self._settings.backoff_seconds
        # Jitter keeps N candidates from retrying at the same moment.
        growing = backoff * 2.0 ** (state.attempt_number - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - not a secret
        if isinstance(error, TransientError) and error.retry_after is not None:
            growing = error.retry_after + backoff * random.uniform(0.0, 0.25)  # noqa: S311 - not a secret
        return min(growing, self._settings.backoff_max_seconds)


def _easier(dialect: _Dialect, error: UnknownParameterError) -> _Dialect:
    for parameter in error.parameters:
        if (easier := dialect.without(parameter)) != dialect:
            return easier
    return dialect


def _body(call: _Call, dialect: _Dialect) -> dict[str, Any]:
    question = call.question
    body = {
        "model": call.model.name,
        "messages": _messages(call, dialect),
        "temperature": question.temperature,
        "seed": question.seed if dialect.with_seed else None,
        "response_format": _response_format(question.answer, dialect.form),
        dialect.limit: question.max_tokens,
    }
    return {key: value for key, value in body.items() if value is not None}


def _messages(call: _Call, dialect: _Dialect) -> list[dict[str, str]]:
    # Describe the form in words too: many servers accept a schema and ignore it.
    form = answers.description(call.question.answer, dialect.form)
    messages = [
        ("system", f"{call.question.system.strip()}\n\n{form}"),
        ("user", call.question.user),
    ]
    if call.problem:
        feedback = (
            f"Your answer could not be used: {call.problem}\nSend a complete new answer. {form}"
        )
        messages += [
            ("assistant", UNUSABLE),
            ("user", feedback),
        ]  # roles that do not alternate are a 400
    return [{"role": role, "content": content} for role, content in messages]


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
    log.warning("%s; try %d, next in %.1f s", error, state.attempt_number, delay)
