"""Histories as they are, damage included: one wrong line must not hide what the others say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

from soundweave.base import jsonl, schemas, times
from soundweave.freesound.sound import FIRST_YEAR

EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LATEST = "9999-12-31T00:00:00Z"


@dataclass(frozen=True)
class Line:
    """One record, and the number of its line in the file, from 1."""

    number: int
    record: dict[str, Any]

    @property
    def moment(self) -> datetime:
        """When it was written; raises ValueError when its timestamp is none."""
        return times.parse(str(self.record.get("timestamp")))


@dataclass(frozen=True)
class History:
    """A history's records in the order of the file, and the lines that are none."""

    name: str
    schema: str
    lines: tuple[Line, ...]
    damaged: tuple[int, ...]
    torn: tuple[int, ...]  # the last line, when a killed writer left half of it
    future: datetime  # a line written later than this had a wrong clock

    @cached_property
    def faults(self) -> list[tuple[Line, str]]:
        """What is wrong with records by themselves."""
        return [(line, fault) for line in self.lines for fault in _faults(line, self.schema)]

    @cached_property
    def good(self) -> list[Line]:
        """The lines that fit the schema, oldest first; a wrong date moves no line."""
        bad = {line.number for line, _ in self.faults}
        moment, dated = EARLIEST, list[tuple[datetime, Line]]()
        for line in self.lines:
            if line.number not in bad:
                moment = line.moment if EARLIEST <= line.moment <= self.future else moment
                dated.append((moment, line))
        return [line for _, line in sorted(dated, key=itemgetter(0))]

    def place(self, line: Line) -> str:
        """Say where a line is."""
        return f"{self.name}, line {line.number}"


def read(
    path: Path, schema: str, owns: Callable[[Mapping[str, Any]], bool], future: str = LATEST
) -> History:
    """Read the lines of a history that the library `owns`, and all damaged ones.

    Lines dated after the stamp `future` had a wrong clock. A missing file has no lines. Raises
    HistoryError when it cannot be read.
    """
    lines = list(jsonl.lines(path, strict=True))
    return History(
        path.name,
        schema,
        tuple(
            Line(line.number, line.record)
            for line in lines
            if line.record is not None and owns(line.record)
        ),
        damaged=tuple(line.number for line in lines if line.is_damaged),
        torn=tuple(line.number for line in lines if line.is_torn),
        future=times.parse(future),
    )


def _faults(line: Line, schema: str) -> Iterator[str]:
    for error in schemas.validator(schema).iter_errors(line.record):
        yield f"{schemas.place(error)}: {error.message}"
    try:
        line.moment.timestamp()
    except (ValueError, OverflowError):
        yield "timestamp is no real time"
