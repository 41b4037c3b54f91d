"""data/translations/<text>/<lang>: translation.json and translation.md, written together.

What a person edited is never overwritten: each file's digest is recorded, and a file that differs
from it was edited. A deleted Markdown file is not an edit: it is written again.
"""

import hashlib
import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from soundweave.base import files, schemas
from soundweave.base.errors import ConfigError
from soundweave.translation.model import Text, digest_of
from soundweave.translation.record import Record
from soundweave.translation.results import markdown as result_markdown
from soundweave.translation.texts.source_texts import NAME

RECORD = "translation.json"
MARKDOWN = "translation.md"

LANG = re.compile(r"[a-z]{2}")
DIGESTS = ("markdown_digest", "record_digest")
LONGEST_MESSAGE = 300  # characters; a schema's message repeats the value


class Freshness(StrEnum):
    """What is to be done about a translation: it is translated if it is due."""

    DUE = "due"
    UNCHANGED = "unchanged"
    EDITED = "edited by hand"
    DAMAGED = "edited by hand or damaged"


@dataclass(frozen=True)
class Status:
    """The state of a translation; `details` say how it was edited or damaged."""

    freshness: Freshness
    details: str = ""

    @property
    def edited(self) -> bool:
        """Whether a person changed it."""
        return self.freshness in {Freshness.EDITED, Freshness.DAMAGED}

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.freshness, self.details)))


def status(folder: Path, text: Text, lang: str) -> Status:
    """Return whether `text` must be translated, or why not."""
    place = _folder(folder, text.name, lang)
    try:
        record = _read(place)
    except ConfigError as error:
        return Status(Freshness.DAMAGED, str(error))
    changed = record is not None and record["text"]["digest"] != text.digest()
    edit = _edit(place, record)
    if edit is not None:
        hint = "the source has changed since" if changed else ""
        return Status(Freshness.EDITED, "; ".join(filter(None, (edit, hint))))
    if record is None or changed or not (place / MARKDOWN).exists():
        return Status(Freshness.DUE)
    return Status(Freshness.UNCHANGED)


def write(folder: Path, record: Record) -> list[Path]:
    """Write a record and its Markdown; the digests are added here.

    Raises ConfigError if the record is invalid, or if a person edited the files it would replace.
    """
    full = _cleaned(record)
    _validate(full | dict.fromkeys(DIGESTS, "0" * 64), "the new translation")
    place = _folder(folder, full["text"]["name"], full["lang"])
    edit = _edit(place, _read(place))
    if edit is not None:
        raise ConfigError(
            f"{place} was {Freshness.EDITED}{edit and f' ({edit})'} and is not overwritten; "
            f"move its files away to have it translated again"
        )
    markdown = result_markdown.render(full)
    full["markdown_digest"] = _digest(markdown.encode())
    full["record_digest"] = _record_digest(full)
    # In this order, an interrupted write never leaves a Markdown file that looks edited.
    (place / MARKDOWN).unlink(missing_ok=True)
    files.write_json(place / RECORD, full)
    files.write_text(place / MARKDOWN, markdown)
    return [place / RECORD, place / MARKDOWN]


def read(folder: Path, name: str, lang: str) -> Record | None:
    """Return a translation's record, None if it does not exist; raises ConfigError if damaged."""
    return _read(_folder(folder, name, lang))


def load(path: Path) -> Record:
    """Read one record; raises ConfigError if it is invalid."""
    record: Record = files.read_json(path)
    _check(path.read_bytes(), str(path))
    return record


def edited(folder: Path, name: str, lang: str) -> str | None:
    """Return the body that a person wrote, as plain text; None if nobody edited it."""
    markdown = _edited_markdown(_folder(folder, name, lang))
    return None if markdown is None else result_markdown.edited_body(markdown)


def edited_title(folder: Path, name: str, lang: str) -> str | None:
    """Return the title in a file that a person edited; None without such a file or title."""
    markdown = _edited_markdown(_folder(folder, name, lang))
    return None if markdown is None else result_markdown.edited_title(markdown)


def _folder(folder: Path, name: str, lang: str) -> Path:
    if not NAME.fullmatch(name) or not LANG.fullmatch(lang):
        raise ConfigError(f"{name!r} in {lang!r} is not a translation; names are like my-poem, es")
    return folder / name / lang


def _read(place: Path) -> Record | None:
    path = place / RECORD
    if not path.exists():
        return None
    try:
        return load(path)
    except RecursionError as error:
        raise ConfigError(
            f"{path} is nested too deeply; move it away to have it translated again"
        ) from error
    except ConfigError as error:
        message = textwrap.shorten(str(error), LONGEST_MESSAGE, placeholder=" ...")
        raise ConfigError(
            f"{message}; fix it, or move it away to have it translated again"
        ) from error


@lru_cache(maxsize=256)
def _check(content: bytes, source: str) -> None:
    # Cached, because one record is read several times and checking it is slow.
    _validate(json.loads(content), source)


def _validate(record: Mapping[str, Any], source: str) -> None:
    schemas.check("translation", record, source)
    ids = [segment["id"] for segment in record["text"]["segments"]]
    if ids != [segment["id"] for segment in record["translation"]]:
        raise ConfigError(f"{source}: translation: its segments are not those of the text")


def _edit(place: Path, record: Record | None) -> str | None:
    """Return what a person changed besides the Markdown ("" for only that), None for nothing."""
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
        return True  # unknown, but a person's words must not be lost
    return record is None or _digest(content) != record["markdown_digest"]


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def _digest(content: bytes) -> str:
    # Git may have changed the line endings.
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _record_digest(record: Record) -> str:
    return digest_of({key: value for key, value in record.items() if key != "record_digest"})


def _cleaned(record: Record) -> Record:
    # A model may write half a surrogate pair, which cannot be stored as UTF-8.
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    cleaned: Record = json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return cleaned
