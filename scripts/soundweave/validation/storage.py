"""Checks of the files: pages, tables, references and lines."""

import re
from collections.abc import Iterator

from soundweave.library import database
from soundweave.validation.finding import Finding
from soundweave.validation.subject import Subject

INDEXES = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def integrity(subject: Subject) -> Iterator[Finding]:
    """The database file is intact."""
    # quick_check omits only what `indexes` checks; integrity_check takes five times as long.
    for row in subject.library.execute("PRAGMA quick_check"):
        if row[0] != "ok":
            yield Finding("library.db", str(row[0]))


def schema(subject: Subject) -> Iterator[Finding]:
    """The tables are the ones of this version."""
    expected = database.definitions()
    actual = {row["name"]: row["sql"] for row in subject.library.execute(database.DEFINITIONS)}
    for name in sorted(expected.keys() - actual.keys()):
        yield Finding(f"library.db: {name}", "is missing")
    for name in sorted(actual.keys() - expected.keys()):
        yield Finding(f"library.db: {name}", "does not belong there")
    for name in sorted(expected.keys() & actual.keys()):
        if expected[name] != actual[name]:
            yield Finding(f"library.db: {name}", "has another definition")


def indexes(subject: Subject) -> Iterator[Finding]:
    """Every index covers all rows of its table."""
    actual = subject.library.execute(INDEXES).fetchall()
    for table in sorted({row["tbl_name"] for row in actual}):
        wheres = {row["name"]: _where(row["sql"]) for row in actual if row["tbl_name"] == table}
        counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in wheres.values())
        rows = subject.library.execute(f'SELECT {counts} FROM "{table}" NOT INDEXED').fetchone()
        for (name, condition), expected in zip(wheres.items(), rows, strict=True):
            (entries,) = subject.library.execute(
                f'SELECT count(*) FROM "{table}" INDEXED BY "{name}" WHERE {condition}'
            ).fetchone()
            if entries != expected:
                yield Finding(f"library.db: {name}", f"has {entries} entries for {expected} rows")


def damaged_histories(subject: Subject) -> Iterator[Finding]:
    """Every line of the histories is a JSON object."""
    for history in (subject.metrics, subject.milestones):
        for number in history.damaged:
            yield Finding(f"{history.name}, line {number}", "is not a JSON object in UTF-8")


def torn_histories(subject: Subject) -> Iterator[Finding]:
    """No history ends in half a line; the next night drops it."""
    for history in (subject.metrics, subject.milestones):
        for number in history.torn:
            yield Finding(f"{history.name}, line {number}", "is torn")


def _where(sql: str) -> str:
    partial = re.search(r"\bWHERE\b(.*)", sql, flags=re.DOTALL | re.IGNORECASE)
    return partial[1] if partial else "true"
