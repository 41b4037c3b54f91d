"""A translation as Markdown that shows exactly its own words, and back.

It is escaped no more than needed, so that a person can edit it: what could be markup or HTML
shows as text, verses keep their line ends and the blanks they begin with.
https://github.github.com/gfm/
"""

import html
import re

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ANYWHERE = re.compile(r"[\\`*_\[\]|~$]")  # emphasis, code, links, tables, GitHub's formulas
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)  # it would become a link
AT_START = re.compile(r"^(\d*)(?=[#+\-=:.)])")  # headings, lists, rules
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|(&#?\w+;)")
HARD_BREAK = "\\"
NO_BREAK_SPACE = "\u00a0"


def escape(body: str) -> str:
    """Return the Markdown of a body whose stanzas or paragraphs have a blank line between them."""
    blocks = [map(_escaped, block.split("\n")) for block in body.split("\n\n")]
    return "\n\n".join(f"{HARD_BREAK}\n".join(lines) for lines in blocks)


def unescape(markdown: str) -> str:
    """Return the words of what `escape` made, or a person made of that."""
    return "\n".join(map(_unescaped, markdown.split("\n")))


def _escaped(line: str) -> str:
    words = line.lstrip(" \t")
    # Markdown drops blanks at the start, or takes four of them for code.
    indent = len(line[: len(line) - len(words)].expandtabs(4))
    words = "".join(ENTITIES.get(char, char) for char in words)
    words = ADDRESS.sub(r"\\", ANYWHERE.sub(r"\\\g<0>", words))
    words = AT_START.sub(r"\1\\", words)
    return NO_BREAK_SPACE * indent + words


def _unescaped(line: str) -> str:
    line = line.rstrip()
    if (len(line) - len(line.rstrip(HARD_BREAK))) % 2:
        line = line.removesuffix(HARD_BREAK)
    words = line.lstrip(NO_BREAK_SPACE)
    return " " * (len(line) - len(words)) + ESCAPED.sub(_character, words)


def _character(found: re.Match[str]) -> str:
    return found[1] or html.unescape(found[2])
