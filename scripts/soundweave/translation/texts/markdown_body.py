"""A translation as Markdown that shows exactly its words, and back.

Only what could be markup or HTML is escaped, so people can edit the file. Verses keep their line
ends and indentation. https://github.github.com/gfm/
"""

import html
import re

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ANYWHERE = re.compile(r"[\\`*_\[\]|~$]")  # emphasis, code, links, tables, GitHub's formulas
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)  # would become a link
AT_START = re.compile(r"^(\d*)(?=[#+\-=:.)])")  # headings, lists, rules
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|(&#?\w+;)")
HARD_BREAK = "\\"
NO_BREAK_SPACE = "\u00a0"


def escape(body: str) -> str:
    """Write a body as Markdown; empty lines separate its stanzas or paragraphs."""
    blocks = [map(_escaped, block.split("\n")) for block in body.split("\n\n")]
    return "\n\n".join(f"{HARD_BREAK}\n".join(lines) for lines in blocks)


def unescape(markdown: str) -> str:
    """Read the words of Markdown that `escape` wrote, possibly edited by a person."""
    return "\n".join(map(_unescaped, markdown.split("\n")))


def _escaped(line: str) -> str:
    words = line.lstrip(" \t")
    # Markdown drops leading spaces, or takes four of them for code.
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


def _character(match: re.Match[str]) -> str:
    return match[1] or html.unescape(match[2])
