"""Small array functions that numpy lacks: groups of equal values."""

import numpy as np


def renumbered(values: np.ndarray) -> np.ndarray:
    """Return the values' numbers from 0, in the order of their first appearance."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def unique_rows(*columns: np.ndarray) -> np.ndarray:
    """Return a number for each row of the columns (whole numbers); equal rows have equal ones.

    Numbers are in the order of the rows' values, the first column counting most.
    """
    numbers = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, values = np.unique(column, return_inverse=True)
        keys = numbers * (int(values.max(initial=0)) + 1) + values
        numbers = np.unique(keys, return_inverse=True)[1]
    return numbers


def ranks_within(groups: np.ndarray) -> np.ndarray:
    """Return how many earlier values are equal, for each value (whole numbers from 0)."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return ranks


def majority(groups: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Return the most frequent value in each of `count` groups, the smallest of several.

    Negative groups and values do not count; a group without values has -1.
    """
    known = (groups >= 0) & (values >= 0)
    found = np.full(count, -1)
    if not known.any():
        return found
    width = int(values.max()) + 1
    keys, times = np.unique(groups[known] * width + values[known], return_counts=True)
    order = np.lexsort((-keys, times))
    found[keys[order] // width] = keys[order] % width  # the last one written stays
    return found
