"""What a check says."""

from dataclasses import dataclass

LONGEST = 300


class NotApplicableError(Exception):
    """There is nothing to check; the message says why."""


@dataclass(frozen=True)
class Finding:
    """Something wrong, and where."""

    where: str
    what: str


def plain(text: str) -> str:
    """Return text that is safe in a log: one line, nothing invisible, not endless.

    Names and lines of a damaged file end up in findings.
    """
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."
