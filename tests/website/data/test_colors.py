import math

from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.website.data import colors
from soundweave.website.data.catalog import Community

PLACES = st.tuples(
    st.integers(1, 500), st.floats(-80, 80), st.floats(-80, 80), st.floats(0.1, 30)
).map(lambda row: Community(*row, 9, "rain"))
MAPS = st.lists(PLACES, max_size=40, unique_by=lambda circle: circle.id)


def neighbors(circle, circles):
    for other in circles:
        both = circle.radius + other.radius
        gap = math.hypot(circle.x - other.x, circle.y - other.y) - both
        if other is not circle and gap < 0.499 * both:
            yield other


@settings(max_examples=60)
@given(MAPS)
def test_neighbors_differ_unless_all_colors_are_around(circles):
    color_of = dict(zip((circle.id for circle in circles), colors.assign(circles), strict=True))
    assert set(color_of.values()) <= set(range(9))
    for circle in circles:
        older = {color_of[other.id] for other in neighbors(circle, circles) if other.id < circle.id}
        assert color_of[circle.id] not in older or len(older) == 9


@settings(max_examples=60)
@given(MAPS, PLACES)
def test_a_new_community_changes_no_other_ones_color(circles, new):
    new = Community(501, new.x, new.y, new.radius, 9, "wind")
    assert colors.assign([new, *circles])[1:] == colors.assign(circles)


def grid(across):
    return [
        Community(1 + 7 * index, 10.0 * (index % across), 10.0 * (index // across), 4.5, 9, "rain")
        for index in range(across * across)
    ]


def test_all_neighbors_on_a_map_differ():
    circles = grid(12)
    color_of = dict(zip((circle.id for circle in circles), colors.assign(circles), strict=True))
    pairs = [(circle.id, other.id) for circle in circles for other in neighbors(circle, circles)]
    assert len(pairs) > 500
    assert all(color_of[circle] != color_of[other] for circle, other in pairs)
    assert set(color_of.values()) == set(range(9))


def test_colors_last_when_a_community_goes():
    circles = grid(12)
    before = colors.assign(circles)
    after = colors.assign(circles[:60] + circles[61:])
    changed = sum(a != b for a, b in zip(before[:60] + before[61:], after, strict=True))
    assert changed <= 5


def test_with_all_nine_around_the_farthest_gives_its_color():
    middle = Community(99, 0, 0, 10, 9, "rain")
    turns = [math.tau * step / 12 for step in range(12)]
    ring = [
        Community(step + 1, 12.5 * math.cos(turn), 12.5 * math.sin(turn), 1.4, 9, "rain")
        for step, turn in enumerate(turns)
    ]
    ring[4] = Community(5, 16 * math.cos(turns[4]), 16 * math.sin(turns[4]), 1.4, 9, "rain")
    assigned = colors.assign([*ring, middle])
    assert len(set(assigned[:12])) == 9
    assert [index for index, color in enumerate(assigned[:12]) if color == assigned[12]] == [4]


def test_an_empty_map_has_no_colors():
    assert colors.assign([]) == []
