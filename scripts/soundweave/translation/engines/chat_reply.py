"""What a chat endpoint's reply means: the model's words, what they cost, or which failure it is."""

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

Hide = Callable[[str], str]

RETRIED = {408, 409, 429}
MOST_TOKENS = 10**9  # of one request; more is a lie

# What servers name in a 400 or 422 when they do not know a parameter of ours.
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
    """The server does not take one of our `parameters`; without it, it may."""

    def __init__(self, message: str, *, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.parameters = parameters


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, None where nobody knows."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def cost(self, model: ModelSettings) -> float | None:
        """Return the cost by the model's prices per million tokens; None when not known."""
        parts = [
            _product(self.prompt_tokens, model.input_price),
            _product(self.completion_tokens, model.output_price),
        ]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None


@dataclass(frozen=True)
class Message:
    """What the model said; `finish_reason` is "" when the server gives none that is a name."""

    text: str
    finish_reason: str


def usage(reply: Reply) -> Usage:
    """Return what a reply cost; one that was turned away with a 4xx cost nothing."""
    if 400 <= reply.status < 500:
        return Usage(0, 0)
    told = reply.value.get("usage") if isinstance(reply.value, dict) else None
    told = told if isinstance(told, dict) else {}
    return Usage(_count(told.get("prompt_tokens")), _count(told.get("completion_tokens")))


def message(reply: Reply, hide: Hide, *, where: str) -> Message:
    """Return the model's message; raises the ProviderError that the reply is.

    `hide` takes the key out of what a server says; `where` names it.
    """
    _check_status(reply, hide, where)
    choice = _choice(reply)
    if choice is None:
        what = f"{where}: no answer of a chat model{_detail(reply, hide)}"
        raise TransientError(what, why="body", retry_after=_retry_after(reply))
    told = choice["message"]
    if told.get("refusal"):
        raise RefusedError(f"the model refused: {_line(hide(str(told['refusal'])))}")
    reason = choice.get("finish_reason")
    if reason == "content_filter":
        raise DeniedError(f"{where}: the answer was held back by a content filter")
    if reason == "length":
        raise TruncatedError("the answer was cut off at max_tokens; allow the stage more")
    named = re.fullmatch(r"[A-Za-z_-]{1,40}", reason if isinstance(reason, str) else "")
    return Message(_text(told.get("content")), named[0] if named else "")


def _check_status(reply: Reply, hide: Hide, where: str) -> None:
    status = reply.status
    if 200 <= status < 300:
        return
    what = f"{where}: HTTP {status}{_detail(reply, hide)}"
    if status in RETRIED or status >= 500:
        raise TransientError(what, why=str(status), retry_after=_retry_after(reply))
    if status in {400, 422}:
        named = tuple(name for name, words in UNKNOWN.items() if reply.mentions(*words))
        raise UnknownParameterError(what, parameters=named)
    if 300 <= status < 400:
        raise DeniedError(f"{what}; redirects are not followed, set the address it leads to")
    raise DeniedError(what + HINTS.get(status, ""))


def _choice(reply: Reply) -> dict[str, Any] | None:
    try:
        choice = reply.value["choices"][0]
        return choice if isinstance(choice["message"], dict) else None
    except (KeyError, IndexError, TypeError):
        return None


def _text(content: Any) -> str:
    # Some servers send a list of parts; a part that is a thought is not the answer.
    if isinstance(content, list):
        texts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(_text(part.get("text")) for part in texts)
    return content if isinstance(content, str) else ""


def _detail(reply: Reply, hide: Hide) -> str:
    value = reply.value
    for key in ("error", "message", "detail"):
        if isinstance(value, dict) and value.get(key):
            value = value[key]
    if value is None or value == reply.value:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f" ({_line(hide(text))})"


def _line(text: str) -> str:
    line = " ".join(text.split()).encode("utf-8", errors="replace").decode()
    return "".join(char for char in line if char.isprintable())[:200]  # a terminal would obey


def _retry_after(reply: Reply) -> float | None:
    told = reply.headers.get("Retry-After", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        seconds = _until(told)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _count(told: Any) -> int | None:
    return told if type(told) is int and 0 <= told <= MOST_TOKENS else None


def _product(tokens: int | None, price: float | None) -> float | None:
    if tokens == 0:
        return 0.0
    return None if tokens is None or price is None else tokens * price / 1_000_000
