"""Answers that never end or are too large: each costs one attempt, never the night."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from soundweave.base import config
from soundweave.base.errors import ApiError, ConfigError
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.library import database
from soundweave.standin import StandIn, synthetic_catalog
from tests.conftest import Run
from tests.support.nights import FAST

Send = Callable[[Callable[[bytes], None]], None]
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = HEAD + b'Content-Length: 12\r\n\r\n{"count": 1}'


@contextmanager
def sending(*sends: Send) -> Iterator[str]:
    """Serve raw bytes: each connection gets the next answer, the last one is repeated."""
    server = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            send = sends[min(number, len(sends) - 1)]
            number += 1
            threading.Thread(target=answer, args=(connection, send), daemon=True).start()

    def answer(connection: socket.socket, send: Send) -> None:
        def write(content: bytes) -> None:
            if stopped.is_set():
                raise ConnectionError
            connection.sendall(content)

        with connection, suppress(OSError):
            connection.recv(65_536)
            send(write)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/apiv2/"
    finally:
        stopped.set()
        server.close()


def endless(start: bytes, piece: bytes, pause: float = 0.0) -> Send:
    def send(write: Callable[[bytes], None]) -> None:
        write(start)
        while True:
            write(piece)
            time.sleep(pause)

    return send


def once(content: bytes) -> Send:
    return lambda write: write(content)


def get(base_url: str, folder: Path, *, seconds: float = 2.0, attempts: int = 2) -> object:
    settings = replace(
        FAST, base_url=base_url, timeout_seconds=seconds, attempts=attempts, answer_megabytes=5
    )
    with database.writing(folder, create=True) as connection:
        quota = Quota(connection, per_minute=1000, per_day=1000)
        client = FreesoundClient(settings, "key", quota, max_requests=attempts)
        try:
            return client.get("search/")
        finally:
            client.close()
            assert client.requests_sent <= attempts


BOMB = gzip.compress(b" " * 200_000_000, 9)
BOMB_IN_GZIP = gzip.compress(BOMB)
SLOW = {
    "one byte a second": endless(HEAD + b"Content-Length: 900\r\n\r\n", b" ", 0.2),
    "a header that never ends": endless(HEAD + b"X-Long: ", b"x", 0.2),
    "headers that never end": endless(HEAD, b"X: y\r\n", 0.2),
    "endless 100 Continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "nothing at all": endless(b"", b"", 0.2),
    "gzip of nothing": endless(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b""), 0.01),
    "trailers that never end": endless(CHUNKED + b"0\r\n", b"X: y\r\n", 0.01),
}
LARGE = {
    "a body without end": endless(HEAD + b"\r\n", b" " * 1_000_000),
    "chunks without end": endless(CHUNKED, b"f4240\r\n" + b" " * 1_000_000 + b"\r\n"),
    "a chunk's size without end": endless(CHUNKED, b"1" * 100_000),
    "a gzip bomb": once(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB
    ),
    "a gzip bomb in gzip": once(
        HEAD
        + b"Content-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB_IN_GZIP)
        + BOMB_IN_GZIP
    ),
    "gzip that never ends": endless(
        HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"x" * 1000, 0)
    ),
}
BROKEN = {
    "no HTTP": once(b"hello\r\n\r\n"),
    "a status that is no number": once(b"HTTP/1.1 abc OK\r\n\r\n"),
    "a length that is no number": once(HEAD + b"Content-Length: many\r\n\r\n{"),
    "two lengths": once(HEAD + b"Content-Length: 2, 3\r\n\r\n{}"),
    "a chunk without a size": once(CHUNKED + b"zz\r\n{}\r\n"),
    "a redirect to nowhere": once(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"),
    "a redirect to other bytes": once(b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n"),
    "hints, but no answer": once(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "no content": once(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "part of an answer": once(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\n{}"),
    "no time to wait": once(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"),
    "a length that is too large": once(HEAD + b"Content-Length: 99\r\n\r\n{}"),
    "a length that is too small": once(HEAD + b'Content-Length: 5\r\n\r\n{"count": 2}'),
    "a header within a header": once(HEAD + b"X: a\rContent-Length: 1\r\n\r\n{}"),
    "an encoding that it does not have": once(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "a line of 70,000 characters": once(HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n"),
    "200 headers": once(HEAD + b"X: y\r\n" * 200 + b"\r\n"),
    "no answer": once(b""),
}


@pytest.mark.parametrize("name", [*SLOW, *LARGE, *BROKEN])
def test_a_bad_answer_costs_one_attempt(name: str, tmp_path: Path) -> None:
    send = (SLOW | LARGE | BROKEN)[name]
    seconds = 2.0 if name in SLOW else 60.0
    with sending(send, once(GOOD)) as base_url:
        assert get(base_url, tmp_path, seconds=seconds) == {"count": 1}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_server_is_given_up_in_time(name: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with sending(SLOW[name]) as base_url, pytest.raises(ApiError, match="no complete answer"):
        get(base_url, tmp_path, seconds=1.0)
    assert time.monotonic() - started < 30


def test_a_page_that_is_compressed_is_read(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps({"count": 2}).encode())
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with sending(once(head + body)) as base_url:
        assert get(base_url, tmp_path) == {"count": 2}


def test_a_slow_proxy_is_given_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    with sending(endless(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.2)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.removesuffix("/apiv2/"))
        for name in ("https_proxy", "no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(ApiError, match="Timeout"):
            get("https://freesound.example/apiv2/", tmp_path, seconds=1.0, attempts=1)
    assert time.monotonic() - started < 30


# In the last ones, what follows / ? or # looks like a path, and what precedes it like a host.
SECRETS = [
    "secret",
    "se:cret",
    "sec@ret",
    "s%20ecret",
    "%zzecret",
    "1/secret",
    "12?secret",
    "12#secret",
]


@pytest.mark.parametrize("port", ["9", "99999"])
@pytest.mark.parametrize("password", SECRETS)
def test_a_password_in_the_address_is_never_shown(
    password: str, port: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    address = f"http://user:{password}@127.0.0.1:{port}/apiv2/"
    with pytest.raises((ApiError, ConfigError)) as failure:
        get(config.load(environ={"FREESOUND_BASE_URL": address}).freesound.base_url, tmp_path)
    shown = "".join([*messages_of(failure.value), caplog.text])
    assert "user" not in shown
    assert password not in shown


def messages_of(error: BaseException | None) -> Iterator[str]:
    """The messages that a traceback of the error shows."""
    while error is not None:
        yield str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_night_leaves_no_password_anywhere(tmp_path: Path, run: Run) -> None:
    files = [
        "--checkpoint-dir",
        tmp_path / "library",
        "--metrics-history",
        tmp_path / "metrics.jsonl",
        "--log-file",
        tmp_path / "night.log",
    ]
    with StandIn(synthetic_catalog(sounds=20, seed=1)) as standin:
        address = standin.base_url.replace("//", "//someone:pass-of-the-server@")
        environ = {"FREESOUND_BASE_URL": address, "FREESOUND_API_KEY": "a-key"}
        command = ["collect_sounds.py", *files, "--mode", "mixed", "--verbose"]
        night = run(*command, env=environ)
    outage = run(*command, "--mode", "newest", "--max-requests", 2, env=environ)
    assert (night.returncode, outage.returncode) == (0, 1), night.stderr
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    texts = [night.stdout, night.stderr, outage.stdout, outage.stderr]
    assert len(written) >= 3
    for content in [*written, *(text.encode() for text in texts)]:
        assert b"pass-of-the-server" not in content
