"""Colours of the communities: neighbours on the map differ, and colours last.

A community takes the first colour of a row of its own (it follows from its id) that no older
neighbour has. So a new community, whose id is the highest, changes no other one's colour.
"""

from collections.abc import Sequence

import numpy as np

from soundweave.website.data.catalog import Community

COLORS = 9  # --c0 to --c8 of the style sheet
STEPS = (1, 2, 4, 5, 7, 8)  # each of them leads through all nine colours
NEAR = 0.5  # gap between two neighbours, as a share of both radii


def assign(communities: Sequence[Community]) -> list[int]:
    """Return a colour, 0 to 8, for each community; their ids must differ."""
    x, y, radius = (
        np.array([getattr(each, name) for each in communities]) for name in ("x", "y", "radius")
    )
    chosen = np.full(len(communities), -1)
    for at in sorted(range(len(communities)), key=lambda each: communities[each].id):
        both = radius + radius[at]
        gaps = np.hypot(x - x[at], y - y[at]) - both
        near = (chosen >= 0) & (gaps <= NEAR * both)
        chosen[at] = _free(communities[at].id, chosen[near], gaps[near])
    return [int(color) for color in chosen]


def _free(number: int, taken: np.ndarray, gaps: np.ndarray) -> int:
    """Return the first free colour of a community's row, else that of the farthest neighbour."""
    nearest = np.full(COLORS, np.inf)
    np.minimum.at(nearest, taken, gaps)
    row = [(number + step * STEPS[number % len(STEPS)]) % COLORS for step in range(COLORS)]
    return max(row, key=lambda color: nearest[color])  # the first of those at infinity
