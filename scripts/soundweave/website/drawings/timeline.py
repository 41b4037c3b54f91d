"""The milestones as knots on a thread that hangs lower the longer the wait was.

The thread bears a bead for each night, and each knot a tassel of three: its actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from soundweave.website.data.history import Milestone

HEIGHT, LINE = 210, 74  # of the drawing; where the knots are. All in units of the viewBox
EDGE = 34  # from the left edge to where the thread begins, and from the last knot to the right
SPAN = 86  # from knot to knot, at least
SLACK, DEEPEST = 14, 84  # how low the thread hangs after one night, and after the longest wait
MOST_BEADS = 60  # on one piece of thread; more would touch


class Knot(NamedTuple):
    """A milestone on the thread."""

    x: float
    milestone: Milestone


class Thread(NamedTuple):
    """The thread before a knot: where it begins and ends, its lowest point, its nights' beads.

    `wait` is None when it is not known how long it took.
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
    """What the template draws, oldest first; `earlier` milestones are not drawn."""

    width: int
    height: int
    y: int
    knots: list[Knot]
    threads: list[Thread]
    earlier: int


def timeline(
    milestones: Sequence[Milestone], taken: Sequence[int | None], *, width: int
) -> Timeline | None:
    """Return the timeline of the newest milestones that `width` has room for; None without any.

    `taken` are the nights that each of them took, None where they are not known.
    """
    if not milestones:
        return None
    room = (width - 2 * EDGE) // SPAN
    newest, nights = milestones[-room:], taken[-room:]
    step = (width - 2 * EDGE) / len(newest)
    longest = max((wait for wait in nights if wait), default=1)
    places = [round(EDGE + step * number, 1) for number in range(len(newest) + 1)]
    threads = [
        Thread(x, end, _low(wait, longest), wait, min(wait or 0, MOST_BEADS))
        for x, end, wait in zip(places, places[1:], nights, strict=False)
    ]
    knots = [Knot(x, one) for x, one in zip(places[1:], newest, strict=True)]
    return Timeline(width, HEIGHT, LINE, knots, threads, len(milestones) - len(newest))


def _low(wait: int | None, longest: int) -> float:
    return round(LINE + SLACK + (DEEPEST - SLACK) * (wait or 0) / longest, 1)
