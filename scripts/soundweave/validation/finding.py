"""What a check reports."""

from dataclasses import dataclass

LONGEST = 300


class NotApplicableError(Exception):
    """A check has nothing to look at; the message says why."""


@dataclass(frozen=True)
class Finding:
    """Something wrong, and where."""

    where: str
    what: str


def plain(text: str) -> str:
    """Make text safe for a log: one line, nothing invisible, limited length.

    Names and lines from damaged files end up in findings.
    """
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[: LONGEST + 1])
    return printable if len(printable) <= LONGEST else printable[: LONGEST - 3] + "..."
