"""Keys, the order of checks, the quota, and answers that are not JSON."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from soundweave.standin import Catalog
from tests.standin.conftest import Peer, Serve

ONE = Catalog([{"id": 1}])
NO_CREDENTIALS = "Authentication credentials were not provided."


class Clock:
    """A clock that only moves when a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("header", "query", "detail"),
    [
        (None, "", NO_CREDENTIALS),
        (None, "?token=good", None),
        (None, "?token=", NO_CREDENTIALS),
        (None, "?token=bad", "Invalid token"),
        ("Token good", "", None),
        ("token good", "", None),
        ("Token bad", "", "Invalid token"),
        ("Token bad", "?token=good", "Invalid token"),
        ("Basic abc", "?token=good", NO_CREDENTIALS),
        ("Token", "", "Invalid token header. No credentials provided."),
        ("Token a b", "", "Invalid token header. Token string should not contain spaces."),
        ("Bearer good", "", NO_CREDENTIALS),
    ],
)
def test_keys(serve: Serve, header: str | None, query: str, detail: str | None) -> None:
    peer = serve(ONE, keys={"good"})
    headers = {"Authorization": header} if header is not None else {}
    answer = requests.get(f"{peer.server.base_url}search/{query}", headers=headers, timeout=60)
    if detail is None:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.text) == (401, f'{{"detail":"{detail}"}}')
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="api"')
    assert ("error=" in answer.headers["WWW-Authenticate"]) == (header == "Bearer good")


@pytest.mark.parametrize(("length", "status"), [(1, 200), (80, 200), (81, 401)])
def test_without_a_list_any_key_is_valid(serve: Serve, length: int, status: int) -> None:
    assert serve(ONE).get("search/").status_code == 200
    headers = {"Authorization": "Token " + "k" * length}
    url = f"{serve(ONE).server.base_url}search/"
    assert requests.get(url, headers=headers, timeout=60).status_code == status


def refused(peer: Peer, headers: dict[str, str] | None = None) -> str:
    answer = peer.session.get(peer.server.base_url + "search/", headers=headers, timeout=60)
    if answer.status_code != 429:
        return ""
    assert "Retry-After" not in answer.headers
    start = '{"detail":"Request was throttled because of exceeding a request limit rate ('
    assert answer.text.startswith(start)
    return answer.text.removeprefix(start).removesuffix(')"}')


def test_the_minute_slides(serve: Serve) -> None:
    clock = Clock()
    peer = serve(ONE, clock=clock, requests_per_minute=3)
    for _ in range(3):
        assert not refused(peer)
        clock.now += 10
    assert [refused(peer) for _ in range(5)] == ["3/minute"] * 5
    clock.now += 29.9
    assert refused(peer) == "3/minute"
    clock.now += 0.1  # the first is 60 seconds old; refused ones never count
    assert not refused(peer)
    assert refused(peer) == "3/minute"


def test_a_request_refused_by_the_day_counts_in_the_minute(serve: Serve) -> None:
    clock = Clock()
    peer = serve(ONE, clock=clock, requests_per_minute=3, requests_per_day=2)
    assert [refused(peer) for _ in range(5)] == ["", "", "2/day", "3/minute", "3/minute"]
    clock.now += 86_399
    assert refused(peer) == "2/day"
    clock.now += 1
    assert not refused(peer)


def test_the_quota_belongs_to_the_key_and_401_is_free(serve: Serve) -> None:
    peer = serve(ONE, clock=Clock(), requests_per_minute=1, keys={"a-key", "other"})
    for header in ("Token wrong", "Token"):
        assert not refused(peer, headers={"Authorization": header})
    assert not refused(peer)
    assert refused(peer) == "1/minute"
    assert not refused(peer, headers={"Authorization": "Token other"})


def test_failed_requests_count_but_unknown_paths_do_not(serve: Serve) -> None:
    peer = serve(ONE, clock=Clock(), requests_per_minute=2)
    assert peer.get("nosuch/").status_code == 404
    assert peer.get("sounds/4711/").status_code == 404
    assert peer.get("search/", filter="x:1").status_code == 400
    assert peer.get("search/", filter="x:1").status_code == 429


def test_a_suspended_key(serve: Serve) -> None:
    answer = serve(ONE, requests_per_minute=0).get("search/")
    assert answer.status_code == 429
    assert answer.json()["detail"] == (
        "Request was throttled because the ApiV2 credential has been suspended"
    )


@pytest.mark.parametrize("path", ["nosuch/", "nosuch", "search/content/", "sounds/x/", ""])
def test_unknown_paths_are_html_even_without_a_key(peer: Peer, path: str) -> None:
    answer = requests.get(peer.server.base_url + path, timeout=60)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_missing_slash_is_redirected(peer: Peer) -> None:
    url = f"{peer.server.base_url}search?query=a%20b"
    answer = requests.get(url, timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.text) == (301, "")
    assert answer.headers["Location"] == "/apiv2/search/?query=a%20b"
    assert peer.session.get(url, timeout=60).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_methods(peer: Peer, method: str) -> None:
    url = f"{peer.server.base_url}search/"
    answer = peer.session.request(method, url, data="x", timeout=60)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.text == f'{{"detail":"Method \\"{method}\\" not allowed."}}'
    assert requests.request(method, url, timeout=60).status_code == 401


def test_head_and_options(peer: Peer) -> None:
    url = f"{peer.server.base_url}search/"
    head = peer.session.head(url, timeout=60)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 100
    assert peer.session.options(url, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("application/json", 200, "application/json"),
        ("*/*", 200, "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200, "text/html"),
        ("text/html, application/json", 200, "application/json"),
        ("image/png", 406, "application/json"),
    ],
)
def test_accept(peer: Peer, accept: str, status: int, kind: str) -> None:
    url = f"{peer.server.base_url}search/"
    answer = peer.session.get(url, headers={"Accept": accept}, timeout=60)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].split(";")[0] == kind
    assert b"<script>" not in answer.content or kind == "application/json"
    forced = peer.session.get(f"{url}?format=json", headers={"Accept": accept}, timeout=60)
    assert forced.json()["count"] == 400


def test_cors_and_charset(serve: Serve) -> None:
    peer = serve(Catalog([{"id": 1, "name": "ü\u2028🎧"}]))
    url = f"{peer.server.base_url}sounds/1/?fields=name"
    answer = peer.session.get(url, headers={"Origin": "http://x.example"}, timeout=60)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content == '{"name":"ü\\u2028🎧"}'.encode()
    assert "Access-Control-Allow-Origin" not in peer.get("search/").headers


def test_the_log_has_every_answer_in_order(serve: Serve) -> None:
    peer = serve(ONE)
    peer.get("search/", query="a b", filter="")
    peer.get("sounds/1/")
    requests.get(f"{peer.server.base_url}packs/9/sounds/?page=2", timeout=60)
    log = [(e.method, e.path, e.query, e.status, e.authorization) for e in peer.server.log]
    assert log == [
        ("GET", "search/", {"query": "a b", "filter": ""}, 400, "Token a-key"),
        ("GET", "sounds/1/", {}, 200, "Token a-key"),
        ("GET", "packs/9/sounds/", {"page": "2"}, 401, None),
    ]


def test_a_closed_server_stops_answering_and_frees_its_port(serve: Serve) -> None:
    peer = serve(ONE)
    peer.get("search/")  # leaves a connection open
    started = time.monotonic()
    peer.server.close()
    assert time.monotonic() - started < 1
    with pytest.raises(requests.ConnectionError):
        peer.get("search/")
    restarted = serve(ONE, port=int(peer.server.root.split(":")[2].strip("/")))
    assert restarted.get("search/").status_code == 200


def test_many_clients_and_a_catalog_that_changes(serve: Serve) -> None:
    peer = serve(Catalog({"id": number} for number in range(1, 201)), requests_per_minute=150)
    url = f"{peer.server.base_url}search/?page_size=150&sort=created_desc"

    def ask(number: int) -> int:
        peer.server.catalog.add({"id": 1000 + number, "name": "new"})
        peer.server.catalog.remove(number + 1)
        return requests.get(url, headers={"Authorization": "Token k"}, timeout=60).status_code

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(ask, range(160)))
    assert (codes.count(200), codes.count(429)) == (150, 10)
    assert len(peer.server.log) == 160
    assert peer.json("search/")["count"] == len(peer.server.catalog.sounds) == 200
