import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.atlas import analysis, quality
from soundweave.atlas.circle_packing import circles, gaps
from soundweave.atlas.circle_packing.plane import Plane
from soundweave.base.config import MapConfig
from soundweave.library import database
from tests.support.make_library import make_library
from tests.support.networks import make_network, random_similar, random_sounds, stored_map

SETTINGS = MapConfig(seed=1, networkx_up_to=0, smallest_community=5, largest_community=2000)
LARGEST_COORDINATE = 10_000
NEAREST = 0.45  # distance between two sounds


def analyze(folder: Path, **changes: Any) -> dict[str, Any]:
    return analysis.analyze(folder, SETTINGS, seed=1, **changes)


def positions(folder: Path) -> dict[int, tuple[float, float]]:
    return {row[0]: row[1:3] for row in stored_map(folder)["positions"]}


def nearest_distance(points: np.ndarray) -> float:
    nearest = quality.nearest(points, np.arange(len(points)), 1)[:, 0]
    return float(np.hypot(*(points - points[nearest]).T).min())


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(-1, 5)), min_size=2, max_size=80))
def test_any_membership_gives_finite_distinct_positions(pairs: list[tuple[int, int]]) -> None:
    users, packs = np.array(pairs).T
    points, radius = circles.lay_out(users, packs)
    assert np.isfinite(points).all()
    assert np.hypot(*points.T).max() <= radius
    assert nearest_distance(points) >= NEAREST


@settings(max_examples=40)
@given(st.lists(st.floats(0.5, 9), min_size=1, max_size=60))
def test_packed_circles_do_not_overlap(radii: list[float]) -> None:
    sizes = np.array(radii)
    centers, radius = circles.pack_circles(sizes)
    for index in range(len(sizes)):
        gap = np.hypot(*(centers - centers[index]).T) - sizes - sizes[index]
        gap[index] = 0
        assert gap.min() >= -1e-4
    assert (np.hypot(*centers.T) + sizes).max() <= radius + 1e-6


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(-8, 8), st.floats(-8, 8), st.floats(0.5, 2)), min_size=1, max_size=25
    )
)
def test_each_circle_goes_to_the_nearest_free_place(
    targets: list[tuple[float, float, float]],
) -> None:
    plane = Plane(10, 0.5)
    axis = np.arange(-20, 21) * 0.5
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    placed: list[tuple[float, float, float]] = []
    for x, y, radius in sorted(targets, key=lambda target: -target[2]):
        free = np.ones(len(grid), dtype=bool)
        for px, py, other in placed:
            free &= np.hypot(*(grid - (px, py)).T) >= other + radius - 1e-5
        place = plane.put((x, y), radius)
        if place is None:
            assert not free.any()
            continue
        distances = np.hypot(*(grid[free] - (x, y)).T)
        assert math.dist(place, (x, y)) == pytest.approx(distances.min(), abs=1e-6)
        placed.append((*place, radius))


def test_new_sounds_go_near_their_pack_and_the_others_stay() -> None:
    users = np.repeat([0, 1], [40, 60])
    packs = np.repeat([0, 1, 2], [20, 20, 60])
    before, radius = circles.lay_out(users, packs)
    before += np.array([100.0, -50.0])
    old = before.copy()
    new = [5, 30, 70]
    old[new] = np.nan
    filled = gaps.fill_gaps(old, users, packs, (100.0, -50.0), radius)
    assert filled is not None
    rest = np.setdiff1d(np.arange(100), new)
    np.testing.assert_array_equal(filled[rest], before[rest])
    assert nearest_distance(filled) >= NEAREST
    for sound in new:
        mates = rest[packs[rest] == packs[sound]]
        distance = math.dist(filled[sound], before[mates].mean(axis=0))
        assert distance <= circles.disk_radius(len(mates)) + 2


def test_a_circle_without_a_gap_says_so() -> None:
    users = np.zeros(40, dtype=np.int64)
    old = np.full((40, 2), np.nan)
    old[:10] = circles.sunflower(10)
    assert gaps.fill_gaps(old, users, users, (0.0, 0.0), 2.0) is None


@pytest.fixture
def library_folder(tmp_path: Path) -> Path:
    make_network(tmp_path, random_sounds(7, 1500), random_similar(7, 1500, 1200))
    return tmp_path


def test_the_map_is_within_its_range_and_no_two_sounds_share_a_point(library_folder: Path) -> None:
    stats = analyze(library_folder)
    stored = stored_map(library_folder)
    points = np.array([row[1:3] for row in stored["positions"]])
    assert len(points) == 1500
    assert np.abs(points).max() <= LARGEST_COORDINATE
    assert stats["map"]["width"] <= 4 * math.sqrt(1500)
    assert nearest_distance(points) >= NEAREST
    circle_of_community = {row[0]: row[1:4] for row in stored["communities"]}
    for _, x, y, community in stored["positions"]:
        center_x, center_y, radius = circle_of_community[community]
        assert math.dist((x, y), (center_x, center_y)) <= radius + 0.01
    rows = list(circle_of_community.values())
    for number, (x, y, radius) in enumerate(rows):
        for other in rows[number + 1 :]:
            assert math.dist((x, y), other[:2]) >= radius + other[2]


def test_nothing_moves_when_nothing_changed(library_folder: Path) -> None:
    analyze(library_folder)
    before = stored_map(library_folder)
    analyze(library_folder)
    assert stored_map(library_folder) == before
    analyze(library_folder, fresh=True)
    fresh = stored_map(library_folder)
    analyze(library_folder, fresh=True)
    assert stored_map(library_folder) == fresh


def test_two_percent_new_sounds_hardly_move_the_old_ones(library_folder: Path) -> None:
    """The bound: 19 of 20 old sounds move by less than a hundredth of the map's width."""
    width = analyze(library_folder)["map"]["width"]
    before = positions(library_folder)
    add(library_folder, 30, seed=1)
    analyze(library_folder)
    after = positions(library_folder)
    moves = np.array([math.dist(before[sound], after[sound]) for sound in before])
    assert len(after) == 1530
    assert np.quantile(moves, 0.95) <= width / 100


def test_many_nights_keep_the_map_whole(library_folder: Path) -> None:
    fresh = analyze(library_folder)["map"]
    for night in range(6):
        add(library_folder, 150, seed=night)
        stats = analyze(library_folder)["map"]
    points = np.array([row[1:3] for row in stored_map(library_folder)["positions"]])
    assert len(points) == 2400
    assert nearest_distance(points) >= NEAREST
    share = stats["neighbourhood_preservation"] / stats["possible"]
    assert share >= 0.8 * fresh["neighbourhood_preservation"] / fresh["possible"]
    assert stats["width"] <= 4 * math.sqrt(2400)


def add(folder: Path, count: int, seed: int) -> None:
    generator = random.Random(seed)
    with database.writing(folder) as connection, database.transaction(connection):
        rows = connection.execute("SELECT * FROM sounds ORDER BY id").fetchall()
        top = rows[-1]["id"]
        for number in range(1, count + 1):
            row = dict(generator.choice(rows)) | {"id": top + number}
            if generator.random() < 0.2:
                name = f"new {top + number}"
                user = connection.execute("INSERT INTO users (username) VALUES (?)", (name,))
                row |= {"user_id": user.lastrowid, "pack_id": None}
            names = ", ".join(f":{name}" for name in row)
            connection.execute(f"INSERT INTO sounds VALUES ({names})", row)


def test_one_user_with_five_thousand_sounds(tmp_path: Path) -> None:
    sounds = [
        {"username": "giant", "pack": f"pack {n // 100}" if n < 3000 else None} for n in range(5000)
    ]
    make_library(tmp_path, sounds)
    stats = analyze(tmp_path)
    assert stats["sounds"] == 5000
    assert stats["communities"]["largest"][0]["size"] <= SETTINGS.largest_community
    assert stats["communities"]["count"] >= 3
    assert stats["map"]["neighbourhood_preservation"] == 1
    assert stats["degrees"]["mean"] == 4999


@pytest.mark.parametrize(("k", "power"), [(10, 3), (25, 1), (499, 1)])
def test_nearest_are_the_nearest(k: int, power: int) -> None:
    points = np.random.default_rng(1).uniform(-1, 1, size=(500, 2)) ** power
    distances = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    queries = np.arange(0, 500, 7)
    expected = np.argsort(distances[queries], axis=1)[:, :k]
    np.testing.assert_array_equal(quality.nearest(points, queries, k), expected)


def test_preservation_of_known_maps() -> None:
    groups = np.repeat(np.arange(4), 5)
    line = np.stack([groups * 100.0 + np.arange(20) % 5, np.zeros(20)], axis=1)

    def same(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.asarray(groups[first] == groups[second])

    assert quality.neighborhood_preservation(line, same, 4) == 1
    assert quality.neighborhood_preservation(line, same, 8) == 0.5
    assert quality.possible(np.full(20, 4), 8) == 0.5
    shuffled = np.stack([np.arange(20) % 5 * 100.0 + groups, np.zeros(20)], axis=1)
    assert quality.neighborhood_preservation(shuffled, same, 3) == 0
    assert quality.neighborhood_preservation(line[:1], same, 4) == 0
    together = np.zeros((20, 2))
    assert 0 <= quality.neighborhood_preservation(together, same, 4) <= 1
