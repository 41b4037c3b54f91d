"""Histories as they are, damage included: one wrong line must not hide what the others say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from soundweave.base import jsonl, schemas, times


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

    @cached_property
    def faults(self) -> list[tuple[Line, str]]:
        """What is wrong with records by themselves."""
        return [(line, fault) for line in self.lines for fault in _faults(line, self.schema)]

    @cached_property
    def good(self) -> list[Line]:
        """The lines that fit the schema, oldest first."""
        bad = {line.number for line, _ in self.faults}
        good = [line for line in self.lines if line.number not in bad]
        return sorted(good, key=lambda line: line.moment)

    def place(self, line: Line) -> str:
        """Say where a line is."""
        return f"{self.name}, line {line.number}"


def read(path: Path, schema: str, owns: Callable[[Mapping[str, Any]], bool]) -> History:
    """Read the lines of a history that the library `owns`, and all damaged ones.

    A missing file has no lines. Raises HistoryError when it cannot be read.
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
    )


def _faults(line: Line, schema: str) -> Iterator[str]:
    for error in schemas.validator(schema).iter_errors(line.record):
        yield f"{schemas.place(error)}: {error.message}"
    try:
        line.moment.timestamp()
    except (ValueError, OverflowError):
        yield "timestamp is no real time"
