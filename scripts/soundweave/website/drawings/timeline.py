"""The milestones as knots on a thread that hangs lower after a longer wait.

The thread has a bead for each night, and each knot a tassel with its three actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from soundweave.website.data.history import Milestone

HEIGHT, LINE = 210, 74  # of the drawing, and the y of the knots, in units of the viewBox
EDGE = 34  # from the left edge to the thread, and from the last knot to the right edge
SPAN = 86  # minimum distance between knots
SLACK, DEEPEST = 14, 84  # how low the thread hangs after one night and after the longest wait
MOST_BEADS = 60  # on one piece of thread; more would touch


class Knot(NamedTuple):
    """A milestone on the thread."""

    x: float
    milestone: Milestone


class Thread(NamedTuple):
    """The thread before a knot: its start, end and lowest point, and the beads of its nights.

    `wait` is None when the number of nights is unknown.
    """

    x: float
    end: float
    low: float
    wait: int | None
    beads: int

    @property
    def path(self) -> str:
        """The thread, as an SVG path."""
        middle, control = (self.x + self.end) / 2, 2 * self.low - LINE
        return f"M{self.x} {LINE}Q{middle:.1f} {control:.1f} {self.end} {LINE}"

    @property
    def middle(self) -> float:
        """The x of its lowest point."""
        return round((self.x + self.end) / 2, 1)


@dataclass(frozen=True)
class Timeline:
    """The knots and threads, oldest first; `earlier` is the number of milestones left out."""

    width: int
    height: int
    y: int
    knots: list[Knot]
    threads: list[Thread]
    earlier: int


def timeline(
    milestones: Sequence[Milestone], waits: Sequence[int | None], *, width: int
) -> Timeline | None:
    """Return the timeline of the newest milestones that fit into `width`; None without any.

    `waits` are the nights before each of them, None where they are unknown.
    """
    if not milestones:
        return None
    room = (width - 2 * EDGE) // SPAN
    newest, nights = milestones[-room:], waits[-room:]
    step = (width - 2 * EDGE) / len(newest)
    longest = max((wait for wait in nights if wait), default=1)
    xs = [round(EDGE + step * number, 1) for number in range(len(newest) + 1)]
    threads = [
        Thread(x, end, _low(wait, longest), wait, min(wait or 0, MOST_BEADS))
        for x, end, wait in zip(xs, xs[1:], nights, strict=False)
    ]
    knots = [Knot(x, milestone) for x, milestone in zip(xs[1:], newest, strict=True)]
    return Timeline(width, HEIGHT, LINE, knots, threads, len(milestones) - len(newest))


def _low(wait: int | None, longest: int) -> float:
    return round(LINE + SLACK + (DEEPEST - SLACK) * (wait or 0) / longest, 1)
