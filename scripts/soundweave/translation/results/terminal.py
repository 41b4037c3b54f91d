"""A result for the terminal: the candidates in a table, the translation beside its source."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from soundweave.translation.model import Kind
from soundweave.translation.results.parts import SCORES, Record, choice, plain, rows, text_of

WIDE = 84  # columns from which two fit side by side
GAP = "   "
LONGEST_CELL = 60
# They reorder what follows them, beyond their own cell.
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNTRANSLATED = "[untranslated]"


def comparison(record: Record, width: int | None = None) -> str:
    """Return plain text, `width` columns wide (the terminal's): table, choice, both texts."""
    columns = width or shutil.get_terminal_size().columns
    text, revision = text_of(record), record["revision"]
    taken = "taken" if revision["taken"] else f"not taken ({revision['why']})"
    return "\n".join(
        [
            shown(f"{text.name}: {text.title} ({text.source_lang} → {record['lang']})"),
            *_table(record),
            shown(choice(record)),
            shown(f"Revision by {revision['by']}, {taken}: {revision['changes']}"),
            "",
            *_texts(record, columns),
        ]
    )


def shown(value: object) -> str:
    """Return one line that does nothing to a terminal but show."""
    return " ".join(DIRECTIONS.sub("", plain(value)).split())


def display_width(text: str) -> int:
    """Return how many columns a line takes: ideographs two, combining signs none."""
    return sum(map(_columns, text))


def wrap(line: str, width: int) -> list[str]:
    """Break a line into pieces of at most `width` columns, at blanks where there are some."""
    indent = line[: len(line) - len(line.lstrip())][: width // 2]
    pieces, piece = [], indent
    for word in line.split():
        joined = f"{piece} {word}" if piece.strip() else piece + word
        if display_width(joined) <= width:
            piece = joined
            continue
        if piece.strip():
            pieces.append(piece)
        *full, piece = _cut(indent + word, width)
        pieces += full
    return [*pieces, piece.rstrip()]


def _table(record: Record) -> list[str]:
    header = ("id", "by", *SCORES, "note")
    cells = [(str(row.id), row.by, *row.scores, row.note) for row in rows(record)]
    table = [header, *([_short(cell) for cell in row] for row in cells)]
    widths = [max(display_width(row[column]) for row in table) for column in range(len(header))]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in table]


def _texts(record: Record, columns: int) -> Iterator[str]:
    text = text_of(record)
    keys = text.kind is Kind.INTERFACE
    half = (columns - len(GAP)) // 2
    if columns >= WIDE:
        yield _side(f"source ({text.source_lang})", f"translation ({record['lang']})", half)
        yield _side("-" * half, "-" * half, half)
    for segment, final in zip(text.segments, record["translation"], strict=True):
        prefix = f"{segment.id}: " if keys else ""
        source = prefix + segment.text
        translation = prefix + (UNTRANSLATED if final["text"] is None else final["text"])
        yield from (
            _beside(source, translation, half)
            if columns >= WIDE
            else _below(source, translation, columns)
        )
        if not keys:
            yield ""


def _beside(source: str, translation: str, half: int) -> Iterator[str]:
    # Verse by verse, so that each stands beside its own.
    for ours, theirs in zip_longest(_verses(source), _verses(translation), fillvalue=""):
        pieces = zip_longest(wrap(ours, half), wrap(theirs, half), fillvalue="")
        yield from (_side(left, right, half) for left, right in pieces)


def _below(source: str, translation: str, columns: int) -> Iterator[str]:
    for sign, text in (("  ", source), ("> ", translation)):
        for verse in _verses(text):
            yield from (sign + piece for piece in wrap(verse, columns - len(sign)))


def _verses(text: str) -> list[str]:
    return [DIRECTIONS.sub("", plain(line)).expandtabs(4) for line in text.splitlines()]


def _side(left: str, right: str, half: int) -> str:
    return (_padded(left, half) + GAP + right).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _short(cell: str) -> str:
    line = shown(cell)
    if display_width(line) <= LONGEST_CELL:
        return line
    return _cut(line, LONGEST_CELL - 1)[0] + "…"


def _cut(word: str, width: int) -> Sequence[str]:
    pieces, piece, used = [], "", 0
    for char in word:
        if used + _columns(char) > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += _columns(char)
    return [*pieces, piece]


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
