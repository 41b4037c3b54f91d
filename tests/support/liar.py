"""A server whose answers a test decides, alone or in front of a stand-in."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.support.nights import Nights

NOT_FOUND_PAGE = (404, b"<html>nginx: not found</html>")


@contextmanager
def serving(handle: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Start a server that hands each GET request to `handle`; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/apiv2/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[str]:
    """Start a server; `answer` gets path and query and gives status and body."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        status, body = answer(request.path)
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    with serving(handle) as base_url:
        yield base_url


@contextmanager
def instead(nights: Nights, answer: Callable[[str], tuple[int, bytes]]) -> Iterator[None]:
    """Inside the block, `nights` talks to a server that gives `answer` instead of its stand-in."""
    original = nights.freesound
    with answering(answer) as base_url:
        nights.freesound = replace(original, base_url=base_url, attempts=2)
        try:
            yield
        finally:
            nights.freesound = original


@contextmanager
def in_between(nights: Nights, change: Callable[[str, Any], None]) -> Iterator[None]:
    """Inside the block, `change` may alter each good answer (path, JSON value) of the stand-in."""
    root = nights.standin.base_url.removesuffix("/apiv2/")

    def altered(path: str) -> tuple[int, bytes]:
        answer = requests.get(root + path, headers={"Authorization": "Token any"}, timeout=60)
        if answer.status_code != requests.codes.ok:
            return answer.status_code, answer.content
        value = answer.json()
        change(path, value)
        return 200, json.dumps(value).encode()

    with instead(nights, altered):
        yield
