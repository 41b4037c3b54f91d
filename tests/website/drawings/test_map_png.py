import io
import math
import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from soundweave.base import paths
from soundweave.library import database
from soundweave.website.data import catalog, colors
from soundweave.website.drawings import map_png, map_still
from tests.support.front_site import FrontSite
from tests.support.memory_tree import MemoryTree


def read(site):
    with database.snapshot(site.folder / "library") as reader:
        return catalog.read(reader)


@pytest.fixture
def site(tmp_path):
    return FrontSite(tmp_path)


@pytest.fixture
def woven(site):
    """Three communities side by side, one of them small, and a sound without a place."""
    site.library(*({"id": number} for number in range(1, 9)))
    circles = [
        (7, 0.0, 0.0, 20.0, 4, "rain, roof, tin"),
        (8, 50.0, 10.0, 20.0, 2, "a, b"),
        (9, 25, 30, 2, 1, "far too long a label for so small a circle"),
    ]
    places = [(1, 7, 0, 10), (2, 7, 3, 13), (3, 7, -9, 10), (4, 7, 0, 19)]
    places += [(5, 8, 50, 10), (6, 8, 44, 10), (7, 9, 25, 20)]
    site.map(circles, places)
    return read(site)


def test_the_drawing_is_the_map_upside_down_within_its_frame(woven):
    drawn = map_png.drawing(woven)
    assert [disk.id for disk in drawn.disks] == [7, 8, 9]
    assert [disk.size for disk in drawn.disks] == [4, 2, 1]
    assert drawn.sounds == 7
    assert max(drawn.width, drawn.height) == map_png.SIDE
    for disk in drawn.disks:
        assert disk.r - 0.2 <= disk.x <= drawn.width - disk.r + 0.2
        assert disk.r - 0.2 <= disk.y <= drawn.height - disk.r + 0.2
    first, second, third = drawn.disks
    assert third.y < second.y < first.y  # north is up: y counts down
    assert first.x < third.x < second.x
    assert [disk.color for disk in drawn.disks] == colors.assign(woven.communities)


def test_a_label_shows_where_it_has_room(woven):
    first, second, third = map_png.drawing(woven).disks
    assert (first.lines, second.lines, third.lines) == (["rain", "roof", "tin"], ["a", "b"], [])
    assert len(first.rings) == map_png.RIM
    assert len(third.rings) == round(third.r / map_png.RINGS)


labels = st.lists(st.text(max_size=40), max_size=6).map(", ".join)


@given(labels, st.floats(0.1, 600))
def test_a_label_stays_within_its_rings(label, r):
    community = catalog.Community(1, 0.0, 0.0, 1.0, 1, label)
    lines, font = map_png._label(community, r)
    disk = map_png.Disk(1, 0, 0, r, 0, 1, lines, font)
    if lines:
        wide = max(map(len, lines)) * map_png.LETTER * font
        corner = math.hypot(wide / 2, len(lines) * map_png.LINE * font / 2)
        assert corner <= r - len(disk.rings) * map_png.RINGS + map_png.BEAD
        assert map_png.SMALLEST <= font <= map_png.LARGEST
    assert all(0 < ring < r and beads >= 3 for ring, beads in disk.rings)


def test_only_the_largest_communities_are_drawn(site):
    site.library({})
    circles = [(n, float(n % 30) * 9, float(n // 30) * 9, 4.0, 1000 + n, "x") for n in range(500)]
    site.map(circles, [(1, 0, 0, 0)])
    drawn = map_png.drawing(read(site))
    assert [disk.id for disk in drawn.disks] == list(range(499, 99, -1))
    gaps = [math.hypot(a.x - b.x, a.y - b.y) - a.r - b.r for a, b in combinations(drawn.disks, 2)]
    assert min(gaps) > 0


def test_without_a_map_there_is_nothing_to_draw(site):
    site.library({})
    assert map_png.drawing(read(site)).disks == []


def drawn(catalog, title=""):
    tree = MemoryTree()
    map_png.write(tree, catalog, title=title)
    return tree.files["map.png"]


def opened(png):
    image = Image.open(io.BytesIO(png))
    assert image.size == (1200, 630)
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB")).astype(int)


def near(pixels, color, distance=30):
    return np.abs(pixels - color).sum(axis=-1) < distance


def test_the_picture_has_a_dot_for_each_sound_in_its_color(woven):
    pixels = opened(drawn(woven))
    shades = colors.assign(woven.communities)
    width = 50 + 9 + 2 * map_still.DOT
    dot = math.pi * (map_still.DOT * map_still.WIDTH * map_still.REACH / width) ** 2
    for shade, most in zip(shades, (4, 2, 1), strict=True):
        painted = near(pixels, map_still.PALETTE[shade]).sum()
        assert 0.8 * most * dot < painted < 1.1 * most * dot
    low, high = (
        near(pixels, map_still.PALETTE[shades[index]]).nonzero()[0].mean() for index in (1, 2)
    )
    assert high < low  # north is up


def test_an_empty_library_gives_plain_linen(site):
    site.library()
    pixels = opened(drawn(read(site)))
    assert near(pixels, map_still.LINEN, 60).all()
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 2  # it is woven


def test_the_same_sounds_give_the_same_bytes(woven):
    assert drawn(woven, "Soundweave") == drawn(woven, "Soundweave")


@pytest.mark.parametrize(
    ("title", "signed"), [("Soundweave", True), ("ツ", False), (" ", False), ("x" * 99, False)]
)
def test_a_title_is_written_where_the_font_has_it(title, signed):
    plain = map_still.paint(np.zeros((0, 2)), np.zeros(0, dtype=int))
    dark = near(opened(map_still.encode(plain, title)), map_still.INK, 60)
    assert dark.any() == signed
    if signed:
        rows, columns = np.nonzero(dark)
        assert rows.min() > 400
        assert columns.max() < 600


@pytest.mark.parametrize("sounds", [1, 300, 200_000])
def test_a_picture_of_any_size_is_small(sounds):
    generator = np.random.default_rng(1)
    points = generator.normal(size=(sounds, 2)) * math.sqrt(sounds) / 2
    content = map_still.encode(map_still.paint(points, np.arange(sounds) // 500 % 9), "Soundweave")
    assert len(content) <= map_still.MOST_BYTES


def test_a_picture_that_would_be_too_large_has_fewer_shades(monkeypatch):
    pixels = np.random.default_rng(1).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    largest = len(map_still.encode(pixels, ""))
    monkeypatch.setattr(map_still, "MOST_BYTES", largest - 1)
    assert len(map_still.encode(pixels, "")) < largest


@settings(max_examples=5)
@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=9))
def test_any_places_can_be_painted(places):
    pixels = map_still.paint(np.array(places), np.zeros(len(places), dtype=int))
    assert pixels.shape == (630, 1200, 3)


def test_the_picture_has_the_colors_of_the_style_sheet():
    style = (paths.ROOT / "website" / "src" / "style" / "base.css").read_text(encoding="utf-8")
    by_day = style.partition("--c0")[2].partition("@media")[0]
    shades = re.findall(r"#([0-9a-f]{6})", by_day)[:9]
    assert [bytes(color).hex() for color in map_still.PALETTE] == shades
    assert f"#{bytes(map_still.LINEN).hex()}" in style
