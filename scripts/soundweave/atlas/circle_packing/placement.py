"""The previous map, updated.

A known sound stays where it was, and so does its community's circle. New sounds go into gaps, near
their pack or user. Only a circle that is new, too full, too empty or without a gap is laid out from
scratch. It takes the free place nearest to its previous one; a new circle goes near related ones.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from soundweave.atlas.circle_packing.circles import lay_out
from soundweave.atlas.circle_packing.gaps import fill_gaps
from soundweave.atlas.circle_packing.plane import Place, Plane
from soundweave.atlas.model import Circle, Map
from soundweave.base.progress import Progress
from soundweave.network.arrays import Network

FULLEST, EMPTIEST = 1.25, 0.5  # sounds now, as a share of those when the circle was laid out
GAP = (0.7, 0.06)  # on either side of a circle: units, plus a share of its radius
FINEST = 1000  # raster points from the center to the edge of the map, at most
DECIMALS = 3


@dataclass(frozen=True)
class _Draft:
    """A circle that needs a place: its sounds, their points around 0, and its previous circle."""

    sounds: np.ndarray
    points: np.ndarray
    radius: float
    previous: Circle | None


def draw(
    network: Network,
    communities: np.ndarray,
    tags: dict[int, list[int]],
    previous: Map,
    progress: Progress,
) -> Map:
    """Draw the map of `communities` (one id per sound), changing the `previous` one little.

    `tags` are each community's most distinctive ones: communities without similar sounds elsewhere
    lie near those they share a tag with.
    """
    points = np.full((len(network), 2), np.nan)
    circles: dict[int, Circle] = {}
    drafts: dict[int, _Draft] = {}
    for number, sounds in _sounds_of_communities(communities).items():
        circle = previous.circles.get(number)
        stayed = previous.communities[sounds] == number
        users, packs = network.users[sounds], network.packs[sounds]
        inside = None
        if circle and EMPTIEST * circle.laid_out <= len(sounds) <= FULLEST * circle.laid_out:
            old = np.where(stayed[:, None], previous.points[sounds], np.nan)
            inside = fill_gaps(old, users, packs, (circle.x, circle.y), circle.radius)
        if circle and inside is not None:
            circles[number], points[sounds] = circle, np.round(inside, DECIMALS)
        else:
            local, radius = lay_out(users, packs)
            drafts[number] = _Draft(sounds, local, round(radius, DECIMALS), circle)
        progress.step(len(sounds))
    _place(drafts, circles, points, _Relatives(network, communities, tags))
    return Map(circles, communities, points)


def _sounds_of_communities(communities: np.ndarray) -> dict[int, np.ndarray]:
    order = np.argsort(communities, kind="stable")
    ids, starts = np.unique(communities[order], return_index=True)
    return dict(zip(ids.tolist(), np.split(order, starts[1:]), strict=True)) if len(ids) else {}


def _place(
    drafts: dict[int, _Draft],
    circles: dict[int, Circle],
    points: np.ndarray,
    relatives: "_Relatives",
) -> None:
    if not drafts:
        return
    plane = _plane(drafts, circles)
    for number, circle in circles.items():
        relatives.settle(number, (circle.x, circle.y), circle.laid_out)
    for number in sorted(drafts, key=lambda number: (-drafts[number].radius, number)):
        draft = drafts[number]
        previous = draft.previous
        target = (previous.x, previous.y) if previous else relatives.target(number)
        place = plane.put(target, _with_gap(draft.radius))
        if place is None:
            raise AssertionError(f"no room for community {number}")
        x, y = (round(value, DECIMALS) for value in place)
        circles[number] = Circle(x, y, draft.radius, len(draft.sounds))
        points[draft.sounds] = np.round(draft.points + np.array([x, y]), DECIMALS)
        relatives.settle(number, (x, y), len(draft.sounds))


def _plane(drafts: dict[int, _Draft], circles: dict[int, Circle]) -> Plane:
    """Return a plane that holds the circles and has room for all drafts around them."""
    radii = [_with_gap(draft.radius) for draft in drafts.values()]
    largest = max(radii)
    settled = (math.hypot(circle.x, circle.y) + circle.radius for circle in circles.values())
    half = max(settled, default=0.0) + 1.6 * math.sqrt(sum(r * r for r in radii)) + 3 * largest
    plane = Plane(half, max(0.5, half / FINEST))
    for circle in circles.values():
        plane.add((circle.x, circle.y), _with_gap(circle.radius), largest)
    return plane


def _with_gap(radius: float) -> float:
    return radius + GAP[0] + GAP[1] * radius


class _Relatives:
    """Which communities a community should be near: by similar sounds, else by shared tags."""

    def __init__(
        self, network: Network, communities: np.ndarray, tags: dict[int, list[int]]
    ) -> None:
        self._tags = tags
        self._places: dict[int, Place] = {}
        self._tag_sums: dict[int, np.ndarray] = defaultdict(lambda: np.zeros(3))
        self._ties: dict[int, list[tuple[int, float]]] = defaultdict(list)
        low, high = communities[network.low], communities[network.high]
        across = low != high
        pairs, inverse = np.unique(
            np.stack([low[across], high[across]], axis=1), axis=0, return_inverse=True
        )
        weights = np.bincount(inverse, network.score[across], minlength=len(pairs))
        for (first, second), weight in zip(pairs.tolist(), weights.tolist(), strict=True):
            self._ties[first].append((second, weight))
            self._ties[second].append((first, weight))

    def settle(self, number: int, place: Place, size: int) -> None:
        """Record the place of a community."""
        self._places[number] = place
        weight = math.sqrt(size)
        for tag in self._tags[number]:
            self._tag_sums[tag] += np.array([place[0] * weight, place[1] * weight, weight])

    def target(self, number: int) -> Place:
        """Return the center of the settled relatives, or (0, 0) without any."""
        sums = np.zeros(3)
        for other, weight in self._ties[number]:
            if other in self._places:
                x, y = self._places[other]
                sums += np.array([x * weight, y * weight, weight])
        for tag in self._tags[number]:
            if sums[2] == 0:
                sums = sums + self._tag_sums[tag]
        return (float(sums[0] / sums[2]), float(sums[1] / sums[2])) if sums[2] else (0.0, 0.0)
