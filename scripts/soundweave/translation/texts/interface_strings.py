"""The strings of an interface text: lines `key: text` below the front matter, or a JSON object.

With `strings: website/locales/en.json` a text names the JSON file that a program reads, so its
strings are written once. The path is relative to the folder that holds data/texts, the repository's
root. The file is named after its language, and its translations are put beside it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from soundweave.base import strict_json
from soundweave.base.errors import ConfigError
from soundweave.translation.model import Segment
from soundweave.translation.texts import front_matter, text_files

SURROGATE = re.compile("[\ud800-\udfff]")
KEY = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")


def strings_file(text: Path, strings: str) -> Path:
    """Return the path of the JSON file that a text of data/texts names."""
    return text.absolute().parent.parent.parent / strings


def of_body(page: front_matter.Page, path: Path) -> Iterator[Segment]:
    """Yield a segment for each line; raises ConfigError that names the line."""
    line_of_key: dict[str, int] = {}
    for number, line in enumerate(page.body.split("\n"), start=page.body_line):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, text = (part.strip() for part in line.partition(":"))
        place = f"{path}, line {number}"
        if not colon or not KEY.fullmatch(key):
            raise ConfigError(f"{place}: each line is `key: text`, with a key like page.title")
        if not text:
            raise ConfigError(f"{place}: {key} has no text")
        if key in line_of_key:
            raise ConfigError(f"{place}: {key} is duplicated, see line {line_of_key[key]}")
        line_of_key[key] = number
        yield Segment(key, text)


def of_file(path: Path, lang: str) -> Iterator[Segment]:
    """Yield a segment for each string of a JSON object, whose file is named after `lang`.

    Raises ConfigError that names the file, and the key if possible.
    """
    if path.stem != lang:
        raise ConfigError(f"{path}: name it {lang}.json, after the source's language")
    for key, text in _strings(path).items():
        if not KEY.fullmatch(key):
            raise ConfigError(f"{path}: {key!a:.80} is not a key like page.title")
        if not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{path}: {key} has no text")
        if control := text_files.CONTROLS.search(text):  # JSON may spell one as \u0000
            raise ConfigError(f"{path}: {key}: delete the control character {control[0]!a}")
        if text != text.strip() or "\n" in text or "\t" in text:
            raise ConfigError(f"{path}: {key}: a string is one line without surrounding spaces")
        if SURROGATE.search(text):
            raise ConfigError(f"{path}: {key}: half of a UTF-16 pair is not a character")
        yield Segment(key, text)


def _strings(path: Path) -> dict[str, Any]:
    try:
        strings = strict_json.loads(text_files.content(path))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    if not isinstance(strings, dict):
        raise ConfigError(f"{path} must hold an object of strings")
    return strings
