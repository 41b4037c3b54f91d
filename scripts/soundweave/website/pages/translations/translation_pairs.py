"""An original and its translation side by side: by line in poems, else by paragraph or string."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from soundweave.base.text import foreign
from soundweave.translation.model import TITLE, Kind, Text
from soundweave.translation.texts.source_texts import UNTRANSLATED

NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True)
class Group:
    """A stanza, paragraph or string: pairs of lines; `key` is an interface string's.

    The translation's lines are all empty when nobody translated it (`open`).
    """

    id: str
    key: str
    pairs: list[tuple[str, str]]
    open: bool


def lines(text: str) -> list[str]:
    """Return the lines of foreign text to be shown; the blanks a verse begins with stay."""
    return [_line(line) for line in text.split("\n")]


def shown(text: str) -> str:
    """Return foreign text of several lines as it may be shown."""
    return "\n".join(lines(text))


def of_record(text: Text, translation: Sequence[str | None]) -> list[Group]:
    """Pair the segments, the title excepted, with one translation each; None where there is none.

    In a poem, line beside line: the shorter side has empty lines at its end.
    """
    pairs = zip_longest(text.segments, translation)
    return [
        _group(segment.id, text.kind, segment.text, translated)
        for segment, translated in pairs
        if segment is not None and segment.id != TITLE
    ]


def of_body(text: Text, body: str) -> list[Group]:
    """Pair the segments with a body that a person wrote; stanzas beyond the source's stand alone.

    In an interface text a string is found by its key, and one without a line is open.
    """
    if text.kind is Kind.INTERFACE:
        strings = _strings(body)
        found = [_translated(strings.get(segment.id)) for segment in text.segments]
        return of_record(text, found)
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
    ours, theirs = lines(source), lines(translated or "")
    if kind is not Kind.POEM:
        ours, theirs = [" ".join(ours)], [" ".join(theirs)]
    pairs = list(zip_longest(ours, theirs, fillvalue=""))
    return Group(
        name, name if kind is Kind.INTERFACE else "", pairs, not any(map(_visible, theirs))
    )


def _line(text: str) -> str:
    words = text.lstrip(" ")
    visible = foreign(words, "")
    return visible and NO_BREAK_SPACE * (len(text) - len(words)) + visible


def _visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "CZM" for char in text)
