"""New sounds in an old circle: into its gaps, the others stay where they are."""

import numpy as np

from soundweave.atlas.circles import disk_radius, sunflower
from soundweave.atlas.plane import Place, Plane

ROOM = 0.45  # radius of one sound: new ones come no nearer than twice that, rounding aside
STEP = 0.25


def fill_gaps(
    known: np.ndarray, users: np.ndarray, packs: np.ndarray, center: Place, radius: float
) -> np.ndarray | None:
    """Return the points of all sounds; those of `known` that are not nan are kept as they are.

    A new pack goes in whole where there is room for its disk, sounds of a known one near it, or
    near their user. Returns None when a sound found no gap.
    """
    new = np.flatnonzero(np.isnan(known[:, 0]))
    if not len(new):
        return known
    plane = Plane(radius, STEP, center=center, inside=radius)
    points = known.copy()
    for x, y in known[~np.isnan(known[:, 0])].tolist():
        plane.add((x, y), ROOM, disk_radius(len(new)))
    for group in _groups(new, users, packs):
        target = _target(points, users, packs, int(group[0]), center)
        placed = _as_disk(plane, target, len(group)) or _one_by_one(plane, target, len(group))
        if placed is None:
            return None
        points[group] = placed
    return points


def _groups(new: np.ndarray, users: np.ndarray, packs: np.ndarray) -> list[np.ndarray]:
    groups: dict[tuple[int, int], list[int]] = {}
    for sound in new.tolist():
        groups.setdefault((int(users[sound]), int(packs[sound])), []).append(sound)
    # The largest first: the plane expects later circles to be smaller.
    return [np.array(group) for group in sorted(groups.values(), key=lambda each: -len(each))]


def _target(
    points: np.ndarray, users: np.ndarray, packs: np.ndarray, sound: int, center: Place
) -> Place:
    placed = ~np.isnan(points[:, 0])
    own = placed & (users == users[sound])
    for near in (own & (packs == packs[sound]), own):
        if near.any():
            x, y = points[near].mean(axis=0).tolist()
            return x, y
    return center


def _as_disk(plane: Plane, target: Place, count: int) -> list[list[float]] | None:
    place = plane.find(target, disk_radius(count))
    if place is None:
        return None
    placed: list[list[float]] = (sunflower(count) + place).tolist()
    for x, y in placed:
        plane.add((x, y), ROOM, disk_radius(count))
    return placed


def _one_by_one(plane: Plane, target: Place, count: int) -> list[Place] | None:
    placed = []
    for _ in range(count):
        place = plane.put(target, ROOM)
        if place is None:
            return None
        placed.append(place)
    return placed
