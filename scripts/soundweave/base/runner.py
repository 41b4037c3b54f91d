"""The runner of GitHub Actions reads each line of a log and obeys the commands in it.

https://docs.github.com/actions/reference/workflow-commands; the older form is ##[command].
"""

import os
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

# The runner compares texts by the rules of a language, which skip characters that nobody sees.
UNSEEN = r"[^\w\s!-/:-@\[-`{-~]*"
COMMAND = re.compile(rf"([:#])({UNSEEN}:(?={UNSEEN}[A-Za-z])|{UNSEEN}#(?={UNSEEN}(?:\[|vso)))")
UNDECIDED = re.compile(rf"(?:[:#]{UNSEEN}){{1,2}}\Z")


_levels_shown: set[str] = set()


def has_shown_error() -> bool:
    """Whether this process has shown an error on the run's page."""
    return "error" in _levels_shown


def running() -> bool:
    """Whether this process is a step of a GitHub Actions job."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def harmless(text: str) -> str:
    """Split what the runner would take for a command with a space."""
    return COMMAND.sub(r"\1 \2", text)


class HarmlessStream:
    """Lets no command in untrusted text through; `unfiltered` is the stream behind it."""

    def __init__(self, stream: TextIO) -> None:
        self.unfiltered = stream
        self._undecided = ""  # the end of what was written, if the next text may complete it

    def write(self, text: str) -> int:
        """Write `text` without commands; returns the number of characters taken."""
        line = harmless(self._undecided + text)
        decided = UNDECIDED.sub("", line)
        self._undecided = line[len(decided) :]
        self.unfiltered.write(decided)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write lines like `write`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unfiltered, name)


def guard() -> None:
    """On a runner, keep commands out of what this process prints and logs from now on."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if running() and not isinstance(stream, HarmlessStream):
            setattr(sys, name, HarmlessStream(stream))


def command(line: str) -> None:
    """Give the runner a command."""
    print(line, file=getattr(sys.stdout, "unfiltered", sys.stdout), flush=True)


def annotate(level: str, message: str) -> None:
    """On a runner, show a message on the run's page; `level` is error, warning or notice."""
    if running():
        _levels_shown.add(level)
        text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        command(f"::{level}::{harmless(text)}")
