"""One POST to a chat endpoint, limited in time, in size and in how many are open at once.

The server is not trusted: it may drip its answer byte by byte, never end it, redirect to another
host or repeat the key in an error. The key goes to the configured address only.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import portalocker
import requests

from soundweave.base import http
from soundweave.base.errors import ConfigError
from soundweave.translation.failures import DeniedError, TruncatedError, UnavailableError
from soundweave.translation.settings import KEY_VARIABLE, ChatSettings

LARGEST = 8_000_000  # bytes of an answer; a long poem with notes takes about ten thousand
SECRET_FROM = 16  # characters: a shorter key ("none", "ollama") is not secret and may be a word
HIDDEN = "[key]"

logging.getLogger("portalocker").setLevel(logging.INFO)  # it logs every attempt to get a slot


class TransientError(UnavailableError):
    """Worth another try; `why` is a word or a status, `retry_after` the server's wish, in s."""

    def __init__(self, message: str, *, why: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.retry_after = retry_after


class Reply:
    """A complete answer with any status, read as JSON or as text."""

    def __init__(self, reply: http.Reply) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._body = reply.body

    @cached_property
    def value(self) -> Any:
        """The JSON value of the body; None when it is not JSON."""
        try:
            return json.loads(self._body)
        except (ValueError, RecursionError):
            return None

    def mentions(self, *words: str) -> bool:
        """Whether one of the words is in the body."""
        text = self._body.decode("utf-8", errors="replace")
        return any(word in text for word in words)


class Connection:
    """Sends requests to one endpoint; `slots` is a folder that all processes share."""

    def __init__(self, settings: ChatSettings, api_key: str, slots: Path) -> None:
        self.url = f"{settings.base_url.rstrip('/')}/chat/completions"
        self.host = _host(settings.base_url)
        self._key = checked_key(api_key)
        self._timeout = settings.timeout_seconds
        self._concurrency = settings.concurrency
        self._slots = slots
        self._opened: tuple[int, http.Session] | None = None

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the endpoint's slots inside the block; waits until one is free.

        A slot is a file lock, so a killed process cannot keep it.
        """
        self._slots.mkdir(parents=True, exist_ok=True)
        free = portalocker.NamedBoundedSemaphore(
            self._concurrency,
            name=f"chat-{hashlib.sha256(self.url.encode()).hexdigest()[:16]}",
            directory=str(self._slots),
            timeout=float("inf"),
            check_interval=0.02,
        )
        free.acquire()
        try:
            yield
        finally:
            free.release()

    def post(self, body: Mapping[str, Any]) -> Reply:
        """Return the answer to one request.

        Raises TransientError when it is not complete in time, TruncatedError when it is too large.
        """
        limits = http.Limits(self._timeout, LARGEST)
        try:
            return Reply(self._session().exchange("POST", self.url, limits, json=body))
        except requests.Timeout as error:
            problem = f"{self.host}: no complete answer within {self._timeout:g} s"
            raise TransientError(problem, why="timeout") from error
        except http.TooLargeError as error:
            raise TruncatedError(f"{self.host}: an answer of more than {LARGEST} bytes") from error
        except (requests.RequestException, OSError, ValueError) as error:
            kind = type(error).__name__
            problem = f"{self.host}: no complete answer ({kind}); is the address right?"
            if isinstance(error, CONNECTION_ERRORS):
                raise TransientError(problem, why="connection") from error
            raise DeniedError(problem) from error

    def redacted(self, text: str) -> str:
        """Remove the key from the text of an error."""
        return text.replace(self._key, HIDDEN) if self._key else text

    def without_secret(self, text: str) -> str:
        """Remove the key from an answer, unless it may be an ordinary word there."""
        return self.redacted(text) if len(self._key) >= SECRET_FROM else text

    def _session(self) -> http.Session:
        # One per process: after a fork, two processes would share a connection.
        if self._opened is None or self._opened[0] != os.getpid():
            session = http.Session(connections=self._concurrency)
            session.headers["Accept-Encoding"] = "identity"
            session.auth = http.authorization(f"Bearer {self._key}" if self._key else "")
            self._opened = (os.getpid(), session)
        return self._opened[1]


CONNECTION_ERRORS = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


def _host(base_url: str) -> str:
    # For messages: the address may contain a password.
    try:
        host = urlsplit(base_url).hostname
    except ValueError:
        host = None
    if not host:
        raise ConfigError(
            "translation.chat.base_url is not an address; "
            "set it, or TRANSLATION_BASE_URL, to one like https://api.example.org/v1"
        )
    return host


def checked_key(api_key: str) -> str:
    """Return the key without surrounding spaces; raises ConfigError if it does not fit a header."""
    key = api_key.strip()
    if not re.fullmatch(r"[\x21-\x7e]*", key):
        raise ConfigError(f"{KEY_VARIABLE} has characters that no key has; set it again")
    return key
