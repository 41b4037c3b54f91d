"""Apertium programs that keep running: one NUL-terminated frame in, one frame out.

A frame's last bytes, END, pass through unchanged: a frame without them is not an answer, whatever
the exit codes say. No program outlives its parent for long: it ends when its input does.
"""

import os
import resource
import selectors
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import IO

from soundweave.translation.engines.apertium_modes import Command
from soundweave.translation.failures import UnavailableError

END = b"[][\n]"  # white space in the stream's notation
NUL = b"\0"
CHUNK = 65536
START_SECONDS = 60.0  # dictionaries are loaded; a cold disk may be slow
CPU_SECONDS = 900  # of one program, about 300,000 sentences; ends a loop even without its parent


class BrokenError(Exception):
    """The pipeline did not answer the first unanswered frame completely."""


class TimedOutError(BrokenError):
    """The pipeline did not answer in time."""


class Pipeline:
    """A chain of programs, started for the first frame and again after each failure."""

    errors: int = subprocess.DEVNULL

    def __init__(self, commands: Sequence[Command]):
        self.commands = commands
        self.processes: list[subprocess.Popen[bytes]] = []
        self.messages = b""  # from stderr, if it is read

    def answers(self, frames: Sequence[bytes], timeout_seconds: float) -> Iterator[bytes]:
        """Yield one answer per frame, in order.

        Raises BrokenError when a program ends, TimedOutError when an answer takes longer than
        `timeout_seconds`; all programs are ended then. Raises UnavailableError when they do not
        start.
        """
        if not self.processes:
            self._start()
        try:
            yield from self._exchange(frames, timeout_seconds)
        except BaseException:  # also when the reader stops: remaining answers would be misread
            self.close()
            raise

    def close(self) -> None:
        """End the programs and wait for them."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            _close(process)
            process.wait()
        self.processes = []

    def forget(self) -> None:
        """Forget programs that belong to the process this one was forked from."""
        for process in self.processes:
            _close(process)
            process.returncode = 0
        self.processes = []

    def _start(self) -> None:
        try:
            for command in self.commands:
                self._add(command)
            list(self._exchange([END], START_SECONDS))
        except (OSError, BrokenError) as error:
            self.close()
            programs = " | ".join(command[0] for command in self.commands)
            raise UnavailableError(f"Apertium does not start: {programs}: {error}") from error

    def _add(self, command: Command) -> None:
        before = self.processes[-1].stdout if self.processes else None
        process = subprocess.Popen(
            command,
            stdin=before or subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            bufsize=0,
            process_group=0,  # Ctrl-C is for the parent
        )
        self.processes.append(process)
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        if before:
            before.close()

    def _exchange(self, frames: Sequence[bytes], timeout_seconds: float) -> Iterator[bytes]:
        self.unsent = memoryview(b"".join(frame + NUL for frame in frames))
        self.unread = b""
        expected = len(frames)
        deadline = time.monotonic() + timeout_seconds
        with selectors.DefaultSelector() as selector:
            self._register(selector)
            while expected:
                ready = selector.select(max(0, deadline - time.monotonic()))
                if not ready and time.monotonic() >= deadline:
                    raise TimedOutError("no answer in time")
                for key, _ in ready:
                    for answer in key.data(selector):
                        if not answer.endswith(END):
                            raise BrokenError("incomplete answer")
                        yield answer
                        expected -= 1
                        deadline = time.monotonic() + timeout_seconds

    def _register(self, selector: selectors.BaseSelector) -> None:
        first, last = self.processes[0], self.processes[-1]
        if first.stdin and last.stdout:
            os.set_blocking(first.stdin.fileno(), False)
            selector.register(first.stdin, selectors.EVENT_WRITE, self._send)
            selector.register(last.stdout, selectors.EVENT_READ, self._receive)
        if first.stderr:
            selector.register(first.stderr, selectors.EVENT_READ, self._read_messages)

    def _send(self, selector: selectors.BaseSelector) -> list[bytes]:
        if stream := self.processes[0].stdin:
            try:
                self.unsent = self.unsent[stream.write(self.unsent[:CHUNK]) or 0 :]
            except BrokenPipeError:
                self.unsent = self.unsent[:0]  # earlier frames may still be answered
            if not self.unsent:
                selector.unregister(stream)
        return []

    def _receive(self, _: selectors.BaseSelector) -> list[bytes]:
        *frames, self.unread = (self.unread + _read(self.processes[-1].stdout)).split(NUL)
        return frames

    def _read_messages(self, _: selectors.BaseSelector) -> list[bytes]:
        self.messages += _read(self.processes[0].stderr)
        return []


class Tagger(Pipeline):
    """The hidden Markov model tagger, without memory of earlier sentences.

    A word with an untrained combination of classes permanently changes how it tags unknown words
    (hmm.cc, find_similar_ambiguity_class). With -d it reports that: then it is restarted, so each
    sentence is tagged as if it were alone.
    """

    errors = subprocess.PIPE
    memory_changed = b"new ambiguity class"

    def answers(self, frames: Sequence[bytes], timeout_seconds: float) -> Iterator[bytes]:
        """Yield one answer per frame; see Pipeline."""
        for frame in frames:
            yield from list(super().answers([frame], timeout_seconds))
            if self.memory_changed in self.messages + self._last_messages():
                self.close()
            self.messages = b""

    def _last_messages(self) -> bytes:
        # The tagger writes them before its answer, so they have arrived.
        stream = self.processes[0].stderr
        if stream is None:
            return b""
        os.set_blocking(stream.fileno(), False)
        return stream.read() or b""


def _read(stream: IO[bytes] | None) -> bytes:
    data = os.read(stream.fileno(), CHUNK) if stream else b""
    if not data:
        raise BrokenError("a program ended")
    return data


def _close(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
