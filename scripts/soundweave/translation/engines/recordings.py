"""Recorded answers of a provider, found by the request.

JSON Lines, one {"key", "asked", "answer"} per line; the key is the digest of the request.
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

SURROGATES = re.compile("[\ud800-\udfff]")  # JSON can spell half a character, UTF-8 cannot


class Recordings:
    """The answers in one file, which several processes may read and append to at once.

    An instance is plain data, so it can be sent to a process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._forget()

    def get(self, request: Mapping[str, Any]) -> Any | None:
        """Return the answer to a request, or None.

        Raises ConfigError, naming the line, when the file is damaged; a torn last line is skipped.
        """
        if self._path.exists():
            with self._locked("rb", fcntl.LOCK_SH) as stream:
                self._read(stream)
        return self._answers.get(digest_of(request))

    def check(self) -> None:
        """Raise ConfigError, like `get`, unless answers can be read and added."""
        with self._locked("a+b", fcntl.LOCK_EX) as stream:
            self._read(stream)

    def put(self, request: Mapping[str, Any], answer: object) -> None:
        """Append an answer; a repeated request keeps its first answer. Raises like `get`."""
        if answer is None:
            raise ValueError("None means no answer: it cannot be recorded")
        key = digest_of(request)
        line = json.dumps({"key": key, "asked": request, "answer": answer}, ensure_ascii=False)
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
        self._ended = True  # whether the last line read had a line end

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
        """Read what was added since the last time."""
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
        place = f"{self._path}, line {self._lines + 1}"
        try:
            value = json.loads(line)
            key, answer, digest = value["key"], value["answer"], digest_of(value["asked"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConfigError(f"{place} is not a recorded answer; fix or delete it") from error
        if key != digest:
            raise ConfigError(f"{place}: the key is not that of `asked`; delete the line")
        if key in self._answers:
            raise ConfigError(
                f"{place} answers the same request as a line above; delete one of them"
            )
        self._answers[key] = answer


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
