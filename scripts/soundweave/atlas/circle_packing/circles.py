"""A community laid out from scratch: sounds in packs, packs in users, users in its circle.

The unit of length is the room of one sound: a disk of n sounds has the area n.
"""

import math

import numpy as np

from soundweave.atlas.circle_packing.plane import Plane
from soundweave.network.grouping import unique_rows

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
SPREAD = 1 / math.sqrt(math.pi)  # of a sunflower with one sound per unit of area
RIMS = (0.25, 0.35, 0.5)  # around the sounds of a pack, the packs of a user, the users
NEAREST = 0.87  # between two sounds of a sunflower
MANY = 30  # equal circles: a sunflower is as dense as placing them one by one
ROUNDS = 12  # to find the center
FINEST = 160  # raster points from the center to the rim, at most


def disk_radius(sounds: int) -> float:
    """Return the radius of a disk of sounds, including its rim."""
    return (SPREAD * math.sqrt(sounds) if sounds > 1 else 0.25) + RIMS[0]


def sunflower(count: int) -> np.ndarray:
    """Return `count` points, shape (count, 2), spread evenly over a disk from its center out.

    Vogel's model of a sunflower (https://doi.org/10.1016/0025-5564(79)90080-4); neighbors are at
    least NEAREST apart.
    """
    if count == 1:
        return np.zeros((1, 2))
    index = np.arange(count)
    radius = SPREAD * np.sqrt(index + 0.5)
    angle = index * GOLDEN_ANGLE
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def lay_out(users: np.ndarray, packs: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the points of a community's sounds, shape (n, 2), around 0, and its radius.

    `users` and `packs` have one number per sound, sounds being in the order of upload.
    """
    units = unique_rows(users, packs)
    owners = np.zeros(int(units.max()) + 1, dtype=np.int64)
    owners[units] = unique_rows(users)
    points = np.empty((len(users), 2))
    order = np.argsort(units, kind="stable")
    sizes = np.bincount(units)
    for members in np.split(order, np.cumsum(sizes)[:-1]):
        points[members] = sunflower(len(members))
    radii = np.array([disk_radius(size) for size in sizes.tolist()])
    centers, radius = _nested(radii, owners)
    return points + centers[units], radius


def _nested(radii: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, float]:
    """Pack disks into their owners' circles, and those into one."""
    centers = np.empty((len(radii), 2))
    outer = np.empty(int(owners.max()) + 1)
    units = np.split(np.argsort(owners, kind="stable"), np.cumsum(np.bincount(owners))[:-1])
    for owner, inner in enumerate(units):
        centers[inner], radius = pack_circles(radii[inner])
        outer[owner] = radius + (RIMS[1] if len(inner) > 1 else 0)
    outer_centers, radius = pack_circles(outer)
    return centers + outer_centers[owners], radius + RIMS[2]


def pack_circles(radii: np.ndarray) -> tuple[np.ndarray, float]:
    """Place circles side by side around 0; returns their centers and the radius around all."""
    if len(radii) == 1:
        return np.zeros((1, 2)), float(radii[0])
    if len(radii) >= MANY and np.ptp(radii) == 0:
        centers = sunflower(len(radii)) * (float(radii[0]) * 2 / NEAREST)
    else:
        centers = _largest_first(radii)
    return _enclosed(centers, radii)


def _largest_first(radii: np.ndarray) -> np.ndarray:
    half = 1.6 * math.sqrt(float((radii**2).sum())) + 2 * float(radii.max())
    step = max(half / FINEST, float(radii.min()) / 6)
    order = np.argsort(-radii, kind="stable")
    centers = np.empty((len(radii), 2))
    centers[order] = Plane(half, step).put_centrally(radii[order].tolist())
    return centers


def _enclosed(centers: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, float]:
    """Center circles in a small enclosing circle; returns their centers and its radius.

    Each round takes a smaller step towards the farthest circle
    (https://doi.org/10.1145/644108.644240).
    """
    rims = radii[:, None]
    center = ((centers - rims).min(axis=0) + (centers + rims).max(axis=0)) / 2
    for round_number in range(ROUNDS):
        offsets = centers - center
        distances = np.hypot(*offsets.T) + radii
        farthest = int(np.argmax(distances))
        center = center + offsets[farthest] / (round_number + 4) ** 2
    shifted = centers - center
    return shifted, float((np.hypot(*shifted.T) + radii).max())
