"""What changed between two texts, word by word, for people to read."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, REMOVED, ADDED = "same", "removed", "added"
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")  # a sign is a word by itself: "end." and "end" share one
WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """A run of words that stayed, went or came; `kind` is SAME, REMOVED or ADDED."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Return the texts woven together: without what was added it is `before`, and vice versa."""
    return list(_joined(_steps(TOKEN.findall(before), TOKEN.findall(after))))


def count(found: list[Piece], kind: str) -> int:
    """Return how many words, signs not counted, are of one kind."""
    return sum(len(WORD.findall(piece.text)) for piece in found if piece.kind == kind)


def _steps(before: list[str], after: list[str]) -> Iterator[Piece]:
    for what, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            yield Piece(SAME, "".join(before[i:j]))
            continue
        yield Piece(REMOVED, "".join(before[i:j]))
        yield Piece(ADDED, "".join(after[k:m]))


def _joined(steps: Iterator[Piece]) -> Iterator[Piece]:
    """Join changes that only blanks part: a new phrase reads better than a word here and there."""
    held = {REMOVED: "", ADDED: ""}
    gap = ""
    for step in steps:
        if step.kind == SAME and not step.text.strip() and any(held.values()):
            gap = step.text
            continue
        if step.kind == SAME:
            yield from _flushed(held)
            yield Piece(SAME, gap + step.text)
            gap = ""
        elif step.text:
            if gap:
                held = {kind: text + gap for kind, text in held.items()}
                gap = ""
            held[step.kind] += step.text
    yield from _flushed(held)
    if gap:
        yield Piece(SAME, gap)


def _flushed(held: dict[str, str]) -> Iterator[Piece]:
    for kind, text in held.items():
        if text:
            yield Piece(kind, text)
        held[kind] = ""
