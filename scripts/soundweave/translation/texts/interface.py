"""The strings of an interface text: lines `key: text` below the front matter, or a JSON object.

With `strings: website/locales/en.json` a text names the JSON file that a program reads, so its
words are written once. The path begins at the folder that holds data/texts, the repository's root;
the file is named by its language, and its translations go beside it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from soundweave.base.errors import ConfigError
from soundweave.translation.model import Segment
from soundweave.translation.texts import front_matter, text_files

HALF_PAIR = re.compile("[\ud800-\udfff]")
KEY = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")


def strings_file(text: Path, strings: str) -> Path:
    """Return the JSON file that a text of data/texts names."""
    return text.absolute().parent.parent.parent / strings


def of_body(page: front_matter.Page, path: Path) -> Iterator[Segment]:
    """Yield a segment for each line; raises ConfigError that names the line."""
    places: dict[str, int] = {}
    for number, line in enumerate(page.body.split("\n"), start=page.body_line):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, text = (part.strip() for part in line.partition(":"))
        where = f"{path}, line {number}"
        if not colon or not KEY.fullmatch(key):
            raise ConfigError(f"{where}: each line is `key: text`, with a key like page.title")
        if not text:
            raise ConfigError(f"{where}: {key} has no text")
        if key in places:
            raise ConfigError(f"{where}: {key} is there twice, first in line {places[key]}")
        places[key] = number
        yield Segment(key, text)


def of_file(path: Path, lang: str) -> Iterator[Segment]:
    """Yield a segment for each string of a JSON object, whose file is named by `lang`.

    Raises ConfigError that names the file, and the key where there is one.
    """
    if path.stem != lang:
        raise ConfigError(f"{path}: name it {lang}.json, by the source's language")
    for key, text in _pairs(path).items():
        if not KEY.fullmatch(key):
            raise ConfigError(f"{path}: {key!a:.80} is no key like page.title")
        if not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{path}: {key} has no text")
        if control := text_files.CONTROLS.search(text):  # JSON may spell one as \u0000
            raise ConfigError(f"{path}: {key}: delete the control character {control[0]!a}")
        if text != text.strip() or "\n" in text or "\t" in text:
            raise ConfigError(f"{path}: {key}: a string is one line without blanks around it")
        if HALF_PAIR.search(text):
            raise ConfigError(f"{path}: {key}: half of a UTF-16 pair is no character")
        yield Segment(key, text)


def _pairs(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text_files.content(path), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must hold an object of strings")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice!a:.80} is there twice")
    return value
