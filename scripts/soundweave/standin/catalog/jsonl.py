"""A catalogue from a JSON Lines file: one sound a line, in the API's form, `id` required."""

import json
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from soundweave.base.errors import ConfigError
from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.catalog.sound import FIELDS

_WHOLE = ("channels", "filesize", "bitrate", "num_downloads", "num_ratings", "num_comments")
_REAL = ("duration", "samplerate", "avg_rating")
_FLAGS = ("category_is_user_provided", "is_geotagged", "is_explicit", "is_remix", "was_remixed")
_NULLABLE = ("category", "subcategory", "category_code", "geotag", "pack", "pack_name")
_OTHER = ("id", "tags", "previews", "images", "bitdepth", "score", "similar_sounds")


class _LineError(Exception):
    """A line that is no sound; the message says why."""


def load_catalogue(path: Path) -> Catalogue:
    """Return the catalogue in `path`; what a sound lacks is filled in as the API would have it.

    Unknown fields are left out; blank lines are passed over. Raises ConfigError that names the
    file and the line for anything that is no sound, and for an id that comes twice.
    """
    catalogue = Catalogue()
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            catalogue.add(_sound(line, catalogue.sounds))
        except (ValueError, _LineError) as error:
            raise ConfigError(f"{path}, line {number}: {error}") from error
    return catalogue


def _lines(path: Path) -> Iterator[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    try:
        # Not splitlines: U+2028 and its like may stand in a name.
        yield from data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8") from error


def _sound(line: str, known: Container[object]) -> Mapping[str, Any]:
    try:
        sound = json.loads(line, parse_constant=_refuse)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _LineError(f"not JSON ({error})") from error
    if not isinstance(sound, dict):
        raise _LineError("not a JSON object")
    for field, (fits, wanted) in _TYPES.items():
        if field in sound and not fits(sound[field]):
            raise _LineError(f'"{field}" should be {wanted}')
    if sound.get("id") in known:
        raise _LineError(f"the id {sound['id']} was there before")
    if "\\ud" in line.lower():
        _check_text(sound)
    return sound


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_text(sound: Mapping[str, Any]) -> None:
    try:
        json.dumps(sound, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _LineError("half a surrogate pair in a text") from error


def _text(value: object) -> bool:
    return isinstance(value, str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _urls(value: object) -> bool:
    return isinstance(value, dict) and _texts(list(value.values()))


def _or_null(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


_Rule = tuple[Callable[[object], bool], str]
_TYPES: dict[str, _Rule] = {
    **{
        field: (_text, "a string")
        for field in FIELDS
        if field not in (*_WHOLE, *_REAL, *_FLAGS, *_NULLABLE, *_OTHER)
    },
    **dict.fromkeys(_WHOLE, (_whole, "a whole number")),
    **dict.fromkeys(_REAL, (_real, "a number")),
    **dict.fromkeys(_FLAGS, (lambda value: isinstance(value, bool), "true or false")),
    **dict.fromkeys((*_NULLABLE, "similar_sounds"), (_or_null(_text), "a string or null")),
    "bitdepth": (_or_null(_whole), "a whole number or null"),
    "id": (_whole, "a whole number"),
    "tags": (_texts, "a list of strings"),
    "previews": (_urls, "an object of URLs"),
    "images": (_urls, "an object of URLs"),
}
