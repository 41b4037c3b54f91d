"""Measures a function in a process of its own: wall time and peak memory, or why it failed."""

import multiprocessing
import os
import platform
import re
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

GIGABYTE = 2**30


@dataclass(frozen=True)
class Contender:
    """One way of doing a piece of work, measured beside the others.

    `function` is a module-level function that takes the folder of a library (a copy of its own)
    and returns the result that the table shows, such as a number of edges. `ours` marks what the
    commands use. `prepare` runs on the copy before the clock starts. Above `largest` sounds it is
    skipped, and the table says `why`.
    """

    name: str
    function: Callable[[Path], Any]
    ours: bool = False
    prepare: Callable[[Path], Any] | None = None
    largest: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Measured:
    """What one run took, or the reason for its `failure`."""

    seconds: float = 0.0
    megabytes: float = 0.0
    result: Any = None
    failure: str = ""


def measure(
    function: Callable[..., Any],
    *arguments: Any,
    limit_seconds: float = 300,
    limit_gigabytes: float = 16,
) -> Measured:
    """Run `function(*arguments)` in a new process; both must be picklable.

    The clock starts after the imports of the function's module. Memory is the peak of the whole
    process, interpreter included.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, limit_gigabytes, function, arguments))
    process.start()
    sender.close()
    try:
        if receiver.poll(limit_seconds):
            measured: Measured = receiver.recv()
        else:
            measured = Measured(failure=f"not within {limit_seconds:.0f} s")
    except EOFError:
        process.join()
        measured = Measured(failure=f"died with code {process.exitcode}")
    finally:
        process.kill()
        process.join()
    return measured


def machine() -> str:
    """Describe the machine that all rows were measured on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    """Write a Markdown table; with `numbers`, all columns but the first are aligned right."""
    rule = ["---", *(["---:" if numbers else "---"] * (len(header) - 1))]
    lines = (f"| {' | '.join(cells)} |\n" for cells in (header, rule, *rows))
    return "".join(lines).replace("|  |\n", "| |\n")


def _child(
    pipe: Connection, gigabytes: float, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    size = int(gigabytes * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    # A child begins with the peak memory of its parent.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.perf_counter()
    try:
        result = function(*arguments)
    except MemoryError:
        pipe.send(Measured(failure=f"out of {gigabytes:.0f} GB"))
        return
    seconds = time.perf_counter() - start
    pipe.send(Measured(seconds, _peak_megabytes(), result))


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (kibibytes,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, flags=re.MULTILINE)
    return int(kibibytes) / 1024
