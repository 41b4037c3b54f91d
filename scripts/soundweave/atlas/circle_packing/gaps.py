"""New sounds go into the gaps of an old circle; the others stay where they are."""

import numpy as np

from soundweave.atlas.circle_packing.circles import disk_radius, sunflower
from soundweave.atlas.circle_packing.plane import Place, Plane

ROOM = 0.45  # radius of one sound: new ones keep twice that distance, up to rounding
STEP = 0.25


def fill_gaps(
    old: np.ndarray, users: np.ndarray, packs: np.ndarray, center: Place, radius: float
) -> np.ndarray | None:
    """Return the points of all sounds; `old` has those that stay, and nan for new sounds.

    A new pack stays together where there is room for its disk; sounds of an old one go near it, or
    near their user. Returns None when there is no gap for a sound.
    """
    new = np.flatnonzero(np.isnan(old[:, 0]))
    if not len(new):
        return old
    plane = Plane(radius, STEP, center=center, inside=radius)
    points = old.copy()
    for x, y in old[~np.isnan(old[:, 0])].tolist():
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
    return [np.array(group) for group in sorted(groups.values(), key=lambda group: -len(group))]


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
