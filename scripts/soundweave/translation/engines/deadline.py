"""Connections that are cut when a request's time is over.

A read time-out begins anew with every byte: a server that drips its answer, or only the headers
of one, could hold a request for ever.
"""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class Watch:
    """Inside its block, the requests of this thread have so many seconds in all."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> "Watch":
        _here.watch = self
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._socket = None
        _here.watch = None

    def over(self, sock: socket.socket | None) -> None:
        """Watch over the connection whose request is sent."""
        self._socket = sock
        if self.expired:
            self._cut()

    def _expire(self) -> None:
        self.expired = True
        self._cut()

    def _cut(self) -> None:
        if (sock := self._socket) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Here(threading.local):
    watch: Watch | None = None


_here = _Here()


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        _watched(self.sock)
        return super().getresponse()


class _SecureConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        _watched(self.sock)
        return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


class Adapter(HTTPAdapter):
    """Mounted in a session, it puts that session's connections under the watch of their thread."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make connections that are watched."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> ProxyManager:
        """Make connections that are watched, behind a proxy too."""
        manager: ProxyManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _watched(sock: socket.socket | None) -> None:
    if _here.watch is not None:
        _here.watch.over(sock)
