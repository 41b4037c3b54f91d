"""The map as a still: a drawing for pages without scripts, and map.png for link previews.

The map's y axis points up; that of a drawing or a picture points down.
"""

import math
from dataclasses import dataclass

import numpy as np

from soundweave.base.text import one_line
from soundweave.website.data import colors
from soundweave.website.data.catalog import Catalog, Community
from soundweave.website.drawings import map_still
from soundweave.website.frame.tree import Tree

SIDE = 1000  # the longer side of the drawing, in units of its viewBox, like all lengths here
MARGIN = 8
MOST_DISKS = 400
BEAD = 7.5  # from one bead of a ring to the next
RINGS = 9.0  # from one ring to the next
RIM = 3  # rings around a label; without a label they fill the disk
LETTER = 0.52  # width of a letter as a share of the font size: enough for most scripts
LINE = 1.15  # height of a line as a share of the font size
SMALLEST, LARGEST = 13, 38  # font sizes
FINE = 24  # a label below this size is unreadable on a phone
MOST_LINES = 3
LONGEST = 24  # letters of a line


@dataclass(frozen=True)
class Disk:
    """A community in the drawing; `lines` is its label, empty without room for it."""

    id: int
    x: float
    y: float
    r: float
    color: int
    size: int
    lines: list[str]
    font: float

    @property
    def rings(self) -> list[tuple[float, int]]:
        """The rings of beads, outermost first: radius, and number of beads."""
        count = max(1, round(self.r / RINGS))
        drawn = min(count, _rim(self.r)) if self.lines else count
        radii = [self.r - BEAD / 2 - index * RINGS for index in range(drawn)]
        return [(round(r, 1), max(3, round(2 * math.pi * r / BEAD))) for r in radii if r > 2]

    @property
    def is_fine(self) -> bool:
        """Whether its label is too small for a phone."""
        return self.font < FINE

    @property
    def first_line(self) -> float:
        """The y of the first line's center."""
        return round(self.y - (len(self.lines) - 1) * self.font * LINE / 2, 1)

    @property
    def step(self) -> float:
        """The distance from line to line."""
        return round(self.font * LINE, 1)


@dataclass(frozen=True)
class Drawing:
    """An SVG of `width` x `height` units with the largest communities, largest first."""

    width: int
    height: int
    disks: list[Disk]

    @property
    def sounds(self) -> int:
        """How many sounds the drawn communities have."""
        return sum(disk.size for disk in self.disks)


def drawing(catalog: Catalog) -> Drawing:
    """Return the drawing of the largest communities; one without disks if there is no map."""
    shades = colors.assign(catalog.communities)
    pairs = zip(catalog.communities, shades, strict=True)
    largest = sorted(pairs, key=lambda pair: (-pair[0].size, pair[0].id))[:MOST_DISKS]
    if not largest:
        return Drawing(SIDE, SIDE // 2, [])
    left, right = _span([(community.x, community.radius) for community, _ in largest])
    low, high = _span([(community.y, community.radius) for community, _ in largest])
    scale = (SIDE - 2 * MARGIN) / max(right - left, high - low, 1.0)
    disks = []
    for community, color in largest:
        x = round(MARGIN + (community.x - left) * scale, 1)
        y = round(MARGIN + (high - community.y) * scale, 1)
        r = round(community.radius * scale, 1)
        lines, font = _label(community, r)
        disks.append(Disk(community.id, x, y, r, color, community.size, lines, font))
    width = round((right - left) * scale) + 2 * MARGIN
    return Drawing(width, round((high - low) * scale) + 2 * MARGIN, disks)


def _span(circles: list[tuple[float, float]]) -> tuple[float, float]:
    return min(center - r for center, r in circles), max(center + r for center, r in circles)


def _label(community: Community, r: float) -> tuple[list[str], float]:
    """Return as many of the label's tags as fit into the circle, one a line, and the font size."""
    tags = [one_line(tag) for tag in community.label.split(", ")]
    lines = [tag for tag in tags if tag and len(tag) <= LONGEST][:MOST_LINES]
    room = r - _rim(r) * RINGS
    while lines:
        wide, high = max(map(len, lines)) * LETTER, len(lines) * LINE
        # The text's corners touch the innermost ring.
        font = round(min(2 * room / math.hypot(wide, high), LARGEST), 1)
        if font >= SMALLEST:
            return lines, font
        lines.pop()
    return [], 0.0


def _rim(r: float) -> int:
    """Return how many rings surround a label."""
    return max(1, min(RIM, round(r / 30)))


def write(tree: Tree, catalog: Catalog, *, title: str) -> None:
    """Write map.png: every sound of the map as a dot in its community's color."""
    present = catalog.community >= 0
    shades = dict(
        zip(
            (community.id for community in catalog.communities),
            colors.assign(catalog.communities),
            strict=True,
        )
    )
    numbers, indexes = np.unique(catalog.community[present], return_inverse=True)
    codes = np.array([shades.get(number, 0) for number in numbers.tolist()], dtype=np.int64)
    pixels = map_still.paint(catalog.points[present], codes[indexes])
    tree.write("map.png", map_still.encode(pixels, title))
