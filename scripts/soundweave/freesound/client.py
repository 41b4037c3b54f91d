"""The HTTP client for Freesound's API: key, limits, retries, quota.

Retried: 429 of the minute window, server errors, a search engine that is down, timeouts, broken,
endless and unreadable answers. Never retried: 401, 404, other 400s, redirects. Links and redirects
are never followed: the key goes to one host only.
"""

import json
import logging
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity

from soundweave.base import http
from soundweave.base.config import FreesoundConfig
from soundweave.base.errors import (
    ApiError,
    BudgetSpentError,
    ConfigError,
    NotFoundError,
    QuotaExhaustedError,
)
from soundweave.base.http import Reply
from soundweave.base.text import without_password
from soundweave.freesound import clock
from soundweave.freesound.quota import Quota

log = logging.getLogger(__name__)

THROTTLED_SECONDS = 20.0  # the minute window slides: a third of it frees a third of the requests
NO_DETAILS = "no details"
REFUSALS = range(300, 500)  # what is neither an answer nor a refusal is broken, like 103 or 204
# The server answers 400 when its search engine is down, too; a query's own fault names an HTTP 4xx.
SEARCH_DOWN = re.compile(
    r"Search server error: (?!Solr responded with an error \(HTTP 4)"
    r".*(connect|timed? ?out|unreachable|refused|HTTP 5)",
    re.IGNORECASE,
)
# Settings are wrong, and no answer was ever read.
ADDRESS_ERRORS = (
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)


class TransientError(ApiError):
    """A failure that may go away; the request is retried."""


class ThrottledError(TransientError):
    """Freesound's limit of requests per minute is reached."""


class FreesoundClient:
    """Sends GET requests one at a time, at most `max_requests` of them, retries included."""

    def __init__(
        self,
        config: FreesoundConfig,
        api_key: str,
        quota: Quota,
        *,
        max_requests: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._config = config
        self._quota = quota
        self._limit = max_requests
        self.requests_sent = 0
        self.is_clock_confirmed = False  # by the date of an answer
        size = config.answer_megabytes * http.MEGABYTE
        self._limits = http.Limits(config.timeout_seconds, size)
        self._session = http.Session()
        self._session.auth = http.authorization(f"Token {api_key}")
        self._retrying = tenacity.Retrying(
            stop=self._must_stop,
            wait=self._delay,
            retry=tenacity.retry_if_exception_type(TransientError),
            before_sleep=_log_retry,
            sleep=sleep,
            reraise=True,
        )

    @property
    def requests_left(self) -> int:
        """How many more requests the current limit allows."""
        return max(0, self._limit - self.requests_sent)

    @contextmanager
    def limited_to(self, count: int) -> Iterator[None]:
        """Inside the block, send at most `count` more requests."""
        outer_limit = self._limit
        self._limit = min(outer_limit, self.requests_sent + count)
        try:
            yield
        finally:
            self._limit = outer_limit

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """Get the JSON object at `path` (relative to the base URL, ending in a slash).

        Raises NotFoundError, ConfigError (the key was refused), BudgetSpentError,
        QuotaExhaustedError, or ApiError when every attempt failed or no request is left to retry.
        """
        answer: dict[str, Any] = self._retrying(self._send, path, dict(params or {}))
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, path: str, params: dict[str, str | int]) -> dict[str, Any]:
        if self.requests_left == 0:
            raise BudgetSpentError(f"{self.requests_sent} requests sent, the limit of this run")
        self._quota.wait_turn()
        ledger_row = self._quota.sent(path)
        self.requests_sent += 1
        try:
            reply = self._session.exchange(
                "GET", self._config.base_url + path, self._limits, params=params
            )
        except ADDRESS_ERRORS as error:
            problem = f"{path}: cannot be requested ({type(error).__name__})"
            raise ConfigError(problem) from None  # the cause shows the address with its password
        except (requests.RequestException, OSError, ValueError) as error:
            address = without_password(self._config.base_url + path)
            raise TransientError(
                f"no complete answer from {address} ({type(error).__name__})"
            ) from error
        self._quota.answered(ledger_row, reply.status)
        self.is_clock_confirmed |= clock.agrees(reply.headers)
        return _parse(path, reply)

    def _must_stop(self, state: tenacity.RetryCallState) -> bool:
        # With no request left, report the failure itself, not that it cannot be retried.
        return state.attempt_number >= self._config.attempts or self.requests_left == 0

    def _delay(self, state: tenacity.RetryCallState) -> float:
        delay = self._config.backoff_seconds * 2.0 ** (state.attempt_number - 1)
        if isinstance(state.outcome and state.outcome.exception(), ThrottledError):
            delay = max(delay, THROTTLED_SECONDS)
        # Jitter keeps two jobs that share a key from retrying in step.
        return min(delay, self._config.backoff_max_seconds) * random.uniform(0.75, 1.25)  # noqa: S311


def _parse(path: str, reply: Reply) -> dict[str, Any]:
    status = reply.status
    if status == requests.codes.ok:
        return _json_object(path, reply)
    detail = _detail(reply)
    if status == requests.codes.unauthorized:
        raise ConfigError(f"Freesound refused the key ({detail}); check FREESOUND_API_KEY")
    # A 404 without details comes from a proxy and says nothing about the sound.
    if status == requests.codes.not_found and detail != NO_DETAILS:
        raise NotFoundError(f"{path}: not found")
    if status == requests.codes.too_many_requests:
        raise _throttled(detail)
    if _is_broken(reply) or SEARCH_DOWN.match(detail):
        raise TransientError(f"{path}: HTTP {status} ({detail})")
    raise ApiError(f"{path}: HTTP {status} ({detail})")


def _is_broken(reply: Reply) -> bool:
    location = reply.headers.get("Location", "")
    try:
        urlsplit(location)
    except ValueError:
        return True
    waited_too_long = reply.status == requests.codes.request_timeout
    return reply.status not in REFUSALS or waited_too_long or not location.isascii()


def _throttled(detail: str) -> Exception:
    if "/minute" in detail:
        return ThrottledError(f"throttled: {detail}")
    if "suspended" in detail:
        return ConfigError(f"Freesound refused the key ({detail}); ask Freesound about it")
    return QuotaExhaustedError(f"Freesound's daily limit is reached: {detail}")


def _json_object(path: str, reply: Reply) -> dict[str, Any]:
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise TransientError(f"{path}: the answer is not JSON") from error
    if not isinstance(value, dict):
        raise TransientError(f"{path}: the answer is not a JSON object")
    return value


def _detail(reply: Reply) -> str:
    try:
        detail = json.loads(reply.body)["detail"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return NO_DETAILS
    return " ".join(str(detail).split())[:200]


def _log_retry(state: tenacity.RetryCallState) -> None:
    delay = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s; attempt %d, retrying in %.1f s", error, state.attempt_number, delay)
