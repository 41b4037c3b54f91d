"""The library and histories under validation."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from soundweave.base import times
from soundweave.base.config import ValidationConfig
from soundweave.library import database, identity
from soundweave.validation import histories, text_columns
from soundweave.validation.finding import Finding
from soundweave.validation.scan import Scan, Scans

CLOCKS_DIFFER_DAYS = 1


@dataclass(frozen=True)
class Subject:
    """One snapshot of a library, and the histories that go with it; `now` is a stamp.

    `readers` are connections to the snapshot. Each thread takes one for itself.
    """

    readers: list[sqlite3.Connection]
    metrics_history: Path
    milestone_history: Path
    config: ValidationConfig
    now: str
    _own: threading.local = field(default_factory=threading.local)
    _taken: list[sqlite3.Connection] = field(default_factory=list)

    @property
    def library(self) -> sqlite3.Connection:
        """The connection of this thread."""
        if not hasattr(self._own, "reader"):
            self._own.reader = self.readers.pop()
            self._taken.append(self._own.reader)
        reader: sqlite3.Connection = self._own.reader
        return reader

    def interrupt(self) -> None:
        """End what other threads are reading."""
        for reader in self._taken:
            reader.interrupt()

    @cached_property
    def metrics(self) -> histories.History:
        """The metrics history; raises HistoryError when it cannot be read."""
        return histories.read(self.metrics_history, "metrics", self._library.owns, self.future)

    @cached_property
    def milestones(self) -> histories.History:
        """The milestone history; raises HistoryError when it cannot be read."""
        return histories.read(self.milestone_history, "milestone", self._library.owns, self.future)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The numbers of sounds, users, packs and edges."""
        return database.counts(self.library)

    @cached_property
    def future(self) -> str:
        """Times after this stamp are in the future, even if clocks differ a little."""
        return times.before(self.now, days=-CLOCKS_DIFFER_DAYS)

    def scan(self, scan: Scan, check: str) -> Iterator[Finding]:
        """Yield the findings of one check from a shared scan."""
        return self._scans.findings(self.library, scan, check)

    def bad_texts(
        self, table: str, tests: Mapping[str, text_columns.Test]
    ) -> list[tuple[int, str]]:
        """(id, column) of each bad value of a table, all columns in one pass."""
        if table not in self._bad_texts:
            self._bad_texts[table] = list(text_columns.bad_values(self.library, table, tests))
        return self._bad_texts[table]

    @cached_property
    def _library(self) -> identity.Identity:
        return identity.read(self.library)

    @cached_property
    def _bad_texts(self) -> dict[str, list[tuple[int, str]]]:
        return {}

    @cached_property
    def _scans(self) -> Scans:
        return Scans({"future": self.future})
