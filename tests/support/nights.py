"""Runs nights of collecting against a stand-in, without the commands around them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from soundweave.base import config
from soundweave.collecting import night
from soundweave.collecting.metrics import Outcome
from soundweave.collecting.plan import Plan
from soundweave.library import database
from soundweave.standin import Catalog, StandIn

FAST = replace(
    config.load(environ={}).freesound,
    backoff_seconds=0.01,
    backoff_max_seconds=0.02,
    timeout_seconds=60,
    requests_per_minute=10_000,
    requests_per_day=100_000,
)

OLD = "2020-01-01T00:00:00Z"


class Nights:
    """One library that collects from one stand-in, night after night."""

    def __init__(self, folder: Path, standin: StandIn) -> None:
        self.library = folder / "library"
        self.metrics = folder / "metrics_history.jsonl"
        self.standin = standin
        self.freesound = replace(FAST, base_url=standin.base_url)
        self.collector = replace(
            config.load(environ={}).collector, new_sounds=100_000, max_sounds=1_000_000
        )

    def run(self, mode: str = "newest", most: int = 1000, query: str = "") -> Any:
        """Collect one night; returns its metrics line."""
        return self.night(mode, most, query)[0]

    def night(
        self, mode: str = "newest", most: int = 1000, query: str = ""
    ) -> tuple[dict[str, Any], Outcome]:
        """Collect one night; returns its metrics line and its outcome."""
        settings = replace(
            config.load(environ={}), freesound=self.freesound, collector=self.collector
        )
        return night.run(settings, Plan(mode, query, most), self.library, self.metrics)

    def age(self) -> None:
        """Make all sounds look as if they had not been seen, or missed, for years."""
        with database.writing(self.library) as connection:
            connection.execute(
                "UPDATE sounds SET first_seen = :old, last_seen = :old", {"old": OLD}
            )
            connection.execute("UPDATE missing SET checked_at = ?", (OLD,))
            connection.execute("UPDATE cursors SET state = json_remove(state, '$.again')")

    def ids(self) -> set[int]:
        """The sounds in the library that are not removed."""
        with database.snapshot(self.library) as connection:
            rows = connection.execute("SELECT id FROM sounds WHERE removed_at IS NULL")
            return {row["id"] for row in rows}

    def value(self, sql: str) -> Any:
        """The single value of a query."""
        with database.snapshot(self.library) as connection:
            return connection.execute(sql).fetchone()[0]


@contextmanager
def nights_of(
    catalog: Catalog,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    requests_per_day: int = 100_000,
) -> Iterator[Nights]:
    """Start a stand-in with `catalog` and wide limits."""
    monkeypatch.setenv("FREESOUND_API_KEY", "a-key-of-the-tests")
    with StandIn(catalog, requests_per_minute=10_000, requests_per_day=requests_per_day) as standin:
        yield Nights(folder, standin)
