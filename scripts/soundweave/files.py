"""Files are written whole or not at all; histories are JSON Lines that survive a torn end."""

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from soundweave.errors import ConfigError, HistoryError

log = logging.getLogger(__name__)


def write_text(path: Path, text: str) -> None:
    """Write `text` to a temporary name beside `path`, then rename it over `path`.

    Raises ConfigError when the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON with a final newline, whole."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """Return the JSON value in `path`; raises ConfigError that names the file and the place."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error


def read_history(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON Lines history, oldest first; a missing file has none.

    A last line without its newline that does not parse is what a killed writer leaves: it is
    passed over with a warning. Anything else that is not an object raises HistoryError.
    """
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}") from error
    records: list[dict[str, Any]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None and number == len(lines):
            log.warning("%s: line %d is torn; it is left out", path, number)
        elif record is None:
            raise HistoryError(f"{path}, line {number} is not a JSON object; mend or delete it")
        else:
            records.append(record)
    return records


def append_history(path: Path, record: Mapping[str, object]) -> None:
    """Append one record to a history; a torn last line is dropped, all others stay as they are."""
    records = read_history(path)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if records else []
    kept = [line for line in lines if line.strip()][: len(records)]
    write_text(path, "\n".join([*kept, json.dumps(record, ensure_ascii=False)]) + "\n")


def _record(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
