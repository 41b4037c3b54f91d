"""What a map is made of, however it was laid out."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Circle:
    """A community on the map; `laid_out` is its size when its sounds were last laid out."""

    x: float
    y: float
    radius: float
    laid_out: int


@dataclass(frozen=True)
class Map:
    """The communities' circles by id, and the position of each sound, `points` (sounds, 2).

    `communities` has each sound's community, or -1, and `points` is nan, where a sound has no
    position. One unit is the room of one sound; a map of n sounds is about 2.4 sqrt(n) across.
    """

    circles: dict[int, Circle]
    communities: np.ndarray
    points: np.ndarray


def empty(sounds: int) -> Map:
    """Return a map on which none of `sounds` sounds has a position."""
    return Map({}, np.full(sounds, -1), np.full((sounds, 2), np.nan))
