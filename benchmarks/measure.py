"""Measures a function in a process of its own: wall time, peak memory, or why it has neither."""

import multiprocessing
import re
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

GIGABYTE = 2**30


@dataclass(frozen=True)
class Measured:
    """What one run took; `failure` says why it did not finish, and is empty when it did."""

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
    """Run `function(*arguments)` in a fresh process; both must be picklable.

    The clock starts after the imports of the function's module. Memory is the peak of the whole
    process, interpreter included.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, limit_gigabytes, function, arguments))
    process.start()
    theirs.close()
    try:
        measured = Measured(failure=f"not within {limit_seconds:.0f} s")
        if ours.poll(limit_seconds):
            measured = ours.recv()
    except EOFError:
        process.join()
        measured = Measured(failure=f"died with code {process.exitcode}")
    finally:
        process.kill()
        process.join()
    return measured


def best_of(runs: int, function: Callable[..., Any], *arguments: Any, **limits: Any) -> Measured:
    """Return the fastest of several runs; a failure ends them."""
    measured = []
    for _ in range(runs):
        measured.append(measure(function, *arguments, **limits))
        if measured[-1].failure:
            return measured[-1]
    return min(measured, key=lambda each: each.seconds)


def _child(
    pipe: Connection, gigabytes: float, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    size = int(gigabytes * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    # A child begins with the peak of the process it was made from.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    started = time.perf_counter()
    try:
        result = function(*arguments)
    except MemoryError:
        pipe.send(Measured(failure=f"out of {gigabytes:.0f} GB"))
        return
    seconds = time.perf_counter() - started
    pipe.send(Measured(seconds, _peak_megabytes(), result))


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (kibibytes,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, flags=re.MULTILINE)
    return int(kibibytes) / 1024
