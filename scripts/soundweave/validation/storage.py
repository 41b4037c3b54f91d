"""Checks of the files themselves: pages, tables, references, lines."""

import re
from collections.abc import Iterator

from soundweave.library import database
from soundweave.validation.finding import Finding
from soundweave.validation.subject import Subject

INDEXES = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def integrity(subject: Subject) -> Iterator[Finding]:
    """The database file is whole."""
    # quick_check leaves out only what `indexes` looks at; integrity_check takes five times as long.
    for row in subject.library.execute("PRAGMA quick_check"):
        if row[0] != "ok":
            yield Finding("library.db", str(row[0]))


def schema(subject: Subject) -> Iterator[Finding]:
    """The tables are those of this version."""
    wanted = database.definitions()
    found = {row["name"]: row["sql"] for row in subject.library.execute(database.DEFINITIONS)}
    for name in sorted(wanted.keys() - found.keys()):
        yield Finding(f"library.db: {name}", "is missing")
    for name in sorted(found.keys() - wanted.keys()):
        yield Finding(f"library.db: {name}", "does not belong there")
    for name in sorted(wanted.keys() & found.keys()):
        if wanted[name] != found[name]:
            yield Finding(f"library.db: {name}", "is defined otherwise")


def indexes(subject: Subject) -> Iterator[Finding]:
    """Every index has all rows of its table."""
    found = subject.library.execute(INDEXES).fetchall()
    for table in sorted({row["tbl_name"] for row in found}):
        wheres = {row["name"]: _where(row["sql"]) for row in found if row["tbl_name"] == table}
        counts = ", ".join(f"count(*) FILTER (WHERE {where})" for where in wheres.values())
        rows = subject.library.execute(f'SELECT {counts} FROM "{table}" NOT INDEXED').fetchone()
        for (name, where), wanted in zip(wheres.items(), rows, strict=True):
            (entries,) = subject.library.execute(
                f'SELECT count(*) FROM "{table}" INDEXED BY "{name}" WHERE {where}'
            ).fetchone()
            if entries != wanted:
                yield Finding(f"library.db: {name}", f"has {entries} entries for {wanted} rows")


def foreign_keys(subject: Subject) -> Iterator[Finding]:
    """Every sound's user and pack, and every pack's user, is there."""
    # References of the other tables have checks of their own.
    for checked in ("sounds", "packs"):
        rows = subject.library.execute(f"PRAGMA foreign_key_check({checked})")
        for table, row_id, parent, _ in rows:
            yield Finding(f"{table} {row_id}", f"refers to a row of {parent} that is not there")


def damaged_histories(subject: Subject) -> Iterator[Finding]:
    """Every line of the histories is a JSON object."""
    for history in (subject.metrics, subject.milestones):
        for number in history.damaged:
            yield Finding(f"{history.name}, line {number}", "is not a JSON object in UTF-8")


def torn_histories(subject: Subject) -> Iterator[Finding]:
    """No history ends in half a line; the next night drops one."""
    for history in (subject.metrics, subject.milestones):
        for number in history.torn:
            yield Finding(f"{history.name}, line {number}", "is torn")


def _where(sql: str) -> str:
    partial = re.search(r"\bWHERE\b(.*)", sql, flags=re.DOTALL | re.IGNORECASE)
    return partial[1] if partial else "true"
