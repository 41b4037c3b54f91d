"""A result for the terminal: the candidates in a table, the translation beside its source."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from soundweave.translation.model import Kind
from soundweave.translation.record import SCORES, Record, text_of
from soundweave.translation.results import parts

WIDE = 84  # columns from which two fit side by side
GAP = "   "
LONGEST_CELL = 60
# They reorder the text that follows them, beyond their own cell.
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNTRANSLATED = "[untranslated]"


def comparison(record: Record, width: int | None = None) -> str:
    """Return plain text, `width` columns wide (default: the terminal's): table, choice, texts."""
    columns = width or shutil.get_terminal_size().columns
    text, revision = text_of(record), record["revision"]
    outcome = "taken" if revision["taken"] else f"not taken ({revision['why']})"
    choice = parts.choice(record)
    rows = [parts.cells(candidate, choice.segments) for candidate in parts.candidates(record)]
    return "\n".join(
        [
            _safe(f"{text.name}: {text.title} ({text.source_lang} → {record['lang']})"),
            *_table([("id", "by", *SCORES, "note"), *rows]),
            _safe(parts.in_words(choice)),
            _safe(f"Revision by {revision['by']}, {outcome}: {revision['changes']}"),
            "",
            *_texts(record, columns),
        ]
    )


def _safe(value: object) -> str:
    """Return one line without terminal control sequences."""
    return " ".join(DIRECTIONS.sub("", parts.plain(value)).split())


def display_width(text: str) -> int:
    """Return how many columns a line takes: two for ideographs, none for combining marks."""
    return sum(map(_columns, text))


def wrap(line: str, width: int) -> list[str]:
    """Break a line into pieces of at most `width` columns, at spaces if possible."""
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


def _table(rows: Sequence[Sequence[object]]) -> list[str]:
    table = [[_short(cell) for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*table, strict=True)]
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
    # Line by line, so that each line of a poem is beside its translation.
    for before, after in zip_longest(_lines(source), _lines(translation), fillvalue=""):
        pieces = zip_longest(wrap(before, half), wrap(after, half), fillvalue="")
        yield from (_side(left, right, half) for left, right in pieces)


def _below(source: str, translation: str, columns: int) -> Iterator[str]:
    for sign, text in (("  ", source), ("> ", translation)):
        for line in _lines(text):
            yield from (sign + piece for piece in wrap(line, columns - len(sign)))


def _lines(text: str) -> list[str]:
    return [DIRECTIONS.sub("", parts.plain(line)).expandtabs(4) for line in text.splitlines()]


def _side(left: str, right: str, half: int) -> str:
    return (_padded(left, half) + GAP + right).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _short(cell: object) -> str:
    line = _safe(cell)
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
