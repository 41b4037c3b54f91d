"""The texts in data/texts: Markdown files, read into segments and put together again."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from soundweave.errors import ConfigError
from soundweave.files import BOM
from soundweave.translation import front_matter
from soundweave.translation.model import TITLE, Kind, Segment, Text, numbered

LARGEST = 50_000  # characters of a file
UNTRANSLATED = "[untranslated] "  # goes before a source that stands in for its translation

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEY = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")
# All but line ends and tabs, and Unicode's own line ends.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def read(path: Path) -> Text:
    """Read one text.

    A byte order mark and line ends of other systems are passed over. Raises ConfigError that
    names the file, and the line where there is one.
    """
    if not NAME.fullmatch(path.stem):
        raise ConfigError(
            f"{path}: rename it; a text's name has only a-z, 0-9 and dashes, like my-poem.md"
        )
    content = _content(path)
    page = front_matter.split(content, str(path))
    front_matter.check("text", page, content, str(path))
    meta = {key: _value(value, path) for key, value in page.meta.items()}
    if meta["source_lang"] in meta["target_langs"]:
        raise ConfigError(
            f"{path}: target_langs holds {meta['source_lang']}, the source's language"
        )
    kind = Kind(meta["kind"])
    segments = tuple(_interface(page, path)) if kind is Kind.INTERFACE else _blocks(kind, page.body)
    if not segments:
        raise ConfigError(f"{path}, line {page.body_line}: there is no text below the front matter")
    return Text(
        name=path.stem,
        title=meta["title"],
        author=meta["author"],
        kind=kind,
        source_lang=meta["source_lang"],
        target_langs=tuple(meta["target_langs"]),
        notes=meta.get("notes", ""),
        segments=segments if kind is Kind.INTERFACE else (Segment(TITLE, meta["title"]), *segments),
    )


def read_all(folder: Path, names: Sequence[str] = ()) -> list[Text]:
    """Read the texts of these names (file names without .md), or all, by name; no folder has none.

    Raises ConfigError for a name that is not there, and for texts that are not right: all of them
    are named.
    """
    known = _known(folder)
    unknown = sorted(set(names) - known.keys())
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        missing = ", ".join(map(repr, unknown))
        raise ConfigError(f"there is no text {missing} in {folder}; there are: {there}")
    texts, problems = [], []
    for name in sorted(set(names) or known):
        try:
            texts.append(read(known[name]))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return texts


def body(text: Text, translations: Sequence[str | None]) -> str:
    """Put a body together from one text per segment; the title is no part of it.

    Each text stays one stanza, paragraph or line, whatever is in it. Where there is none, the
    source shows, marked.
    """
    pieces = []
    for segment, translation in zip(text.segments, translations, strict=True):
        piece = one_piece(text.kind, translation or "") or UNTRANSLATED + segment.text
        if text.kind is Kind.INTERFACE:
            pieces.append(f"{segment.id}: {piece}")
        elif segment.id != TITLE:
            pieces.append(piece)
    return ("\n" if text.kind is Kind.INTERFACE else "\n\n").join(pieces)


def one_piece(kind: Kind, text: str) -> str:
    """Return `text` without blank lines; in anything but a poem, on one line."""
    lines = [CONTROLS.sub("", line).rstrip() for line in text.splitlines()]
    filled = [line for line in lines if line]
    return "\n".join(filled) if kind is Kind.POEM else " ".join(line.strip() for line in filled)


def _known(folder: Path) -> dict[str, Path]:
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; name the one that holds the texts")
    paths = [path for path in folder.glob("*.md") if not path.name.startswith(".")]
    return {path.stem: path for path in paths if path.stem.lower() != "readme"}


def _content(path: Path) -> str:
    try:
        raw = path.read_bytes().removeprefix(BOM)
        content = raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line} is not UTF-8; save the file as UTF-8") from error
    if len(content) > LARGEST:
        raise ConfigError(f"{path} has {len(content):,} characters; {LARGEST:,} may be: split it")
    if control := CONTROLS.search(content):
        line = content.count("\n", 0, control.start()) + 1
        raise ConfigError(f"{path}, line {line}: delete the control character {control[0]!a}")
    return content


def _value(value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return value
    if control := CONTROLS.search(value):  # YAML may spell one as "\0"
        raise ConfigError(
            f"{path}: delete the control character {control[0]!a} in the front matter"
        )
    return " ".join(value.split())


def _blocks(kind: Kind, content: str) -> tuple[Segment, ...]:
    lines = [line.rstrip() for line in content.split("\n")]
    blocks = [list(group) for filled, group in groupby(lines, key=bool) if filled]
    return numbered([one_piece(kind, "\n".join(block)) for block in blocks])


def _interface(page: front_matter.Page, path: Path) -> Iterator[Segment]:
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
