"""Small array functions about groups of equal values that numpy lacks."""

import numpy as np


def renumbered(values: np.ndarray) -> np.ndarray:
    """Number the values from 0 in the order of their first appearance."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def unique_rows(*columns: np.ndarray) -> np.ndarray:
    """Number the rows of integer columns so that equal rows have equal numbers.

    Numbers follow the order of the rows' values, the first column counting most.
    """
    numbers = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, values = np.unique(column, return_inverse=True)
        keys = numbers * (int(values.max(initial=0)) + 1) + values
        numbers = np.unique(keys, return_inverse=True)[1]
    return numbers


def ranks_within(groups: np.ndarray) -> np.ndarray:
    """Return for each value (integers from 0) how many earlier values are equal."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return ranks


def majority(groups: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Return the most frequent value in each of `count` groups, the smallest of several.

    Negative groups and values do not count; a group without values gets -1.
    """
    valid = (groups >= 0) & (values >= 0)
    winners = np.full(count, -1)
    if not valid.any():
        return winners
    width = int(values.max()) + 1
    keys, frequencies = np.unique(groups[valid] * width + values[valid], return_counts=True)
    order = np.lexsort((-keys, frequencies))
    winners[keys[order] // width] = keys[order] % width  # the last write wins
    return winners
