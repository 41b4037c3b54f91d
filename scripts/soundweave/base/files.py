"""Files are written whole or not at all."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from soundweave.base.errors import ConfigError

BOM = b"\xef\xbb\xbf"


def check_folder(folder: Path) -> None:
    """Make `folder` where it is missing; raises ConfigError when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ConfigError(f"cannot write into {folder}: {error.strerror}") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole; raises ConfigError like `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, whole; raises ConfigError when the folder cannot be written to."""
    with whole(path) as stream:
        stream.write(content)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` and rename it over `path` when the block is done.

    Raises ConfigError when it cannot be written, or when `path` is something other than a file.
    """
    if path.exists() and not path.is_file():
        raise ConfigError(f"cannot write {path}: it is there and no file; name another")
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON with a final newline, whole."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path, *, made_by: str = "") -> Any:
    """Return the JSON value in `path`; raises ConfigError that names the file and the place.

    `made_by` names the script to run when the file is missing.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        hint = f"; run scripts/{made_by} first" if made_by else ""
        raise ConfigError(f"there is no {path}{hint}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error


@contextmanager
def alone(folder: Path, otherwise: str) -> Iterator[None]:
    """Hold a folder for this process; raises ConfigError that says `otherwise` if another does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ConfigError(f"{folder}: {otherwise}") from error
    finally:
        os.close(handle)
