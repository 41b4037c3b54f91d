"""The texts in data/texts: Markdown files, read into segments and put together again."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from soundweave.base.errors import ConfigError
from soundweave.translation.model import TITLE, Kind, Segment, Text, numbered
from soundweave.translation.texts import front_matter, interface, text_files
from soundweave.translation.texts.text_files import CONTROLS

UNTRANSLATED = "[untranslated] "  # goes before a source that stands in for its translation

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(path: Path) -> Text:
    """Read one text.

    A byte order mark and line ends of other systems are passed over. Raises ConfigError that
    names the file, and the line where there is one.
    """
    if not NAME.fullmatch(path.stem):
        raise ConfigError(
            f"{path}: rename it; a text's name has only a-z, 0-9 and dashes, like my-poem.md"
        )
    page = _page(path)
    meta = {key: _value(value, path) for key, value in page.meta.items()}
    if meta["source_lang"] in meta["target_langs"]:
        raise ConfigError(
            f"{path}: target_langs holds {meta['source_lang']}, the source's language"
        )
    kind = Kind(meta["kind"])
    segments = _interface(page, path) if kind is Kind.INTERFACE else _blocks(kind, page.body)
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
    known = paths(folder)
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


def paths(folder: Path) -> dict[str, Path]:
    """Return the file of each text by its name; raises ConfigError for what is no folder."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; name the one that holds the texts")
    found = sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))
    return {path.stem: path for path in found if path.stem.lower() != "readme"}


def strings_file(path: Path) -> Path | None:
    """Return the JSON file that a text names instead of having a body; None when it names none.

    Raises ConfigError for a text that is not right.
    """
    page = _page(path)
    return interface.strings_file(path, page.meta["strings"]) if "strings" in page.meta else None


def licence(path: Path) -> str:
    """Return the licence that a text names; raises ConfigError for a text that is not right."""
    return str(_value(_page(path).meta["licence"], path))


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


def _interface(page: front_matter.Page, path: Path) -> tuple[Segment, ...]:
    if "strings" not in page.meta:
        return tuple(interface.of_body(page, path))
    strings = interface.strings_file(path, page.meta["strings"])
    found = tuple(interface.of_file(strings, page.meta["source_lang"]))
    if not found:
        raise ConfigError(f"{strings} holds no string")
    return found


def _page(path: Path) -> front_matter.Page:
    content = text_files.content(path)
    page = front_matter.split(content, str(path))
    front_matter.check("text", page, content, str(path))
    if "strings" in page.meta and page.meta["kind"] != Kind.INTERFACE:
        raise ConfigError(f"{path}: strings is for a text of the kind interface; delete it")
    if "strings" in page.meta and page.body.strip():
        where = f"{path}, line {page.body_line}"
        raise ConfigError(f"{where}: delete the body, or strings: a text has one of the two")
    return page
