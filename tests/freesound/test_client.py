import json
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol
from unittest import mock
from urllib.parse import parse_qs

import pytest
import requests

import soundweave
from soundweave.base.errors import (
    ApiError,
    BudgetSpentError,
    ConfigError,
    NotFoundError,
    QuotaExhaustedError,
)
from soundweave.freesound import api
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.library import database
from tests.support.liar import serving
from tests.support.nights import FAST

KEY = "0123456789abcdefghij0123456789ABCDEFGHIJ"
OK = (200, b'{"count": 1}')
OVERLOADED = (500, b'{"detail":"Search is overloaded, please try again later."}')


def detail(text: str) -> bytes:
    return json.dumps({"detail": text}).encode()


class Server:
    """Gives one answer per request; the last one is repeated."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = [OK]
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.extra_headers: dict[str, str] = {}
        self.missing_bytes = 0
        self.delay = 0.0
        self.base_url = ""

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        self.headers.append(dict(request.headers))
        self.paths.append(request.path)
        time.sleep(self.delay)
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        request.send_response(status)
        for name, value in self.extra_headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body) + self.missing_bytes))
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with serving(server.handle) as server.base_url:
        yield server


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with database.writing(tmp_path, create=True) as connection:
        yield connection


class Make(Protocol):
    """Makes a client of the server; keywords are those of its configuration."""

    def __call__(
        self, max_requests: int = 100, sleep: Callable[[float], None] = time.sleep, **config: float
    ) -> FreesoundClient: ...


@pytest.fixture
def client(server: Server, ledger: sqlite3.Connection) -> Iterator[Make]:
    with ExitStack() as clients:

        def make(
            max_requests: int = 100,
            sleep: Callable[[float], None] = time.sleep,
            **config: Any,
        ) -> FreesoundClient:
            settings = replace(FAST, **{"base_url": server.base_url, "attempts": 3, **config})
            quota = Quota(ledger, per_minute=1000, per_day=1000)
            client = FreesoundClient(settings, KEY, quota, max_requests=max_requests, sleep=sleep)
            return clients.enter_context(closing(client))

        yield make


def test_a_request_carries_key_and_parameters(server: Server, client: Make) -> None:
    assert client().get("search/", {"query": "a&b=ü", "page": 2}) == {"count": 1}
    assert server.paths == ["/apiv2/search/?query=a%26b%3D%C3%BC&page=2"]
    assert server.headers[0]["Authorization"] == f"Token {KEY}"
    assert server.headers[0]["Accept"] == "application/json"
    assert server.headers[0]["User-Agent"] == f"Soundweave/{soundweave.__version__}"


def test_a_netrc_entry_does_not_replace_the_key(
    server: Server, client: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client().get("search/")
    assert server.headers[0]["Authorization"] == f"Token {KEY}"


@pytest.mark.parametrize(
    "answer",
    [
        (
            429,
            detail("Request was throttled because of exceeding a request limit rate (60/minute)"),
        ),
        OVERLOADED,
        (502, b"<html>Bad gateway</html>"),
        (503, b""),
        (504, b"<html>"),
        (200, b"<html>Maintenance</html>"),
        (200, b'{"count": 1, "results": [{"id"'),
        (200, b"[]"),
        (200, b"null"),
    ],
    ids=lambda answer: f"{answer[0]} {answer[1][:20]!r}",
)
def test_transient_failures_are_retried(
    server: Server, client: Make, answer: tuple[int, bytes]
) -> None:
    server.answers = [answer, answer, OK]
    freesound = client()
    assert freesound.get("search/") == {"count": 1}
    assert freesound.requests_sent == 3
    server.answers = [answer]
    with pytest.raises(
        ApiError, match=r"^(search/: (HTTP 50\d|the answer is not)|throttled: .*60)"
    ):
        client().get("search/")
    assert len(server.paths) == 6


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ((400, detail("Invalid filter.")), ApiError, "Invalid filter"),
        ((401, detail("Invalid token")), ConfigError, "FREESOUND_API_KEY"),
        ((404, detail("No Sound matches the given query.")), NotFoundError, "not found"),
        ((404, detail("unknown sound")), NotFoundError, "not found"),
        ((405, detail("Method not allowed")), ApiError, "405"),
        ((301, b""), ApiError, "301"),
        (
            (429, detail("... exceeding a request limit rate (2000/day)")),
            QuotaExhaustedError,
            "day",
        ),
        ((429, detail("the ApiV2 credential has been suspended")), ConfigError, "suspended"),
    ],
)
def test_permanent_failures_are_not_retried(
    server: Server, client: Make, answer: tuple[int, bytes], error: type[Exception], message: str
) -> None:
    server.answers = [answer]
    with pytest.raises(error, match=message):
        client().get("search/")
    assert len(server.paths) == 1


@pytest.mark.parametrize("body", [b"<html>nginx: not found</html>", b"", b"{}", b"[1]"])
def test_a_404_without_details_says_nothing_about_a_sound(
    server: Server, client: Make, body: bytes
) -> None:
    server.answers = [(404, body)]
    with pytest.raises(ApiError, match="404") as caught:
        client().get("sounds/5/")
    assert not isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize("body", [b"[1]", b"{}", b"null", b"[" * 200_000])
def test_an_error_without_details(server: Server, client: Make, body: bytes) -> None:
    server.answers = [(400, body)]
    with pytest.raises(ApiError, match=r"\(no details\)"):
        client().get("search/")


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"x":' + b"1" * 6000 + b"}"])
def test_unparsable_json_is_retried(server: Server, client: Make, body: bytes) -> None:
    server.answers = [(200, body), OK]
    assert client().get("search/") == {"count": 1}


@pytest.mark.parametrize("location", ["http://[bad", "\xff\xfe"])
def test_a_redirect_to_an_invalid_address_is_retried(
    server: Server, client: Make, location: str
) -> None:
    server.answers = [(302, b"")]
    server.extra_headers = {"Location": location}
    with pytest.raises(ApiError, match="302"):
        client().get("search/")
    assert len(server.paths) == 3


def test_a_redirect_is_not_followed(server: Server, client: Make) -> None:
    server.answers = [(302, b"")]
    server.extra_headers = {"Location": f"{server.base_url}elsewhere/"}
    with pytest.raises(ApiError, match="302"):
        client().get("search/")
    assert server.paths == ["/apiv2/search/"]


def test_a_truncated_body_is_retried(server: Server, client: Make) -> None:
    server.missing_bytes = 50
    with pytest.raises(ApiError, match="no complete answer"):
        client().get("search/")
    assert len(server.paths) == 3


def test_a_body_that_contradicts_its_header_is_retried(server: Server, client: Make) -> None:
    server.extra_headers = {"Content-Encoding": "gzip"}
    with pytest.raises(ApiError, match="no complete answer"):
        client().get("search/")
    assert len(server.paths) == 3


def test_an_invalid_address(server: Server, client: Make) -> None:
    server.base_url = "http://127.0.0.1:99999/"
    with pytest.raises(ConfigError, match="cannot be requested"):
        client().get("search/")


def test_no_server(client: Make, server: Server) -> None:
    server.base_url = "http://127.0.0.1:9/apiv2/"
    freesound = client()
    with pytest.raises(ApiError, match=f"no complete answer from {server.base_url}search/"):
        freesound.get("search/")
    assert freesound.requests_sent == 3


def test_delays_grow_with_jitter_up_to_the_limit(server: Server, client: Make) -> None:
    server.answers = [OVERLOADED]
    delays: list[float] = []
    freesound = client(
        sleep=delays.append, attempts=8, backoff_seconds=1.0, backoff_max_seconds=20.0
    )
    with pytest.raises(ApiError):
        freesound.get("search/")
    for delay, middle in zip(delays, [1, 2, 4, 8, 16, 20, 20], strict=True):
        assert 0.75 * middle <= delay <= 1.25 * middle
    assert len(set(delays)) == 7


def test_a_throttled_minute_is_waited_out(
    server: Server, client: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "uniform", max)
    server.answers = [(429, detail("(60/minute)"))]
    delays: list[float] = []
    freesound = client(
        sleep=delays.append, attempts=5, backoff_seconds=1.0, backoff_max_seconds=60.0
    )
    with pytest.raises(ApiError):
        freesound.get("search/")
    assert delays == [25.0] * 4  # 20 s, with the largest jitter


def test_retries_count_towards_the_limit(server: Server, client: Make) -> None:
    server.answers = [OVERLOADED]
    freesound = client(max_requests=2, attempts=5)
    with pytest.raises(ApiError, match="overloaded"):
        freesound.get("search/")
    assert len(server.paths) == 2
    with pytest.raises(BudgetSpentError):
        freesound.get("search/")


def test_an_inner_limit_ends_with_its_block(client: Make) -> None:
    freesound = client(max_requests=4)
    freesound.get("a/")
    with freesound.limited_to(1):
        freesound.get("a/")
        with pytest.raises(BudgetSpentError, match="2 requests sent"):
            freesound.get("a/")
    assert freesound.requests_left == 2
    freesound.get("a/")
    with freesound.limited_to(50):
        freesound.get("a/")
        with pytest.raises(BudgetSpentError):
            freesound.get("a/")
    assert (freesound.requests_sent, freesound.requests_left) == (4, 0)


def test_a_full_quota_sends_nothing(
    server: Server, client: Make, ledger: sqlite3.Connection
) -> None:
    ledger.executemany(
        "INSERT INTO requests (at, path) VALUES (?, 'search/')", [(time.time(),)] * 1000
    )
    with pytest.raises(QuotaExhaustedError):
        client().get("search/")
    assert server.paths == []


def test_a_slow_answer_times_out(server: Server, client: Make) -> None:
    server.delay = 2
    with pytest.raises(ApiError, match="Timeout"):
        client(attempts=1, timeout_seconds=0.1).get("search/")


DOWN = "Search server error: Failed to connect to server at http://search:8983/solr/"


@pytest.mark.parametrize(
    "text", [DOWN, "Search server error: Connection refused", "search server error: timed out"]
)
def test_a_search_engine_that_is_down_is_tried_again(
    server: Server, client: Make, text: str
) -> None:
    server.answers = [(400, detail(text)), OK]
    assert client().get("search/") == {"count": 1}
    server.answers = [(400, detail(text))]
    with pytest.raises(ApiError, match=r"(?i)search server error"):
        client(attempts=2).get("search/")


@pytest.mark.parametrize(
    "text",
    [
        "Search server error: Solr responded with an error (HTTP 400): [Reason: no connection]",
        "Search server error: undefined field (please check that your filter syntax is correct)",
        "Invalid filter.",
    ],
)
def test_a_query_that_is_refused_is_not_tried_again(
    server: Server, client: Make, text: str
) -> None:
    server.answers = [(400, detail(text)), OK]
    with pytest.raises(ApiError):
        client().get("search/")
    assert len(server.paths) == 1


def test_closing_closes_the_connections(client: Make) -> None:
    freesound = client()
    with mock.patch.object(requests.Session, "close") as close:
        freesound.close()
    close.assert_called_once_with()


def test_a_retry_is_logged(server: Server, client: Make, caplog: pytest.LogCaptureFixture) -> None:
    server.answers = [OVERLOADED, OK]
    client(sleep=lambda _: None, backoff_seconds=4.0, backoff_max_seconds=4.0).get("search/")
    (message,) = caplog.messages
    pattern = r"search/: HTTP 500 \(Search is overloaded.*\); attempt 1, retrying in [345]\.\d s"
    assert re.fullmatch(pattern, message)


def test_every_request_is_in_the_ledger(
    server: Server, client: Make, ledger: sqlite3.Connection
) -> None:
    server.answers = [OVERLOADED, OK]
    client().get("search/")
    rows = ledger.execute("SELECT path, status FROM requests ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [("search/", 500), ("search/", 200)]


def test_no_error_shows_the_key(server: Server, client: Make) -> None:
    for answer in [OVERLOADED, (401, detail("Invalid token"))]:
        server.answers = [answer]
        with pytest.raises((ApiError, ConfigError)) as caught:
            client().get("search/")
        assert KEY not in str(caught.value)


def test_a_long_detail_is_cut_to_one_line(server: Server, client: Make) -> None:
    server.answers = [(400, detail(f"bad \n {'x' * 900}"))]
    with pytest.raises(ApiError) as caught:
        client().get("search/")
    assert str(caught.value) == f"search/: HTTP 400 (bad {'x' * 196})"


SOUND = {"name": "n", "username": "u", "license": "l", "created": "2020-01-01T00:00:00Z"}


def search(client: Make, page: int = 1) -> api.SoundPage:
    return api.search(client(), query="", filters="", sort="created_asc", page=page)


def test_a_page_past_the_end_is_empty_and_last(server: Server, client: Make) -> None:
    server.answers = [(404, detail("Invalid page."))]
    assert search(client, page=2) == api.SoundPage(
        (), frozenset(), last=True, is_empty=True, count=None
    )
    with pytest.raises(NotFoundError):
        search(client, page=1)


@pytest.mark.parametrize("body", [{"results": 5}, {"results": {"id": 1}}, {"results": None}, {}])
def test_an_answer_without_a_list_of_results(
    server: Server, client: Make, body: dict[str, Any]
) -> None:
    server.answers = [(200, json.dumps(body).encode())]
    with pytest.raises(ApiError, match="no list of results"):
        search(client)


def test_null_results_are_skipped_without_a_warning(
    server: Server, client: Make, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [None, SOUND | {"id": 1}, SOUND | {"id": "two"}]
    server.answers = [(200, json.dumps({"results": rows, "next": "more"}).encode())]
    page = search(client)
    assert ([sound.id for sound in page.sounds], page.last) == ([1], False)
    assert [record.getMessage()[:20] for record in caplog.records] == ["sound 'two' left out"]


def test_one_sound_is_requested_with_its_fields(server: Server, client: Make) -> None:
    server.answers = [(200, json.dumps(SOUND | {"id": 5}).encode())]
    found = api.get_sound(client(), 5)
    assert found is not None
    assert found.id == 5
    path, _, query = server.paths[0].partition("?")
    assert path == "/apiv2/sounds/5/"
    assert {"license", "created", "username"} <= set(parse_qs(query)["fields"][0].split(","))
