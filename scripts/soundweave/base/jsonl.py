"""JSON Lines histories: one object per line, append-only; a half-written last line is tolerated."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from soundweave.base import files
from soundweave.base.errors import HistoryError

log = logging.getLogger(__name__)


class Line(NamedTuple):
    """A line of a history that is not empty; `record` is None when it is not a JSON object."""

    number: int  # from 1
    content: bytes
    record: dict[str, Any] | None
    is_last: bool  # it lacks a newline

    @property
    def is_torn(self) -> bool:
        """Whether a killed writer left half of it."""
        return self.record is None and self.is_last

    @property
    def is_damaged(self) -> bool:
        """Whether it is no record, and not torn either."""
        return self.record is None and not self.is_last


def lines(path: Path, *, strict: bool = False) -> Iterator[Line]:
    """Read a history line by line, damage included; a missing file has no lines.

    `strict` also counts a byte order mark and bytes that are not UTF-8 as damage. Raises
    HistoryError when the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}") from error
    *ended, last = content.split(b"\n")
    for number, line in enumerate([*ended, last], start=1):
        if line.strip():
            yield Line(number, line, _record(line, strict=strict), number > len(ended))


def read(path: Path) -> list[dict[str, Any]]:
    """Read the records of a history, oldest first.

    A torn last line is skipped with a warning. Any other damage raises HistoryError.
    """
    return [record for _, record in _intact(path)]


def append(path: Path, record: Mapping[str, object]) -> None:
    """Append a record; a torn last line is dropped, and the other lines keep their bytes.

    Concurrent writers wait for each other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.parent):
        added = json.dumps(record, ensure_ascii=False).encode("utf-8")
        content = [line for line, _ in _intact(path)]
        files.write_bytes(path, b"\n".join([*content, added]) + b"\n")


def _intact(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    for line in lines(path):
        if line.record is not None:
            yield line.content, line.record
        elif line.is_torn:
            log.warning("%s: line %d is incomplete and was skipped", path, line.number)
        else:
            raise HistoryError(f"{path}, line {line.number} is not a JSON object; fix or delete it")


def _record(line: bytes, *, strict: bool) -> dict[str, Any] | None:
    try:
        text = line.decode() if strict else line.removeprefix(files.BOM).decode(errors="replace")
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # The folder itself is locked: a lock file would be left behind, and the history is replaced.
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
