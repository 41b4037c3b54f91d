"""What changed between two texts, word by word, for people to read."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, REMOVED, ADDED = "same", "removed", "added"
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")  # marks are separate: "end." and "end" share a word
WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """A run of words; `kind` is SAME, REMOVED or ADDED."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Return the merged texts: without the added pieces they are `before`, and vice versa."""
    return list(_joined(_steps(TOKEN.findall(before), TOKEN.findall(after))))


def count(merged: list[Piece], kind: str) -> int:
    """Count the words of one kind, without punctuation."""
    return sum(len(WORD.findall(piece.text)) for piece in merged if piece.kind == kind)


def _steps(before: list[str], after: list[str]) -> Iterator[Piece]:
    for operation, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if operation == "equal":
            yield Piece(SAME, "".join(before[i:j]))
            continue
        yield Piece(REMOVED, "".join(before[i:j]))
        yield Piece(ADDED, "".join(after[k:m]))


def _joined(steps: Iterator[Piece]) -> Iterator[Piece]:
    """Join changes with only spaces between them: a phrase reads better than scattered words."""
    pending = {REMOVED: "", ADDED: ""}
    gap = ""
    for step in steps:
        if step.kind == SAME and not step.text.strip() and any(pending.values()):
            gap = step.text
            continue
        if step.kind == SAME:
            yield from _flushed(pending)
            yield Piece(SAME, gap + step.text)
            gap = ""
        elif step.text:
            if gap:
                pending = {kind: text + gap for kind, text in pending.items()}
                gap = ""
            pending[step.kind] += step.text
    yield from _flushed(pending)
    if gap:
        yield Piece(SAME, gap)


def _flushed(pending: dict[str, str]) -> Iterator[Piece]:
    for kind, text in pending.items():
        if text:
            yield Piece(kind, text)
        pending[kind] = ""
