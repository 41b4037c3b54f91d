"""How well the map preserves the network: are neighbors on the map neighbors in the network?"""

from collections.abc import Callable

import numpy as np

from soundweave.network.arrays import Network

NEAREST = 10  # neighbors on the map that are checked
SAMPLE = 10_000
PER_CELL = 3.0  # average number of points in a sound's grid cell

NeighborTest = Callable[[np.ndarray, np.ndarray], np.ndarray]


def measure(network: Network, points: np.ndarray, seed: int) -> dict[str, float]:
    """Return the part of network_stats about the map."""
    preserved = neighborhood_preservation(points, neighbor_test(network), NEAREST, seed=seed)
    width = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    return {
        "nearest": NEAREST,
        "neighbourhood_preservation": round(preserved, 6),
        "possible": round(possible(network.degrees, NEAREST, seed=seed), 6),
        "width": round(width, 3),
    }


def neighborhood_preservation(
    points: np.ndarray, are_neighbors: NeighborTest, k: int, *, seed: int = 1
) -> float:
    """Return the share of a sound's k nearest on the map that are its neighbors in the network.

    `points` has the shape (n, 2), in any unit; `are_neighbors(a, b)` answers for arrays of sounds.
    Above SAMPLE sounds, a random sample is used. With fewer than k other sounds, all of them count
    as nearest; without any, the share is 0.
    """
    k = min(k, len(points) - 1)
    if k < 1:
        return 0.0
    queries = _sample(len(points), seed)
    return float(are_neighbors(np.repeat(queries, k), nearest(points, queries, k).ravel()).mean())


def possible(degrees: np.ndarray, k: int, *, seed: int = 1) -> float:
    """Return the preservation no map can exceed: many sounds have fewer than k neighbors."""
    k = min(k, len(degrees) - 1)
    if k < 1:
        return 0.0
    return float(np.minimum(degrees[_sample(len(degrees), seed)], k).mean() / k)


def neighbor_test(network: Network) -> NeighborTest:
    """Return a test for neighbors: the same user, the same pack, or similar."""
    width = len(network)
    similar = network.low * width + network.high

    def are_neighbors(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        keys = np.minimum(first, second) * width + np.maximum(first, second)
        packs = network.packs[first]
        same_pack = (packs >= 0) & (packs == network.packs[second])
        same_user = network.users[first] == network.users[second]
        return np.asarray(same_user | same_pack | np.isin(keys, similar))

    return are_neighbors


def nearest(points: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """Return the k nearest other points of each query, shape (queries, k), nearest first.

    A grid of square cells: the block around a query grows until its k nearest are certain.
    """
    grid = _Grid(points)
    neighbors = np.empty((len(queries), k), dtype=np.int64)
    pending, reach = np.arange(len(queries)), 1
    while len(pending):
        done, neighbors_of_done = grid.search(queries[pending], k, reach)
        neighbors[pending[done]] = neighbors_of_done
        pending = pending[~done]
        reach *= 2
    return neighbors


def _sample(count: int, seed: int) -> np.ndarray:
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))


class _Grid:
    def __init__(self, points: np.ndarray) -> None:
        self._points = points
        low = points.min(axis=0)
        spread = float(np.ptp(points, axis=0).max()) or 1.0
        self._cell = spread / max(1.0, np.sqrt(len(points) / PER_CELL))
        self._xy = ((points - low) // self._cell).astype(np.int64)
        self._side = int(self._xy.max()) + 1
        keys = self._xy[:, 1] * self._side + self._xy[:, 0]
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def search(self, queries: np.ndarray, k: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Search the cells up to `reach` away.

        Returns which queries are done, and their k nearest points, shape (done, k).
        """
        owner, candidates = self._candidates(queries, reach)
        steps = self._points[candidates] - self._points[queries[owner]]
        distances = np.hypot(steps[:, 0], steps[:, 1])
        order = np.lexsort((candidates, distances, owner))
        counts = np.bincount(owner, minlength=len(queries))
        starts = np.cumsum(counts) - counts
        everything = reach >= self._side
        done = counts >= k
        kth = order[(starts + k - 1)[done]]
        # Points beyond the block are at least `reach` cells away.
        done[done] = everything | (distances[kth] <= reach * self._cell)
        picks = starts[done][:, None] + np.arange(k)
        return done, candidates[order[picks]]

    def _candidates(self, queries: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of a query's number and a point in its block other than the query."""
        x, y = self._xy[queries, 0], self._xy[queries, 1]
        rows = y[:, None] + np.arange(-reach, reach + 1)
        left = np.maximum(x - reach, 0)[:, None] + rows * self._side
        right = np.minimum(x + reach, self._side - 1)[:, None] + rows * self._side
        first = np.searchsorted(self._keys, left.ravel(), side="left")
        last = np.searchsorted(self._keys, right.ravel(), side="right")
        lengths = last - first
        owner = np.repeat(np.repeat(np.arange(len(queries)), rows.shape[1]), lengths)
        offsets = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        candidates = self._order[np.repeat(first, lengths) + offsets]
        other = candidates != queries[owner]
        return owner[other], candidates[other]
