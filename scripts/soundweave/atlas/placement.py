"""The map: yesterday's, with today's changes in it.

A sound that was there stays on its spot, and its community's circle where it was. New sounds go
into gaps, near their pack or user. Only a circle that is new, has become too full or too empty,
or has no gap left is laid out anew and takes the free place nearest to where it was; a new one
goes near its relatives.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from soundweave.atlas.circles import lay_out
from soundweave.atlas.gaps import fill_gaps
from soundweave.atlas.plane import Place, Plane
from soundweave.base.progress import Progress
from soundweave.network.arrays import Network

FULLEST, EMPTIEST = 1.25, 0.5  # sounds now per sound when the circle was laid out
GAP = (0.7, 0.06)  # between communities: so much, and this share of the radius, on either side
FINEST = 1000  # raster points from the center to the edge of the map, at most
DECIMALS = 3


@dataclass(frozen=True)
class Circle:
    """A community on the map; `laid_out` is its size when its sounds were last laid out."""

    x: float
    y: float
    radius: float
    laid_out: int


@dataclass(frozen=True)
class Map:
    """Where everything lies: the circles by community id, `points` of shape (sounds, 2).

    `communities` has each sound's community, or -1, and `points` is nan, where a sound has no
    place. Lengths are in units of the room of one sound; a map of n sounds is about
    2.4 sqrt(n) across.
    """

    circles: dict[int, Circle]
    communities: np.ndarray
    points: np.ndarray


@dataclass(frozen=True)
class _Draft:
    """A circle that needs a place: its sounds, their points around 0, and where it was."""

    sounds: np.ndarray
    points: np.ndarray
    radius: float
    was: Circle | None


def draw(
    network: Network,
    communities: np.ndarray,
    tags: dict[int, list[int]],
    yesterday: Map,
    progress: Progress,
) -> Map:
    """Return today's map of `communities` (one id per sound), in which `yesterday`'s is kept.

    `tags` are each community's most telling tags: communities without similar sounds elsewhere
    lie near those they share a tag with.
    """
    points = np.full((len(network), 2), np.nan)
    circles: dict[int, Circle] = {}
    drafts: dict[int, _Draft] = {}
    for number, sounds in members(communities).items():
        was = yesterday.circles.get(number)
        stayed = yesterday.communities[sounds] == number
        inside = None
        if was is not None and EMPTIEST * was.laid_out <= len(sounds) <= FULLEST * was.laid_out:
            known = np.where(stayed[:, None], yesterday.points[sounds], np.nan)
            inside = fill_gaps(
                known, network.users[sounds], network.packs[sounds], (was.x, was.y), was.radius
            )
        if was is not None and inside is not None:
            circles[number], points[sounds] = was, np.round(inside, DECIMALS)
        else:
            local, radius = lay_out(network.users[sounds], network.packs[sounds])
            drafts[number] = _Draft(sounds, local, round(radius, DECIMALS), was)
        progress.step(len(sounds))
    _place(drafts, circles, points, _Relatives(network, communities, tags))
    return Map(circles, communities, points)


def members(communities: np.ndarray) -> dict[int, np.ndarray]:
    """Return the sounds of each community, in their order, by its id."""
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
    for number in sorted(drafts, key=lambda each: (-drafts[each].radius, each)):
        draft = drafts[number]
        was = draft.was
        target = relatives.target(number) if was is None else (was.x, was.y)
        place = plane.put(target, _with_gap(draft.radius))
        if place is None:
            raise AssertionError(f"no room for community {number}")
        x, y = (round(value, DECIMALS) for value in place)
        circles[number] = Circle(x, y, draft.radius, len(draft.sounds))
        points[draft.sounds] = np.round(draft.points + np.array([x, y]), DECIMALS)
        relatives.settle(number, (x, y), len(draft.sounds))


def _plane(drafts: dict[int, _Draft], circles: dict[int, Circle]) -> Plane:
    """Return a plane that has room for all drafts around the circles, which are in it."""
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
    """Knows whom a community should be near: by similar sounds, else by telling tags."""

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
        for (one, other), weight in zip(pairs.tolist(), weights.tolist(), strict=True):
            self._ties[one].append((other, weight))
            self._ties[other].append((one, weight))

    def settle(self, number: int, place: Place, size: int) -> None:
        """Note where a community is."""
        self._places[number] = place
        weight = math.sqrt(size)
        for tag in self._tags[number]:
            self._tag_sums[tag] += np.array([place[0] * weight, place[1] * weight, weight])

    def target(self, number: int) -> Place:
        """Return the middle of the settled relatives, (0, 0) when there are none."""
        sums = np.zeros(3)
        for other, weight in self._ties[number]:
            if other in self._places:
                x, y = self._places[other]
                sums += np.array([x * weight, y * weight, weight])
        for tag in self._tags[number]:
            if sums[2] == 0:
                sums = sums + self._tag_sums[tag]
        return (float(sums[0] / sums[2]), float(sums[1] / sums[2])) if sums[2] else (0.0, 0.0)


def empty(sounds: int) -> Map:
    """Return a map on which none of `sounds` sounds has a place."""
    return Map({}, np.full(sounds, -1), np.full((sounds, 2), np.nan))
