"""How well the map keeps the network: are a sound's nearest on the map its neighbors in it?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import Network

SAMPLE = 10_000
PER_CELL = 3.0  # points per grid cell that a sound lies in, on average

Neighbors = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Preservation:
    """`kept`: share of the k nearest that are neighbors; `possible`: the most any map can keep."""

    kept: float
    possible: float


def neighbourhood_preservation(
    positions: np.ndarray, neighbours: Neighbors, k: int, *, seed: int = 1
) -> float:
    """Return the share of a sound's k nearest on the map that are its neighbors in the network.

    `positions` has the shape (n, 2), in any unit; `neighbours(a, b)` tells for each pair of sounds
    whether they are neighbors. Above SAMPLE sounds, as many are drawn at random. With fewer than
    k other sounds, all of them count as nearest; without any, the share is 0.
    """
    k = min(k, len(positions) - 1)
    if k < 1:
        return 0.0
    queries = sampled(len(positions), seed)
    near = nearest(positions, queries, k)
    return float(neighbours(np.repeat(queries, k), near.ravel()).mean())


def possible(degrees: np.ndarray, k: int, *, seed: int = 1) -> float:
    """Return the preservation no map can exceed: many sounds have fewer than k neighbors."""
    k = min(k, len(degrees) - 1)
    if k < 1:
        return 0.0
    return float(np.minimum(degrees[sampled(len(degrees), seed)], k).mean() / k)


def sampled(count: int, seed: int) -> np.ndarray:
    """Return the sounds that are looked at: all of them, or SAMPLE drawn with `seed`."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))


def neighbors_of(network: Network) -> Neighbors:
    """Return the test for neighbors: the same user, the same pack, or similar."""
    width = len(network)
    similar = np.unique(network.low * width + network.high)

    def are_neighbors(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        keys = np.minimum(one, other) * width + np.maximum(one, other)
        at = np.searchsorted(similar, keys)
        found = np.zeros(len(keys), dtype=bool)
        inside = at < len(similar)
        found[inside] = similar[at[inside]] == keys[inside]
        pack = network.packs[one]
        same_pack = (pack >= 0) & (pack == network.packs[other])
        result: np.ndarray = found | same_pack | (network.users[one] == network.users[other])
        return result

    return are_neighbors


def nearest(positions: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """Return the k nearest other points of each query, shape (queries, k), nearest first.

    A grid of square cells: the block around a query grows until its k nearest are certain.
    """
    grid = _Grid(positions)
    found = np.empty((len(queries), k), dtype=np.int64)
    open_, reach = np.arange(len(queries)), 1
    while len(open_):
        done, near = grid.look(queries[open_], k, reach)
        found[open_[done]] = near
        open_ = open_[~done]
        reach *= 2
    return found


class _Grid:
    def __init__(self, positions: np.ndarray) -> None:
        self._positions = positions
        low = positions.min(axis=0)
        spread = float(np.ptp(positions, axis=0).max()) or 1.0
        self._cell = spread / max(1.0, np.sqrt(len(positions) / PER_CELL))
        self._xy = ((positions - low) // self._cell).astype(np.int64)
        self._side = int(self._xy.max()) + 1
        keys = self._xy[:, 1] * self._side + self._xy[:, 0]
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def look(self, queries: np.ndarray, k: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Look at the cells up to `reach` away.

        Returns which queries are done, and for those their k nearest, shape (done, k).
        """
        owner, candidates = self._candidates(queries, reach)
        steps = self._positions[candidates] - self._positions[queries[owner]]
        distances = np.hypot(steps[:, 0], steps[:, 1])
        order = np.lexsort((candidates, distances, owner))
        counts = np.bincount(owner, minlength=len(queries))
        starts = np.cumsum(counts) - counts
        everything = reach >= self._side
        done = counts >= k
        kth = order[(starts + k - 1)[done]]
        # What lies beyond the block is at least `reach` cells away.
        done[done] = everything | (distances[kth] <= reach * self._cell)
        picks = starts[done][:, None] + np.arange(k)
        return done, candidates[order[picks]]

    def _candidates(self, queries: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of a query's number and a point in its block, the query itself aside."""
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
