"""One way of doing a piece of work, to be measured beside the others."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Contender:
    """A way to do what `group` is about.

    `function` is a module-level function that takes the folder of a library (a copy of its own,
    edges not yet drawn unless the group says otherwise) and returns what the table shows as its
    result: a number of edges, of kinds found, a share. `ours` marks what the commands use.
    `prepare` runs on the copy before the clock starts. Above `largest` sounds it is not tried, and
    the table says `why`.
    """

    group: str
    name: str
    function: Callable[[Path], Any]
    ours: bool = False
    prepare: Callable[[Path], Any] | None = None
    largest: int | None = None
    why: str = ""
