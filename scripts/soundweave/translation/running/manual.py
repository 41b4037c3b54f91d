"""Manual mode: prints a prompt, takes the answer that a person pastes."""

import sys
from collections.abc import Mapping
from typing import Any, TextIO

from soundweave.translation.asking import answers
from soundweave.translation.asking.stage import Question
from soundweave.translation.running.pipeline import AnswerNeededError

END = "."  # a line of its own that ends an answer, as in mail


class Terminal:
    """Asks on one stream and reads from another, standard output and input as a rule."""

    def __init__(self, ask_on: TextIO | None = None, read_from: TextIO | None = None) -> None:
        self._out = ask_on or sys.stdout
        self._in = read_from or sys.stdin

    def __call__(self, title: str, question: Question) -> Mapping[str, Any]:
        """Return the parsed answer; raises InvalidAnswerError, or AnswerNeededError at the end."""
        rule = "=" * 72
        self._out.write(
            f"{rule}\n{title}\n{rule}\n{question.as_one_text()}\n{rule}\n"
            f"Paste the answer, then a line with a single {END!r}:\n"
        )
        self._out.flush()
        pasted = self._pasted()
        if not pasted.strip():
            asked = title.partition("\n")[0]
            raise AnswerNeededError(
                f"{asked} waits for an answer; run the same command again to go on"
            )
        return answers.parse(pasted, question.answer, "tags")

    def _pasted(self) -> str:
        lines = []
        for line in self._in:
            if line.rstrip("\r\n") == END:
                break
            lines.append(line)
        return "".join(lines)
