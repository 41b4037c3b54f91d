"""Manual mode: prints a prompt and reads the answer that a person pastes."""

import sys
from collections.abc import Mapping
from typing import Any, TextIO

from soundweave.translation.asking import answers
from soundweave.translation.asking.stage import Question
from soundweave.translation.failures import AnswerNeededError

END = "."  # alone on a line, it ends an answer, as in mail


class Terminal:
    """Asks on one stream and reads from another, by default standard output and input."""

    def __init__(self, ask_on: TextIO | None = None, read_from: TextIO | None = None) -> None:
        self._out = ask_on or sys.stdout
        self._in = read_from or sys.stdin

    def __call__(self, title: str, question: Question, problem: str = "") -> Mapping[str, Any]:
        """Return the parsed answer; `problem` is what was wrong with the one before.

        Raises InvalidAnswerError, and AnswerNeededError at the end of the input.
        """
        rule = "=" * 72
        heading = f"{title}\n{problem}" if problem else title
        self._out.write(
            f"{rule}\n{heading}\n{rule}\n{question.as_one_text()}\n{rule}\n"
            f"Paste the answer, then a line with a single {END!r}:\n"
        )
        self._out.flush()
        pasted = self._pasted()
        if not pasted.strip():
            raise AnswerNeededError(
                f"{title} waits for an answer; run the same command again to continue"
            )
        return answers.parse(pasted, question.answer, "tags")

    def _pasted(self) -> str:
        lines = []
        for line in self._in:
            if line.rstrip("\r\n") == END:
                break
            lines.append(line)
        return "".join(lines)
