"""Recorded answers: what a provider once said, found again by what it was asked.

JSON Lines, one {"key", "asked", "answer"} a line; the key is the digest of what was asked.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from soundweave.base.errors import ConfigError
from soundweave.translation.model import digest_of

SURROGATES = re.compile("[\ud800-\udfff]")  # half a sign: JSON can spell it, UTF-8 cannot


class Recordings:
    """The answers in one file, which several processes may read and append to at once.

    It holds plain data only, so it may itself be sent to a process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._forget()

    def get(self, asked: Mapping[str, Any]) -> Any | None:
        """Return the answer to what was asked, None when there is none.

        Raises ConfigError, naming the line, when the file is damaged; a torn last line is passed
        over.
        """
        if self._path.exists():
            with self._locked("rb", fcntl.LOCK_SH) as stream:
                self._read(stream)
        return self._answers.get(digest_of(asked))

    def check(self) -> None:
        """Raise ConfigError, as `get` does, unless answers can be read and added."""
        with self._locked("a+b", fcntl.LOCK_EX) as stream:
            self._read(stream)

    def put(self, asked: Mapping[str, Any], answer: object) -> None:
        """Append an answer; what was asked before keeps its first one. Raises as `get` does."""
        if answer is None:
            raise ValueError("None stands for no answer: it cannot be recorded")
        key = digest_of(asked)
        line = json.dumps({"key": key, "asked": asked, "answer": answer}, ensure_ascii=False)
        line = SURROGATES.sub(lambda half: f"\\u{ord(half[0]):04x}", line)
        with self._locked("a+b", fcntl.LOCK_EX) as stream:
            self._read(stream)
            if key not in self._answers:
                stream.truncate(self._offset)  # under the lock: a torn line's writer was killed
                stream.write(b"" if self._ended else b"\n")
                stream.write(line.encode() + b"\n")

    def _forget(self) -> None:
        self._answers: dict[str, Any] = {}
        self._inode = self._offset = self._lines = 0
        self._ended = True  # whether the last line that was read ended in a line end

    @contextmanager
    def _locked(self, mode: str, lock: int) -> Iterator[IO[bytes]]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode) as stream:
                fcntl.flock(stream, lock)
                yield stream
        except OSError as error:
            reason = error.strerror or error
            raise ConfigError(f"cannot use the recordings {self._path}: {reason}") from error

    def _read(self, stream: IO[bytes]) -> None:
        """Take in what was added since the last time."""
        state = os.fstat(stream.fileno())
        if state.st_ino != self._inode or state.st_size < self._offset:
            self._forget()
            self._inode = state.st_ino
        stream.seek(self._offset)
        for line in stream:
            ended = line.endswith(b"\n")
            if not ended and not _is_json(line):
                break
            if line.strip():
                self._take(line)
            self._offset += len(line)
            self._lines += ended
            self._ended = ended

    def _take(self, line: bytes) -> None:
        where = f"{self._path}, line {self._lines + 1}"
        try:
            value = json.loads(line)
            key, answer, digest = value["key"], value["answer"], digest_of(value["asked"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConfigError(f"{where} is no recorded answer; mend or delete it") from error
        if key != digest:
            raise ConfigError(f"{where}: the key is not that of `asked`; delete the line")
        if key in self._answers:
            raise ConfigError(f"{where} answers the same as a line above; delete one of them")
        self._answers[key] = answer


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
