"""The checks. Each is a generator of findings; its docstring is what the report says it is about.

Rows are checked in SQL, all of them; Python sees only what is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from soundweave import files, library, schemas
from soundweave.validation.subject import Subject


@dataclass(frozen=True)
class Finding:
    """Something wrong, and where."""

    where: str
    what: str


class NotApplicableError(Exception):
    """There is nothing to check; the message says why."""


Check = Callable[[Subject], Iterator[Finding]]

REQUIRED = ("name", "license", "created", "tags", "type", "first_seen", "last_seen")
MAY_BE_EMPTY = ("type",)


def integrity(subject: Subject) -> Iterator[Finding]:
    """The database file is whole."""
    for row in subject.library.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield Finding("library.db", str(row[0]))


def schema(subject: Subject) -> Iterator[Finding]:
    """The tables are those of this version."""
    wanted = library.definitions()
    found = {row["name"]: row["sql"] for row in subject.library.execute(library.DEFINITIONS)}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield Finding(f"library.db: {name}", _difference(name in wanted, name in found))


def foreign_keys(subject: Subject) -> Iterator[Finding]:
    """Every reference between tables leads somewhere."""
    for row in subject.library.execute("PRAGMA foreign_key_check"):
        yield Finding(f"{row[0]} {row[1]}", f"refers to a row of {row[2]} that is not there")


def unique_ids(subject: Subject) -> Iterator[Finding]:
    """No sound, user or pack is there twice."""
    for table, column in (("sounds", "id"), ("users", "username"), ("packs", "id")):
        rows = subject.library.execute(
            f"SELECT {column} AS value, count(*) AS n FROM {table} NOT INDEXED"
            f" GROUP BY +{column} HAVING n > 1"
        )
        for row in rows:
            yield Finding(f"{table} {row['value']}", f"is there {row['n']} times")


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Every sound has its required fields."""
    for field in REQUIRED:
        empty = "" if field in MAY_BE_EMPTY else f" OR trim({field}) = ''"
        rows = subject.library.execute(
            f"SELECT id FROM sounds WHERE {field} IS NULL{empty}"
        )
        for row in rows:
            yield Finding(f"sound {row['id']}", f"{field} is missing")


def edges_point_to_sounds(subject: Subject) -> Iterator[Finding]:
    """Every edge leads from a sound to its hub, both there."""
    rows = subject.library.execute(
        """
        SELECT 'user' AS kind, user_id AS hub_id, sound_id FROM links
        WHERE sound_id NOT IN (SELECT id FROM sounds) OR user_id NOT IN (SELECT id FROM users)
        UNION ALL SELECT 'pack', pack_id, sound_id FROM links
        WHERE pack_id NOT IN (SELECT id FROM packs)
        """
    )
    for row in rows:
        yield Finding(
            f"{row['kind']} edge {row['sound_id']} - {row['hub_id']}", "one end is not there"
        )


def metrics_lines(subject: Subject) -> Iterator[Finding]:
    """Every line of the metrics history fits its schema."""
    for number, line in enumerate(files.read_history(subject.metrics_history), start=1):
        for error in schemas.validator("metrics").iter_errors(line):
            yield Finding(f"metrics record {number}", f"{schemas.place(error)}: {error.message}")


def counts_against_metrics(subject: Subject) -> Iterator[Finding]:
    """The library holds what the last metrics line says."""
    lines = files.read_history(subject.metrics_history)
    if not lines:
        raise NotApplicableError(f"{subject.metrics_history} has no line yet")
    last = max(lines, key=lambda line: str(line.get("timestamp")))
    now: dict[str, Any] = library.counts(subject.library)
    for field, count in (("nodes", "sounds"), ("users", "users"), ("packs", "packs")):
        if last.get(field) != now[count]:
            yield Finding(
                f"metrics of {last.get('timestamp')}",
                f"{field} is {last.get(field)}, the library has {now[count]}",
            )


def _difference(wanted: bool, found: bool) -> str:  # noqa: FBT001
    if wanted and found:
        return "is defined otherwise"
    return "is missing" if wanted else "does not belong there"


CHECKS: dict[str, tuple[str, Check]] = {
    "integrity": ("error", integrity),
    "schema": ("error", schema),
    "foreign_keys": ("error", foreign_keys),
    "unique_ids": ("error", unique_ids),
    "required_fields": ("error", required_fields),
    "edges_point_to_sounds": ("error", edges_point_to_sounds),
    "metrics_lines": ("warning", metrics_lines),
    "counts_against_metrics": ("error", counts_against_metrics),
}
"""Name: (level of its findings, the check), in the order of the report."""
