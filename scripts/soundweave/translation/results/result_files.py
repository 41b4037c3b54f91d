"""data/translations/<text>/<lang>: translation.json and translation.md, written together.

What a person edited is never overwritten: each file's digest is recorded, and one that differs
is a person's. A Markdown file that was deleted is not an edit: it is made anew.
"""

import hashlib
import json
import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from soundweave.base import files, schemas
from soundweave.base.errors import ConfigError
from soundweave.translation.model import Text, digest_of
from soundweave.translation.results import markdown as result_markdown
from soundweave.translation.results import terminal
from soundweave.translation.texts.source_texts import NAME

RECORD = "translation.json"
MARKDOWN = "translation.md"
UNCHANGED = "unchanged"
EDITED = "edited by hand"  # what `fresh` says begins with it

LANG = re.compile(r"[a-z]{2}")
DIGESTS = ("markdown_digest", "record_digest")
LONGEST_MESSAGE = 300  # characters; a schema's message repeats the value


def fresh(folder: Path, text: Text, lang: str) -> str:
    """Return "" when `text` must be translated, else why not: UNCHANGED, or EDITED and how."""
    place = _place(folder, text.name, lang)
    try:
        record = _read(place)
    except ConfigError as error:
        return f"{EDITED} or damaged; {error}"
    changed = record is not None and record["text"]["digest"] != text.digest()
    edit = _edit(place, record)
    if edit is not None:
        hint = "the source changed since" if changed else ""
        return "; ".join(part for part in (EDITED, edit, hint) if part)
    kept = record is not None and not changed and (place / MARKDOWN).exists()
    return UNCHANGED if kept else ""


def write(folder: Path, record: Mapping[str, Any]) -> list[Path]:
    """Write a record (translation.schema.json) and its Markdown; the digests are put in here.

    Raises ConfigError when the record does not fit, or what is there was edited by a person.
    """
    full = _cleaned(record) | dict.fromkeys(DIGESTS, "0" * 64)
    schemas.check("translation", full, "the new translation")
    _check_ids(full)
    place = _place(folder, full["text"]["name"], full["lang"])
    edit = _edit(place, _read(place))
    if edit is not None:
        raise ConfigError(
            f"{place} is kept, for it was {EDITED}{edit and f' ({edit})'}; "
            f"move its files away to have it translated anew"
        )
    markdown = result_markdown.render(full)
    full["markdown_digest"] = _digest(markdown.encode())
    full["record_digest"] = _record_digest(full)
    # Stopped in between, there is never a Markdown file that only looks edited.
    (place / MARKDOWN).unlink(missing_ok=True)
    files.write_json(place / RECORD, full)
    files.write_text(place / MARKDOWN, markdown)
    return [place / RECORD, place / MARKDOWN]


def read(folder: Path, name: str, lang: str) -> dict[str, Any] | None:
    """Return a translation's record, None when there is none; raises ConfigError if damaged."""
    return _read(_place(folder, name, lang))


def edited(folder: Path, name: str, lang: str) -> str | None:
    """Return the body that a person wrote, as plain text; None when nobody did."""
    markdown = _edited_markdown(_place(folder, name, lang))
    return None if markdown is None else result_markdown.edited_body(markdown)


def edited_title(folder: Path, name: str, lang: str) -> str | None:
    """Return the title in a file that a person edited; None when there is no such file or title."""
    markdown = _edited_markdown(_place(folder, name, lang))
    return None if markdown is None else result_markdown.edited_title(markdown)


def comparison(record: Mapping[str, Any], width: int | None = None) -> str:
    """Return a result for the terminal, `width` columns wide (the terminal's own if not given)."""
    return terminal.comparison(record, width)


def _place(folder: Path, name: str, lang: str) -> Path:
    if not NAME.fullmatch(name) or not LANG.fullmatch(lang):
        raise ConfigError(f"{name!r} in {lang!r} is no translation: names are like my-poem and es")
    return folder / name / lang


def _read(place: Path) -> dict[str, Any] | None:
    path = place / RECORD
    if not path.exists():
        return None
    try:
        record = files.read_json(path)
        _check(path.read_bytes(), str(path))
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply; move it away to translate anew") from error
    except ConfigError as error:
        message = textwrap.shorten(str(error), LONGEST_MESSAGE, placeholder=" ...")
        raise ConfigError(f"{message}; mend it, or move it away to translate anew") from error
    return dict(record)


@lru_cache(maxsize=256)
def _check(content: bytes, source: str) -> None:
    """Raise ConfigError unless a file is a record; what once was one is not looked at again."""
    record = json.loads(content)
    schemas.check("translation", record, source)
    _check_ids(record)


def _check_ids(record: Mapping[str, Any]) -> None:
    ids = [segment["id"] for segment in record["text"]["segments"]]
    if ids != [segment["id"] for segment in record["translation"]]:
        raise ConfigError("translation: its segments are not those of the text")


def _edit(place: Path, record: Mapping[str, Any] | None) -> str | None:
    """Return what a person did here beyond editing the Markdown ("" for just that), or None."""
    content = _bytes(place / MARKDOWN)
    if record is None:
        return None if content is None else f"{RECORD} is missing"
    if record["record_digest"] != _record_digest(record):
        return f"{RECORD} was changed"
    if content is not None and _digest(content) != record["markdown_digest"]:
        return ""
    return None


def _edited_markdown(place: Path) -> str | None:
    path = place / MARKDOWN
    content = _bytes(path)
    if content is None or not _is_edited(place, content):
        return None
    try:
        return content.removeprefix(files.BOM).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8; save the file as UTF-8") from error


def _is_edited(place: Path, content: bytes) -> bool:
    try:
        record = _read(place)
    except ConfigError:
        return True  # nobody can tell, and a person's words are not to be lost
    return record is None or _digest(content) != record["markdown_digest"]


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def _digest(content: bytes) -> str:
    # git may have changed the line ends on the way.
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _record_digest(record: Mapping[str, Any]) -> str:
    return digest_of({key: value for key, value in record.items() if key != "record_digest"})


def _cleaned(record: Mapping[str, Any]) -> dict[str, Any]:
    # A model may write half a surrogate pair: no file could hold it.
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    cleaned: dict[str, Any] = json.loads(whole)
    return cleaned
