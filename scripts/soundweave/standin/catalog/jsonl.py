"""A catalog from a JSON Lines file: one sound object of the API per line, `id` required."""

import json
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, NoReturn

from soundweave.base.errors import ConfigError
from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.catalog.sound import FIELDS, Field

_TYPE_NAMES = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list of strings",
    dict: "an object of URLs",
}


def load_catalog(path: Path) -> Catalog:
    """Load the catalog in `path`; missing fields get the values that the API would have.

    Unknown fields and empty lines are ignored. Raises ConfigError, naming the file and the line,
    for a line that is not a sound and for a duplicate id.
    """
    catalog = Catalog()
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            catalog.add(_sound(line, catalog.sounds))
        except ValueError as error:
            raise ConfigError(f"{path}, line {number}: {error}") from error
    return catalog


def _lines(path: Path) -> Iterator[str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    try:
        # Not splitlines: a name may contain U+2028 and the like.
        yield from content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8") from error


def _sound(line: str, known_ids: Container[object]) -> dict[str, Any]:
    try:
        sound = json.loads(line, parse_constant=_refuse)
        json.dumps(sound, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text contains half of a surrogate pair") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(sound, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - the file is wrong, not the code
    for name, field in FIELDS.items():
        if name in sound and not _fits(sound[name], field):
            null = " or null" * field.nullable
            raise ValueError(f'"{name}" should be {_TYPE_NAMES[field.type]}{null}')
    if sound.get("id") in known_ids:
        raise ValueError(f"duplicate id {sound['id']}")
    return sound


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _fits(value: object, field: Field) -> bool:
    if value is None:
        return field.nullable
    if field.type is float:
        return type(value) in (int, float)
    if type(value) is not field.type:
        return False
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(isinstance(item, str) for item in items)
