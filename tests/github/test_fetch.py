"""`fetch` against servers that answer as real ones do, and as none should."""

import gzip
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest

from soundweave.github.fetch import fetch
from tests.support.liar import serving


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    request.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


@pytest.mark.parametrize("status", [200, 404, 503])
def test_any_status_is_an_answer(status: int) -> None:
    with serving(lambda request: answer(request, status, b'{"a": 1}')) as url:
        response = fetch(url, headers={"Authorization": "x"})
    assert (response.status, response.json()) == (status, {"a": 1})
    assert abs(response.clock_ahead() or 9) < 9


def test_a_redirect_is_not_followed() -> None:
    asked = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        answer(request, 301, b"", Location="/elsewhere")

    with serving(handle) as url:
        assert fetch(url, headers={"Authorization": "secret"}).status == 301
    assert len(asked) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[" * 100_000, gzip.compress(b"{}")],
    ids=["empty", "a page", "nested", "compressed"],
)
def test_what_is_not_json_is_none(body: bytes) -> None:
    with serving(lambda request: answer(request, 200, body)) as url:
        assert fetch(url, headers={}).json() is None


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    with suppress(ConnectionError):
        while True:
            request.wfile.write(bytes(100_000))


def slow(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    with suppress(ConnectionError):
        while True:
            request.wfile.write(b" ")
            time.sleep(0.02)


@pytest.mark.parametrize("handle", [endless, slow])
def test_an_answer_that_does_not_end_is_no_answer(handle: object) -> None:
    with serving(handle) as url, pytest.raises(TimeoutError):  # type: ignore[arg-type]
        fetch(url, headers={}, seconds=1)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "nonsense", "http://[", "http://127.0.0.1:9/"]
)
def test_other_addresses_are_an_error(url: str) -> None:
    with pytest.raises(OSError, match=r"."):
        fetch(url, headers={})
