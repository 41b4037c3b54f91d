"""The texts in data/texts: Markdown files, split into segments and put together again."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from soundweave.base.errors import ConfigError
from soundweave.translation.model import TITLE, Kind, Segment, Text, numbered
from soundweave.translation.texts import front_matter, interface_strings, text_files
from soundweave.translation.texts.text_files import CONTROLS

UNTRANSLATED = "[untranslated] "  # before a source that stands in for its translation

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(path: Path) -> Text:
    """Read one text.

    Accepts a byte order mark and any kind of line ends. Raises ConfigError that names the file,
    and the line if possible.
    """
    if not NAME.fullmatch(path.stem):
        raise ConfigError(
            f"{path}: rename it; a text's name consists of a-z, 0-9 and dashes, like my-poem.md"
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
        raise ConfigError(
            f"{path}, line {page.body_line}: the text below the front matter is missing"
        )
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
    """Read the texts with these names (file names without .md), or all, sorted by name.

    A missing folder counts as empty. Raises ConfigError for unknown names, and one that lists the
    problems of all invalid texts.
    """
    path_by_name = paths(folder)
    unknown = sorted(set(names) - path_by_name.keys())
    if unknown:
        available = ", ".join(sorted(path_by_name)) or "none"
        missing = ", ".join(map(repr, unknown))
        raise ConfigError(f"no text {missing} in {folder}; available: {available}")
    texts, problems = [], []
    for name in sorted(set(names) or path_by_name):
        try:
            texts.append(read(path_by_name[name]))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return texts


def read_valid(folder: Path, names: Sequence[str] = ()) -> tuple[list[Text], list[str]]:
    """Read the texts of these names, or all; returns the valid ones and what is wrong with others.

    A folder that does not exist has no texts.
    """
    texts, problems = [], []
    for name in sorted(names or (paths(folder) if folder.is_dir() else ())):
        try:
            texts += read_all(folder, [name])
        except ConfigError as error:
            problems.append(str(error))
    return texts, problems


def paths(folder: Path) -> dict[str, Path]:
    """Return the files of all texts by name; raises ConfigError unless `folder` is a folder."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise ConfigError(f"{folder} is not a folder; name the one that holds the texts")
    files = sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))
    return {path.stem: path for path in files if path.stem.lower() != "readme"}


def strings_file(path: Path) -> Path | None:
    """Return the JSON file that a text names instead of having a body, or None.

    Raises ConfigError for an invalid text.
    """
    page = _page(path)
    return (
        interface_strings.strings_file(path, page.meta["strings"])
        if "strings" in page.meta
        else None
    )


def license_of(path: Path) -> str:
    """Return the license that a text names; raises ConfigError for an invalid text."""
    return str(_value(_page(path).meta["licence"], path))


def body(text: Text, translations: Sequence[str | None]) -> str:
    """Build a body from one text per segment, without the title.

    Each text stays one stanza, paragraph or line, whatever it contains. A missing one is replaced
    by its source with a mark.
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
    """Remove the empty lines of a text and, except in a poem, all line ends."""
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
        return tuple(interface_strings.of_body(page, path))
    strings = interface_strings.strings_file(path, page.meta["strings"])
    segments = tuple(interface_strings.of_file(strings, page.meta["source_lang"]))
    if not segments:
        raise ConfigError(f"{strings} has no strings")
    return segments


def _page(path: Path) -> front_matter.Page:
    content = text_files.content(path)
    page = front_matter.split(content, str(path))
    front_matter.check("text", page, content, str(path))
    if "strings" in page.meta and page.meta["kind"] != Kind.INTERFACE:
        raise ConfigError(f"{path}: strings is only for texts of the kind interface; delete it")
    if "strings" in page.meta and page.body.strip():
        place = f"{path}, line {page.body_line}"
        raise ConfigError(
            f"{place}: delete either the body or strings; a text has only one of them"
        )
    return page
