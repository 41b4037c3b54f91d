"""A deadline for a whole request.

A read timeout starts over with every byte: a server that drips its answer, or only the headers of
one, could hold a request forever. When the deadline passes, the connection is shut down.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection


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
        def getresponse(self) -> Any:
            if current := getattr(_current, "deadline", None):
                current.watch(self.sock)
            return super().getresponse()

    return WatchedConnection
