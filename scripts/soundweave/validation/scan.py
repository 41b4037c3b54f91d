"""Many rules in one pass: SQLite reads each row once, Python only sees bad ones."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from soundweave.validation.finding import Finding

STAMP = "%Y-%m-%dT%H:%M:%SZ"
SPACES = "char(9, 10, 11, 12, 13, 32)"


def no_time(column: str) -> str:
    """SQL that is true unless the value is a stamp in our format, of a real day, or NULL."""
    # Formatting a time is expensive, and SQLite parses only valid numbers. It also parses
    # February 30 and hour 24, which a modifier turns into another time.
    unlike = (
        f"{column} NOT GLOB '????-??-??T??:??:??Z'"
        f" OR substr({column}, 1, 20) IS NOT {column}"  # a NUL ends a text for GLOB
    )
    unusual = f"substr({column}, 9, 2) > '28' OR substr({column}, 12, 2) > '23'"
    exact = f"strftime('{STAMP}', {column}, '+0 days') IS NOT {column}"
    bad = f"{unlike} OR julianday({column}) IS NULL OR (({unusual}) AND {exact})"
    return f"({column} IS NOT NULL AND ({bad}))"


@dataclass(frozen=True)
class Rule:
    """`bad` is SQL that is true for a bad row, whatever its types; `what` describes the problem."""

    check: str
    what: str
    bad: str


@dataclass(frozen=True)
class Scan:
    """The rules for the rows of `source`, a FROM clause; `row_name` is SQL that names the row."""

    source: str
    row_name: str
    rules: tuple[Rule, ...]


class Scans:
    """The scans of one snapshot; each runs once, for whichever check comes first."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._bad_rows: dict[Scan, Sequence[tuple[str, int]] | None] = {}

    def findings(self, connection: sqlite3.Connection, scan: Scan, check: str) -> Iterator[Finding]:
        """Yield the findings of one check, in the order of the rows."""
        if scan not in self._bad_rows:
            self._bad_rows[scan] = self._all_rows(connection, scan)
        rows: Iterator[tuple[str, int]] | Sequence[tuple[str, int]] | None = self._bad_rows[scan]
        if rows is None:
            # Damage stopped the shared pass: each check runs alone and reports how far it got.
            scan = replace(scan, rules=tuple(rule for rule in scan.rules if rule.check == check))
            rows = self._run(connection, scan)
        rules = [(1 << n, rule) for n, rule in enumerate(scan.rules) if rule.check == check]
        for name, mask in rows:
            for bit, rule in rules:
                if mask & bit:
                    yield Finding(name, rule.what)

    def _all_rows(
        self, connection: sqlite3.Connection, scan: Scan
    ) -> Sequence[tuple[str, int]] | None:
        try:
            return list(self._run(connection, scan))
        except sqlite3.Error:
            return None

    def _run(self, connection: sqlite3.Connection, scan: Scan) -> Iterator[tuple[str, int]]:
        mask = " | ".join(
            f"CASE WHEN {rule.bad} THEN {1 << number} ELSE 0 END"
            for number, rule in enumerate(scan.rules)
        )
        any_bad = " OR ".join(f"({rule.bad})" for rule in scan.rules)
        rows = connection.execute(
            f"SELECT {scan.row_name}, {mask} FROM {scan.source} WHERE {any_bad}", self._values
        )
        for name, bits in rows:
            yield str(name), int(bits)
