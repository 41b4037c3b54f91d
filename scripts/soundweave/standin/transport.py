"""HTTP for the stand-in: sockets, threads, and a close that waits for no request."""

import contextlib
import logging
import socket
import socketserver
import threading
import weakref
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from soundweave.base.errors import ConfigError
from soundweave.standin.answers.messages import Answer, Request
from soundweave.standin.faults import Fault

log = logging.getLogger(__name__)

_API_PATH = "/apiv2/"


class Transport(ThreadingHTTPServer):
    """A threading HTTP server on 127.0.0.1; raises ConfigError if the port is taken.

    Set `answer` before it serves.
    """

    block_on_close = False
    request_queue_size = 128
    answer: Callable[[Request], Answer | Fault]

    def __init__(self, port: int) -> None:
        self.closing = threading.Event()
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            raise ConfigError(f"port {port} cannot be used: {error}; choose another") from error

    def server_bind(self) -> None:
        """Bind without asking the name service for our name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that close can end it."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Only log a broken connection: the client went away."""
        log.debug("connection %s from %s broke", request, client_address, exc_info=True)

    def server_close(self) -> None:
        """Free the port and end all connections, idle ones too."""
        super().server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: Transport
    protocol_version = "HTTP/1.1"
    server_version = "Soundweave-stand-in"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    timeout = 120

    def answer(self) -> None:
        answer = self.server.answer(self._request())
        if isinstance(answer, Fault):
            if answer.kind == "hang":
                self.server.closing.wait(answer.seconds)
            self.close_connection = True
            return
        self._send(answer)

    def _request(self) -> Request:
        raw_path, raw_query = urlsplit(f"http://host{self.path}")[2:4]
        path = unquote(raw_path)
        if path.startswith(_API_PATH):
            path = path.removeprefix(_API_PATH)
        query = dict(parse_qsl(raw_query, keep_blank_values=True))
        headers = {name.title(): value for name, value in self.headers.items()}
        return Request(self.command, path, raw_path, raw_query, query, headers)

    def _send(self, answer: Answer) -> None:
        if self.command not in ("GET", "HEAD", "OPTIONS") or answer.sent is not None:
            # An unread request body or a truncated answer must not run into the next request.
            self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Origin" in self.headers:
            self.send_header("Access-Control-Allow-Origin", "*")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: answer.sent])
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        log.debug(format, *args)


# The base class looks for a method per HTTP method.
for _method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)
