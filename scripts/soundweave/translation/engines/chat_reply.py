"""Interprets the replies of a chat endpoint: the model's message, its cost, or the failure."""

import email.utils
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from soundweave.translation.engines.chat_http import Reply, TransientError
from soundweave.translation.failures import DeniedError, RefusedError, TruncatedError
from soundweave.translation.settings import KEY_VARIABLE, ModelSettings

Redact = Callable[[str], str]

RETRIED = {408, 409, 429}
MOST_TOKENS = 10**9  # of one request; a larger count cannot be true

# What servers mention in a 400 or 422 when they do not know one of our parameters.
UNKNOWN = {
    "response_format": ("response_format", "json_schema", "json_object"),
    "max_tokens": ("max_completion_tokens",),
    "seed": ("seed",),
}
HINTS = {
    401: f"; check {KEY_VARIABLE}",
    403: f"; check {KEY_VARIABLE}",
    404: "; check translation.chat.base_url and the model's name",
}


class UnknownParameterError(DeniedError):
    """The server rejects one of our `parameters`; it may accept the request without it."""

    def __init__(self, message: str, *, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.parameters = parameters


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, None if unknown."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def cost(self, model: ModelSettings) -> float | None:
        """The cost at the model's prices per million tokens; None if unknown."""
        parts = [
            _product(self.prompt_tokens, model.input_price),
            _product(self.completion_tokens, model.output_price),
        ]
        known_parts = [part for part in parts if part is not None]
        return sum(known_parts) if len(known_parts) == len(parts) else None


@dataclass(frozen=True)
class Message:
    """The model's message; `finish_reason` is "" unless the server sends a simple name."""

    text: str
    finish_reason: str


def usage(reply: Reply) -> Usage:
    """Return the tokens of a reply; a request rejected with a 4xx costs nothing."""
    if 400 <= reply.status < 500:
        return Usage(0, 0)
    counts = reply.value.get("usage") if isinstance(reply.value, dict) else None
    counts = counts if isinstance(counts, dict) else {}
    return Usage(_count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens")))


def message(reply: Reply, redact: Redact, *, host: str) -> Message:
    """Return the model's message; raises the matching ProviderError if it has none.

    `redact` removes the key from the server's words; `host` is its name.
    """
    _check_status(reply, redact, host)
    choice = _choice(reply)
    if choice is None:
        problem = f"{host}: not an answer of a chat model{_detail(reply, redact)}"
        raise TransientError(problem, why="body", retry_after=_retry_after(reply))
    message = choice["message"]
    if message.get("refusal"):
        raise RefusedError(f"the model refused: {_line(redact(str(message['refusal'])))}")
    reason = choice.get("finish_reason")
    if reason == "content_filter":
        raise DeniedError(f"{host}: a content filter withheld the answer")
    if reason == "length":
        raise TruncatedError("the answer was cut off at max_tokens; raise the stage's max_tokens")
    named = re.fullmatch(r"[A-Za-z_-]{1,40}", reason if isinstance(reason, str) else "")
    return Message(_text(message.get("content")), named[0] if named else "")


def _check_status(reply: Reply, redact: Redact, host: str) -> None:
    status = reply.status
    if 200 <= status < 300:
        return
    problem = f"{host}: HTTP {status}{_detail(reply, redact)}"
    if status in RETRIED or status >= 500:
        raise TransientError(problem, why=str(status), retry_after=_retry_after(reply))
    if status in {400, 422}:
        named = tuple(name for name, words in UNKNOWN.items() if reply.mentions(*words))
        raise UnknownParameterError(problem, parameters=named)
    if 300 <= status < 400:
        raise DeniedError(
            f"{problem}; redirects are not followed; configure the address it leads to"
        )
    raise DeniedError(problem + HINTS.get(status, ""))


def _choice(reply: Reply) -> dict[str, Any] | None:
    try:
        choice = reply.value["choices"][0]
        return choice if isinstance(choice["message"], dict) else None
    except (KeyError, IndexError, TypeError):
        return None


def _text(content: Any) -> str:
    # Some servers send a list of parts; thoughts are not part of the answer.
    if isinstance(content, list):
        texts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(_text(part.get("text")) for part in texts)
    return content if isinstance(content, str) else ""


def _detail(reply: Reply, redact: Redact) -> str:
    value = reply.value
    for key in ("error", "message", "detail"):
        if isinstance(value, dict) and value.get(key):
            value = value[key]
    if value is None or value == reply.value:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f" ({_line(redact(text))})"


def _line(text: str) -> str:
    line = " ".join(text.split()).encode("utf-8", errors="replace").decode()
    return "".join(char for char in line if char.isprintable())[
        :200
    ]  # a terminal would interpret it


def _retry_after(reply: Reply) -> float | None:
    value = reply.headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _product(tokens: int | None, price: float | None) -> float | None:
    if tokens == 0:
        return 0.0
    return None if tokens is None or price is None else tokens * price / 1_000_000
