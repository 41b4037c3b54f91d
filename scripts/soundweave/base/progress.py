"""Progress of long work: a bar on a terminal, a line now and then in CI."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never

from tqdm import tqdm

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Counts `unit`s towards `total`; `note` adds what they produced."""

    def __init__(self, title: str, total: int, unit: str, bar: tqdm[Never] | None) -> None:
        self._title = title
        self._total = total
        self._unit = unit
        self._bar = bar
        self._done = 0
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES

    def step(self, count: int = 1) -> None:
        """Count finished work."""
        self._done += count
        if self._bar is not None:
            self._bar.update(count)

    def note(self, text: str) -> None:
        """Show `text` beside the bar, or log it if the last line was long ago."""
        if self._bar is not None:
            self._bar.set_postfix_str(text)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            log.info("%s: %d of %d %s, %s", self._title, self._done, self._total, self._unit, text)


@contextmanager
def progress(title: str, total: int, unit: str) -> Iterator[Progress]:
    """Show the progress of the block; the bar disappears at its end."""
    # act and some CI systems have a terminal that nobody watches.
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield Progress(title, total, unit, None)
        return
    with tqdm(desc=title, total=total, unit=f" {unit}", leave=False, file=sys.stderr) as bar:
        yield Progress(title, total, unit, bar)
