"""Histories as they are, damage included: one wrong line must not hide what the others say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from soundweave.base import schemas, times
from soundweave.base.errors import HistoryError


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


def read(path: Path, schema: str) -> History:
    """Read a history; a missing file has no lines. Raises HistoryError when it cannot be read."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}") from error
    lines: list[Line] = []
    damaged: list[int] = []
    torn: list[int] = []
    texts = content.split(b"\n")
    for number, text in enumerate(texts, start=1):
        record = _record(text)
        if record is not None:
            lines.append(Line(number, record))
        elif text.strip():
            (torn if number == len(texts) else damaged).append(number)
    return History(path.name, schema, tuple(lines), tuple(damaged), tuple(torn))


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _faults(line: Line, schema: str) -> Iterator[str]:
    for error in schemas.validator(schema).iter_errors(line.record):
        yield f"{schemas.place(error)}: {error.message}"
    try:
        line.moment.timestamp()
    except (ValueError, OverflowError):
        yield "timestamp is no real time"
