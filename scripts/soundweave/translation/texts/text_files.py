"""Reads the files of a text: UTF-8, of limited size, without control characters."""

import re
from pathlib import Path

from soundweave.base.errors import ConfigError
from soundweave.base.files import BOM

LARGEST = 50_000  # characters of a file
# All but line ends and tabs, and Unicode's own line ends.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def content(path: Path) -> str:
    """Read a file, its line ends as "\\n" and without a byte order mark.

    Raises ConfigError that names the file, and the line if possible.
    """
    try:
        raw = path.read_bytes().removeprefix(BOM)
        text = raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line} is not UTF-8; save the file as UTF-8") from error
    if len(text) > LARGEST:
        raise ConfigError(
            f"{path} has {len(text):,} characters; at most {LARGEST:,} are allowed: split it"
        )
    if control := CONTROLS.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise ConfigError(f"{path}, line {line}: delete the control character {control[0]!a}")
    return text
