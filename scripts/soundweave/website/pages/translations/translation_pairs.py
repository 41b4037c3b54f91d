"""An original and its translation side by side: by line in poems, else by paragraph or string."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from soundweave.base.text import one_line
from soundweave.translation.model import TITLE, Kind, Text
from soundweave.translation.texts.source_texts import UNTRANSLATED

NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True)
class Group:
    """A stanza, paragraph or string as pairs of lines; only interface strings have a `key`.

    If it is not translated (`open`), all lines of the translation are empty.
    """

    id: str
    key: str
    pairs: list[tuple[str, str]]
    open: bool


def lines(text: str) -> list[str]:
    """Return the lines of untrusted text, safe to show; keeps the indentation of verses."""
    return [_line(line) for line in text.split("\n")]


def safe_text(text: str) -> str:
    """Return untrusted text of several lines, safe to show."""
    return "\n".join(lines(text))


def of_record(text: Text, translation: Sequence[str | None]) -> list[Group]:
    """Pair the segments, except the title, with one translation each, None if it is missing.

    In a poem, lines are paired; the shorter side gets empty lines at its end.
    """
    pairs = zip_longest(text.segments, translation)
    return [
        _group(segment.id, text.kind, segment.text, translated)
        for segment, translated in pairs
        if segment is not None and segment.id != TITLE
    ]


def of_body(text: Text, body: str) -> list[Group]:
    """Pair the segments with a body that a person wrote; extra stanzas have no original.

    In an interface text, strings are matched by key, and one without a line is open.
    """
    if text.kind is Kind.INTERFACE:
        strings = _strings(body)
        translations = [_translated(strings.get(segment.id)) for segment in text.segments]
        return of_record(text, translations)
    sources = [segment for segment in text.segments if segment.id != TITLE]
    blocks = [block for block in body.split("\n\n") if block.strip()]
    return [
        _group(
            segment.id if segment else f"more-{number}",
            text.kind,
            segment.text if segment else "",
            _translated(block),
        )
        for number, (segment, block) in enumerate(zip_longest(sources, blocks), start=1)
    ]


def _strings(body: str) -> Mapping[str, str]:
    parts = (line.partition(":") for line in body.split("\n"))
    return {key.strip(): words.strip() for key, colon, words in parts if colon}


def _translated(text: str | None) -> str | None:
    if text is None or not text.strip() or text.startswith(UNTRANSLATED.strip()):
        return None
    return text.strip("\n")


def _group(name: str, kind: Kind, source: str, translated: str | None) -> Group:
    before, after = lines(source), lines(translated or "")
    if kind is not Kind.POEM:
        before, after = [" ".join(before)], [" ".join(after)]
    pairs = list(zip_longest(before, after, fillvalue=""))
    key = name if kind is Kind.INTERFACE else ""
    return Group(name, key, pairs, not any(map(_visible, after)))


def _line(text: str) -> str:
    words = text.lstrip(" ")
    visible = one_line(words, "")
    return visible and NO_BREAK_SPACE * (len(text) - len(words)) + visible


def _visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "CZM" for char in text)
