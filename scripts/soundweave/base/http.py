"""What the project's HTTP clients share: their name, how they send a key, and their limits.

The server is not trusted: it may drip its answer byte by byte, never end it, compress a huge one
into a small one, or redirect to another host. A read timeout starts over with every byte, so a
deadline shuts the connection down.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from soundweave import __version__

USER_AGENT = f"Soundweave/{__version__}"
CONNECT_SECONDS = 10.0
MEGABYTE = 1_000_000  # bytes
PIECE = 65_536  # bytes that are decompressed at a time


class TooLargeError(requests.RequestException):
    """An answer of more bytes than allowed."""


@dataclass(frozen=True)
class Limits:
    """Of one answer: `seconds` in all, and `size` in bytes, before and after decompression."""

    seconds: float
    size: int


@dataclass(frozen=True)
class Reply:
    """A complete answer with any status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Deadline:
    """Of one request; `passed` once its time is over."""

    def __init__(self) -> None:
        self.passed = False
        self._socket: socket.socket | None = None

    def watch(self, sock: socket.socket | None) -> None:
        """Take over the connection of the request."""
        self._socket = sock
        if self.passed:
            self._shut_down()

    def expire(self) -> None:
        """Let the time be over."""
        self.passed = True
        self._shut_down()

    def _shut_down(self) -> None:
        if (sock := self._socket) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


_current = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """Inside the block, this thread's request through an Adapter has `seconds` in all."""
    _current.deadline = current = Deadline()
    timer = threading.Timer(seconds, current.expire)
    timer.daemon = True
    timer.start()
    try:
        yield current
    finally:
        timer.cancel()
        current.watch(None)  # the connection goes back to its pool
        del _current.deadline


class Adapter(HTTPAdapter):
    """Mounted in a session, it applies the deadline of the thread to the session's connections."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """Make the connections of the pool, a proxy's too, report to the deadline."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if "ConnectionCls" not in vars(pool):
            pool.ConnectionCls = _watched(pool.ConnectionCls)
        return pool


@cache
def _watched(connection_class: type[HTTPConnection]) -> type[HTTPConnection]:
    class WatchedConnection(connection_class):  # type: ignore[misc, valid-type]
        def _new_conn(self) -> socket.socket:  # a proxy answers before there is a request
            return _watch(super()._new_conn())

        def getresponse(self) -> Any:
            _watch(self.sock)
            return super().getresponse()

    return WatchedConnection


def _watch(sock: socket.socket) -> socket.socket:
    if current := getattr(_current, "deadline", None):
        current.watch(sock)
    return sock


class Session(requests.Session):
    """A session that follows no redirect and whose connections obey the limits of `exchange`."""

    def __init__(self, *, connections: int = 1) -> None:
        super().__init__()
        self.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
        for scheme in ("http://", "https://"):
            self.mount(scheme, Adapter(pool_maxsize=connections))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - its signature
        """Ignore redirects: requests would read their whole body even if it does not follow."""
        return

    def exchange(self, method: str, url: str, limits: Limits, **options: Any) -> Reply:
        """Send a request and read the whole answer.

        Raises requests.Timeout when it is not complete in time, TooLargeError when it is too
        large, and what requests raises.
        """
        with deadline(limits.seconds) as limit:
            try:
                reply = self._read(method, url, limits, options)
            except (requests.RequestException, OSError, ValueError) as error:
                if limit.passed:
                    raise requests.Timeout from error
                raise
        if limit.passed:  # a closed connection looks like the end of an answer without a length
            raise requests.Timeout
        return reply

    def _read(self, method: str, url: str, limits: Limits, options: Mapping[str, Any]) -> Reply:
        timeout = (min(CONNECT_SECONDS, limits.seconds), limits.seconds)
        with self.request(
            method, url, timeout=timeout, stream=True, allow_redirects=False, **options
        ) as response:
            body = bytearray()
            for piece in response.iter_content(PIECE):
                body += piece
                if max(len(body), response.raw.tell()) > limits.size:
                    raise TooLargeError
            return Reply(response.status_code, response.headers, bytes(body))


def authorization(value: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Build a session's `auth` that sends `value`, or no Authorization header when it is empty.

    An auth object rather than a plain header: a ~/.netrc entry would replace a header.
    """

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if value:
            request.headers["Authorization"] = value
        return request

    return authorize
