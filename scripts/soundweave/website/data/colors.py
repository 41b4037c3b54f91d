"""Colors of the communities: neighbors on the map differ, and colors are permanent.

A community gets the first color of its own sequence, derived from its id, that no older neighbor
has. So a new community, whose id is the highest, does not change the color of others.
"""

from collections.abc import Sequence

import numpy as np

from soundweave.website.data.catalog import Community

COLORS = 9  # --c0 to --c8 of the style sheet
STEPS = (1, 2, 4, 5, 7, 8)  # each of them visits all nine colors
NEAR = 0.5  # maximum gap between neighbors, as a share of both radii


def assign(communities: Sequence[Community]) -> list[int]:
    """Return a color, 0 to 8, for each community; their ids must differ."""
    x, y, radius = (
        np.array([getattr(community, name) for community in communities])
        for name in ("x", "y", "radius")
    )
    colors = np.full(len(communities), -1)
    for index in sorted(range(len(communities)), key=lambda community: communities[community].id):
        both = radius + radius[index]
        gaps = np.hypot(x - x[index], y - y[index]) - both
        near = (colors >= 0) & (gaps <= NEAR * both)
        colors[index] = _free(communities[index].id, colors[near], gaps[near])
    return [int(color) for color in colors]


def _free(number: int, colors: np.ndarray, gaps: np.ndarray) -> int:
    """Return the first free color of a community's sequence, else that of the farthest neighbor."""
    nearest = np.full(COLORS, np.inf)
    np.minimum.at(nearest, colors, gaps)
    row = [(number + step * STEPS[number % len(STEPS)]) % COLORS for step in range(COLORS)]
    return max(row, key=lambda color: nearest[color])  # the first of those at infinity
