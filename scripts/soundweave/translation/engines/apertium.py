"""Apertium as a translation engine: offline, rule-based, the same output for the same input.

Each mode's programs are started once per process and keep running (apertium_pipeline). The
translation of a sentence does not depend on other sentences, before or around it.
"""

import atexit
import os
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from soundweave.base.errors import ConfigError
from soundweave.translation.engines import apertium_modes
from soundweave.translation.engines.apertium_modes import Command
from soundweave.translation.engines.apertium_pipeline import (
    BrokenError,
    Pipeline,
    Tagger,
    TimedOutError,
)
from soundweave.translation.engines.apertium_text import Crossing


@dataclass(frozen=True)
class Rendering:
    """One translated sentence, or why it failed.

    `text` is None when this sentence failed; `problem` then says why, for people. `marks` counts
    words that the engine did not know, over all hops; None if unknown.
    """

    text: str | None
    marks: int | None
    problem: str = ""


def translate(route: str, sentences: Sequence[str], *, timeout_seconds: float) -> list[Rendering]:
    """Return one rendering per sentence, in order; a failing sentence does not affect others.

    A sentence may contain line ends: its translation has as many. `timeout_seconds` limits one
    sentence in one mode. Raises ConfigError that names the Debian packages when the route's modes
    are missing, UnavailableError when the engine does not start.
    """
    if names := missing(route):
        raise ConfigError(
            f"Apertium is not ready for {route}; install: "
            f"apt-get install --no-install-recommends {' '.join(names)}"
        )
    renderings = [Rendering(sentence, 0) for sentence in sentences]
    for mode in apertium_modes.modes(route):
        renderings = _engine(mode).hop(renderings, timeout_seconds)
    return renderings


def missing(route: str) -> list[str]:
    """Return the Debian packages to install for this route; [] when it is ready."""
    return apertium_modes.missing(route)


def close() -> None:
    """Stop all engines of this process; the next translation starts them again."""
    with _guard:
        while _engines:
            _, engine = _engines.popitem()
            with engine.lock:
                engine.close()


class Engine:
    """The programs of one mode; one thread at a time."""

    def __init__(self, mode: str):
        self.mode = mode
        self.lock = threading.Lock()
        self.parts = _parts(apertium_modes.commands(mode))

    def hop(self, renderings: Sequence[Rendering], timeout_seconds: float) -> list[Rendering]:
        """Translate renderings by this mode; failed ones stay as they are."""
        with self.lock:
            return self._lines_kept(renderings, timeout_seconds)

    def close(self) -> None:
        """End the programs."""
        for part in self.parts:
            part.close()

    def _lines_kept(
        self, renderings: Sequence[Rendering], timeout_seconds: float
    ) -> list[Rendering]:
        done = self._once(renderings, timeout_seconds)
        for number, before in enumerate(renderings):
            if done[number].text is None and before.text is not None and "\n" in before.text:
                lines = [Rendering(line, 0) for line in before.text.split("\n")]
                done[number] = _joined(before, self._once(lines, timeout_seconds))
        return done

    def _once(self, renderings: Sequence[Rendering], timeout_seconds: float) -> list[Rendering]:
        crossings = [Crossing(rendering.text or "") for rendering in renderings]
        frames = {
            number: frame
            for number, crossing in enumerate(crossings)
            if crossing.body and (frame := crossing.frame()) is not None
        }
        problems: dict[int, str] = {}
        for part in self.parts:
            frames = _send_through(part, frames, timeout_seconds, problems)
        done = []
        for number, before in enumerate(renderings):
            if before.text is None or not crossings[number].body:
                done.append(before)
            elif number in frames and (read := crossings[number].read(frames[number])):
                done.append(Rendering(read[0], (before.marks or 0) + read[1]))
            else:
                problem = problems.get(number, "gives no usable answer")
                done.append(Rendering(None, None, f"Apertium's {self.mode} {problem}"))
        return done


def _parts(commands: Sequence[Command]) -> list[Pipeline]:
    """Split the pipeline at a tagger with memory (see Tagger)."""
    for number, (program, *arguments) in enumerate(commands):
        if program == "apertium-tagger" and "-g" in arguments:
            tagger = Tagger([[program, "-d", *arguments]])
            return [Pipeline(commands[:number]), tagger, Pipeline(commands[number + 1 :])]
    return [Pipeline(commands)]


def _send_through(
    part: Pipeline, frames: dict[int, bytes], timeout_seconds: float, problems: dict[int, str]
) -> dict[int, bytes]:
    """Send frames through one part; failures go into `problems`, by number.

    A frame is tried twice, unless it timed out: programs also end for other reasons.
    """
    answered: dict[int, bytes] = {}
    tried: set[int] = set()
    while waiting := deque(n for n in frames if n not in answered and n not in problems):
        try:
            for answer in part.answers([frames[number] for number in waiting], timeout_seconds):
                answered[waiting.popleft()] = answer
        except TimedOutError:
            problems[waiting[0]] = f"takes longer than {timeout_seconds:g} seconds"
        except BrokenError:
            if waiting[0] in tried:
                problems[waiting[0]] = "crashes"
            tried.add(waiting[0])
    return answered


def _joined(before: Rendering, lines: Sequence[Rendering]) -> Rendering:
    for line in lines:
        if line.text is None:
            return line
    marks = (before.marks or 0) + sum(line.marks or 0 for line in lines)
    return Rendering("\n".join(line.text or "" for line in lines), marks)


_engines: dict[str, Engine] = {}
_guard = threading.Lock()


def _engine(mode: str) -> Engine:
    with _guard:
        if mode not in _engines:
            _engines[mode] = Engine(mode)
        return _engines[mode]


def _after_fork() -> None:
    # Engines belong to the process that started them; a held lock would never be released.
    global _guard  # noqa: PLW0603 - the lock itself is what must be new
    for engine in _engines.values():
        for part in engine.parts:
            part.forget()
    _engines.clear()
    _guard = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(close)
