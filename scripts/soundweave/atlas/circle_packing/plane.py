"""Finds room for circles: each takes the free place nearest to its target.

A raster holds, for each point, the distance to the nearest circle's rim. Centers lie on raster
points, so distances are exact and circles never overlap. Only distances that still matter
are updated: with circles placed from the largest down, all of them together update each raster
point a small, constant number of times.
"""

import math
from functools import lru_cache

import numpy as np

Place = tuple[float, float]
BLOCK = 32  # raster points per side
CHUNK = 2048


class Plane:
    """A square around `center`, `half` wide on each side, with raster points `step` apart.

    With `inside`, the free part is the disk of that radius around the center.
    """

    def __init__(
        self, half: float, step: float, *, center: Place = (0.0, 0.0), inside: float = math.inf
    ) -> None:
        self._points = math.ceil(half / step)
        self._step = step
        self._center = center
        side = 2 * self._points + 1
        self._room = np.full((side, side), np.inf, dtype=np.float32)
        # Upper bounds of the room in each block of the raster: room only shrinks.
        self._best = np.full((math.ceil(side / BLOCK),) * 2, np.inf, dtype=np.float32)
        if inside < math.inf:
            axis = (np.arange(side) - self._points) * step
            self._room[:] = inside - np.hypot(axis[:, None], axis[None, :])

    def add(self, place: Place, radius: float, reach: float) -> None:
        """Occupy a circle; later ones have at most the radius `reach`."""
        rows, columns = self._window(place, radius + reach)
        y, x = self._offsets(place, rows, columns)
        distance = np.sqrt(x * x + y * y) - radius
        room = self._room[rows, columns]
        np.minimum(room, distance, out=room)

    def find(self, target: Place, radius: float) -> Place | None:
        """Find the free place for a circle that is nearest to `target`; None when it is full."""
        blocks = self._distances(target)
        blocks[self._best < radius] = math.inf
        nearest, distance = None, math.inf
        while True:
            block = int(np.argmin(blocks))
            if blocks.flat[block] >= distance:
                return nearest
            blocks.flat[block] = math.inf
            place = self._search_block(divmod(block, blocks.shape[1]), target, radius)
            if place is not None and math.dist(place, target) < distance:
                nearest, distance = place, math.dist(place, target)

    def put(self, target: Place, radius: float) -> Place | None:
        """Find a place and occupy it; later circles must not be larger."""
        place = self.find(target, radius)
        if place is not None:
            self.add(place, radius, radius)
        return place

    def put_centrally(self, radii: list[float]) -> list[Place]:
        """Put circles, the largest first, as near to the center as possible, as `put` would.

        Faster than `put`: points are tried in the order of their distance, and a point without
        room for one circle has none for the next of that size. Raises ValueError without room.
        """
        order = _outward(self._points)
        flat = self._room.ravel()
        places: list[Place] = []
        start, last = 0, math.inf
        for radius in radii:
            start = start if radius == last else 0
            start, last = _first(flat, order, start, radius), radius
            places.append(self._place(*divmod(int(order[start]), self._room.shape[1])))
            self.add(places[-1], radius, radius)
        return places

    def _search_block(self, block: tuple[int, int], target: Place, radius: float) -> Place | None:
        """Return the free place in a block of the raster that is nearest to the target."""
        row, column = block[0] * BLOCK, block[1] * BLOCK
        rows, columns = slice(row, row + BLOCK), slice(column, column + BLOCK)
        room = self._room[rows, columns]
        self._best[block] = room.max()
        if self._best[block] < radius:
            return None
        y, x = self._offsets(
            target, slice(row, row + len(room)), slice(column, column + room.shape[1])
        )
        squares = np.where(room >= radius, x * x + y * y, math.inf)
        down, right = divmod(int(np.argmin(squares)), room.shape[1])
        return self._place(row + down, column + right)

    def _distances(self, target: Place) -> np.ndarray:
        """Return the distance from the target to the nearest edge of each block."""
        size = BLOCK * self._step
        low = (np.arange(len(self._best)) * BLOCK - self._points) * self._step
        x, y = (
            np.maximum(0, np.maximum(low - value, value - low - size))
            for value in (target[0] - self._center[0], target[1] - self._center[1])
        )
        distances: np.ndarray = np.hypot(y[:, None], x[None, :])
        return distances

    def _place(self, row: int, column: int) -> Place:
        x = self._center[0] + (column - self._points) * self._step
        y = self._center[1] + (row - self._points) * self._step
        return x, y

    def _window(self, place: Place, reach: float) -> tuple[slice, slice]:
        return self._span(place[1] - self._center[1], reach), self._span(
            place[0] - self._center[0], reach
        )

    def _span(self, middle: float, reach: float) -> slice:
        side = 2 * self._points + 1
        low = math.floor((middle - reach) / self._step) + self._points
        high = math.ceil((middle + reach) / self._step) + self._points + 1
        return slice(min(max(low, 0), side), min(max(high, 0), side))

    def _offsets(self, place: Place, rows: slice, columns: slice) -> tuple[np.ndarray, np.ndarray]:
        y = (np.arange(rows.start, rows.stop) - self._points) * self._step
        x = (np.arange(columns.start, columns.stop) - self._points) * self._step
        return (y + self._center[1] - place[1])[:, None], (x + self._center[0] - place[0])[None, :]


def _first(room: np.ndarray, order: np.ndarray, start: int, radius: float) -> int:
    while start < len(order):
        free = room[order[start : start + CHUNK]] >= radius
        if free.any():
            return start + int(np.argmax(free))
        start += CHUNK
    raise ValueError(f"no room for a circle of radius {radius}")


@lru_cache(maxsize=200)
def _outward(points: int) -> np.ndarray:
    axis = np.arange(-points, points + 1)
    squares = (axis[:, None] ** 2 + axis[None, :] ** 2).ravel()
    return np.argsort(squares, kind="stable").astype(np.int32)
