"""A session with a key, and stand-ins that end with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from soundweave.standin import Catalog, StandIn, synthetic_catalog

Parameter = str | float


class Peer:
    """A stand-in and a client that has a key."""

    def __init__(self, server: StandIn, session: requests.Session) -> None:
        self.server = server
        self.session = session
        session.headers["Authorization"] = "Token a-key"

    def get(self, path: str, **params: Parameter) -> requests.Response:
        return self.session.get(self.server.base_url + path, params=params, timeout=60)

    def json(self, path: str, **params: Parameter) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str, **params: Parameter) -> list[int]:
        return [sound["id"] for sound in self.json(path, **params)["results"]]


Serve = Callable[..., Peer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(
            catalog: Catalog,
            requests_per_minute: int | None = None,
            requests_per_day: int | None = None,
            port: int = 0,
            **options: Any,
        ) -> Peer:
            limits = (requests_per_minute, requests_per_day)
            server = stack.enter_context(StandIn(catalog, port, *limits, **options))
            return Peer(server, stack.enter_context(requests.Session()))

        yield start


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """One stand-in for tests that only read: 400 sounds."""
    catalog = synthetic_catalog(sounds=400, seed=1)
    unlimited = StandIn(catalog, requests_per_minute=None, requests_per_day=None)
    with unlimited as server, requests.Session() as session:
        yield Peer(server, session)
