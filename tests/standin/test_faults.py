"""Faults on demand, each over real HTTP."""

import threading
import time

import pytest
import requests

from soundweave.base.errors import ConfigError
from soundweave.standin import Catalog, Fault, synthetic_catalog
from soundweave.standin.faults import KINDS
from tests.standin.conftest import Peer, Serve

TEN = [{"id": number, "created": f"2024-01-{number:02}T00:00:00Z"} for number in range(1, 11)]
LIMIT = "Request was throttled because of exceeding a request limit rate"


@pytest.fixture
def ten(serve: Serve) -> Peer:
    return serve(Catalog(TEN), requests_per_minute=60, requests_per_day=2000)


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("minute", 429, f'{{"detail":"{LIMIT} (60/minute)"}}'),
        ("day", 429, f'{{"detail":"{LIMIT} (2000/day)"}}'),
        ("overloaded", 500, '{"detail":"Search is overloaded, please try again later."}'),
        ("server_error", 500, '{"detail":"Server error"}'),
        (
            "search_down",
            500,
            '{"detail":"The search server could not be reached or some unexpected'
            ' error occurred."}',
        ),
        ("bad_gateway", 502, "502 Bad Gateway"),
        ("unavailable", 503, "503 Service Temporarily Unavailable"),
        ("gateway_timeout", 504, "504 Gateway Time-out"),
        ("unknown_key", 401, '{"detail":"Invalid token"}'),
        ("suspended_key", 401, '{"detail":"Suspended token or token pending for approval"}'),
    ],
)
def test_refusals(ten: Peer, kind: str, status: int, text: str) -> None:
    ten.server.add_fault(Fault(kind, times=2))
    for _ in range(2):
        answer = ten.get("search/")
        assert answer.status_code == status
        if text.startswith("{"):
            assert (answer.text, answer.headers["Content-Type"]) == (text, "application/json")
        else:
            assert text in answer.text
            assert answer.headers["Content-Type"].startswith("text/html")
    assert ten.get("search/").status_code == 200
    assert [entry.status for entry in ten.server.log] == [status, status, 200]


def test_paths_counts_and_delay(ten: Peer) -> None:
    ten.server.add_fault(Fault("overloaded", path="sounds/*/", after=1))
    paths = ["search/", "sounds/1/", "sounds/2/", "sounds/3/"]
    assert [ten.get(path).status_code for path in paths] == [200, 200, 500, 200]
    ten.server.add_fault(Fault("overloaded", times=None, path="search/"))
    assert {ten.get("search/").status_code for _ in range(5)} == {500}
    ten.server.clear_faults()
    assert ten.get("search/").status_code == 200


def test_hang_times_out_and_close_does_not_wait(ten: Peer) -> None:
    threads = set(threading.enumerate())
    ten.server.add_fault(Fault("hang"))
    with pytest.raises(requests.ReadTimeout):
        ten.session.get(f"{ten.server.base_url}search/", timeout=0.2)
    assert [entry.status for entry in ten.server.log] == [0]
    started = time.monotonic()
    ten.server.close()
    assert time.monotonic() - started < 1
    while set(threading.enumerate()) - threads and time.monotonic() - started < 5:
        time.sleep(0.01)
    assert not set(threading.enumerate()) - threads


def test_hang_ends_without_an_answer(ten: Peer) -> None:
    ten.server.add_fault(Fault("hang", seconds=0.1))
    with pytest.raises(requests.ConnectionError):
        ten.get("search/")
    assert ten.get("search/").status_code == 200


def test_disconnect(ten: Peer) -> None:
    ten.server.add_fault(Fault("disconnect"))
    with pytest.raises(requests.ConnectionError):
        ten.get("search/")


def test_truncated(ten: Peer) -> None:
    ten.server.add_fault(Fault("truncated"))
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        ten.get("search/")
    assert ten.json("search/")["count"] == 10


def test_malformed(ten: Peer) -> None:
    ten.server.add_fault(Fault("malformed"))
    answer = ten.get("search/")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("duplicate", [1, 2, 3, 3, 4, 5, 7, 8, 9, 10]),
        ("missing", [1, 2, 3, 5, 6, 7, 7, 8, 9, 10]),
    ],
)
def test_pages_that_shift(ten: Peer, kind: str, seen: list[int]) -> None:
    ten.server.add_fault(Fault(kind))
    ids = [
        number
        for page in (1, 2, 3, 4)
        for number in ten.ids("search/", sort="created_asc", page_size=3, page=page)
    ]
    assert ids == seen


def test_a_sound_that_vanishes(ten: Peer) -> None:
    ten.server.add_fault(Fault("vanish", path="sounds/4/"))
    assert ten.get("sounds/3/").status_code == 200
    assert ten.get("sounds/4/").status_code == 404
    assert ten.json("search/")["count"] == 9
    ten.server.add_fault(Fault("vanish", path="search/", sound_id=5))
    assert 5 not in ten.ids("search/")
    assert 5 not in ten.server.catalog.sounds


def test_a_sound_that_vanishes_but_stays_in_the_index(ten: Peer) -> None:
    ten.server.add_fault(Fault("null"))
    body = ten.json("search/", sort="created_asc", fields="id")
    assert body["count"] == 10
    assert body["results"][:2] == [None, {"id": 2}]
    assert ten.get("sounds/1/").status_code == 404


def test_a_server_that_sends_wrong_values(ten: Peer) -> None:
    ten.server.add_fault(Fault("lie", times=2))
    truth = ten.server.catalog.sounds[10]
    for sound in (
        ten.json("search/", sort="created_desc", fields=",".join(truth))["results"][0],
        ten.json("sounds/10/"),
    ):
        wrong = {name for name in sound if type(sound[name]) is not type(truth[name])}
        assert wrong >= {"id", "name", "tags", "username", "license", "created", "duration"}
    assert ten.json("sounds/10/")["id"] == 10


def test_a_next_link_to_another_host_waits_for_a_next_link(ten: Peer) -> None:
    ten.server.add_fault(Fault("foreign_next"))
    assert ten.json("search/")["next"] is None
    link = ten.json("search/", page_size=3)["next"]
    assert link.startswith("http://elsewhere.example/apiv2/search/?&query=")
    assert ten.json("search/", page_size=3)["next"].startswith(ten.server.base_url)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("overloaded", Fault("overloaded")),
        ("hang:3", Fault("hang", times=3)),
        ("minute:*:packs/*/sounds/", Fault("minute", times=None, path="packs/*/sounds/")),
    ],
)
def test_faults_from_text(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize("text", ["nosuch", "", "hang:x", "hang:0", "hang:-1"])
def test_an_invalid_fault_is_reported(text: str) -> None:
    with pytest.raises(ConfigError, match="fault"):
        Fault.parse(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_does_something(serve: Serve, kind: str) -> None:
    peer = serve(synthetic_catalog(sounds=60))
    path, params = "search/", {"page": "2", "page_size": "10", "sort": "created_desc"}
    good = peer.get(path, **params).text
    peer.server.add_fault(Fault(kind, seconds=0.05))
    try:
        text = peer.get(path, **params).text
    except requests.RequestException:
        text = ""
    assert text != good
