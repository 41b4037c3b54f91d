import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.library import database
from soundweave.website.data import catalog
from tests.support.make_library import CC0, make_library

REMOVED = "2026-01-01T00:00:00Z"


@pytest.fixture
def read(tmp_path):
    """Make a library, some of its pairs and places, and read its catalog."""

    def make_and_read(sounds, pairs=(), places=()):
        make_library(tmp_path, sounds)
        with database.writing(tmp_path) as connection:
            connection.executemany("INSERT INTO similarities VALUES (?, ?, ?)", pairs)
            connection.execute("INSERT INTO communities VALUES (3, 1, 2, 5, 9, 'rain', 9)")
            connection.executemany("INSERT INTO positions VALUES (?, ?, ?, 3)", places)
        with database.snapshot(tmp_path) as reader:
            return catalog.read(reader)

    return make_and_read


SOUNDS = [
    {"name": "one", "username": "zoe", "pack": "Rain", "tags": ["wet", "roof", "wet"]},
    {"name": "gone", "username": "ghost", "removed_at": REMOVED, "pack": "Lost"},
    {"name": " ", "username": "ann", "tags": "no json", "license": "mine", "duration": 2.25},
    {"name": "four\n", "username": "zoe", "pack": "Rain", "license": CC0[:-1], "num_downloads": 9},
]


def test_columns_have_the_sounds_in_the_order_of_their_ids(read):
    sounds = read(SOUNDS)
    assert len(sounds) == 3
    assert sounds.ids.tolist() == [1, 3, 4]
    assert sounds.names == ["one", " ", "four\n"]
    assert [sounds.name(sound) for sound in range(3)] == ["one", "#3", "four"]
    assert [sounds.author(sound) for sound in range(3)] == ["zoe", "ann", "zoe"]
    assert [sounds.tags(sound) for sound in range(3)] == [["wet", "roof"], [], ["field-recording"]]
    assert sounds.seconds.tolist() == [1.5, 2.25, 1.5]
    assert sounds.downloads.tolist() == [0, 0, 9]
    assert sounds.counts["sounds"] == 3
    assert sounds.counts["removed"] == 1


def test_users_and_packs_have_their_names_and_owners(read):
    sounds = read(SOUNDS)
    net = sounds.network
    assert [sounds.user_names[user] for user in net.users] == ["zoe", "ann", "zoe"]
    assert [sounds.pack_names[pack] if pack >= 0 else "" for pack in net.packs] == [
        *("Rain", "", "Rain")
    ]
    assert [sounds.user_names[owner] for owner in sounds.pack_owners] == ["zoe"]


def test_an_owner_without_sounds_here_is_not_known(read):
    left = {"username": "gone", "pack": "Rain", "removed_at": REMOVED}
    sounds = read([left, {"username": "one", "pack_id": 1}, {"username": "two", "pack": "Wind"}])
    assert sounds.pack_names == ["Rain", "Wind"]
    assert sounds.pack_owners[0] == -1
    assert sounds.user_names[sounds.pack_owners[1]] == "two"


def test_licenses_are_those_of_the_deeds(read):
    sounds = read(SOUNDS)
    assert [sounds.license(sound).name for sound in range(3)] == ["CC0 1.0", "mine", "CC0 1.0"]
    assert sum(sounds.families.values()) == 3


def test_places_on_the_map_and_sounds_without_one(read):
    sounds = read(SOUNDS, places=[(1, 1.5, -2.0), (2, 0.0, 0.0)])
    assert sounds.communities == [catalog.Community(3, 1, 2, 5, 9, "rain")]
    assert sounds.community.tolist() == [3, -1, -1]
    assert sounds.points[0].tolist() == [1.5, -2.0]
    assert np.isnan(sounds.points[1:]).all()


@pytest.mark.parametrize(
    ("stamps", "order"),
    [
        (["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2019-01-01T00:00:00Z"], [1, 0, 2]),
        (["2020-01-01T00:00:00Z"] * 3, [2, 1, 0]),
        (["", "yesterday " * 40, "2020-01-01T00:00:00Z"], [1, 2, 0]),
    ],
)
def test_the_newest_are_those_uploaded_last(read, stamps, order):
    assert read([{"created": stamp} for stamp in stamps]).newest.tolist() == order


def test_an_empty_library_has_empty_columns(read):
    sounds = read([])
    assert len(sounds) == 0
    assert (sounds.degrees.tolist(), sounds.newest.tolist(), set(sounds.families.values())) == (
        [],
        [],
        {0},
    )
    assert sounds.points.shape == (0, 2)


GROUPS = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=1, max_size=12)


@settings(max_examples=40)
@given(GROUPS, st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=10))
def test_degrees_count_every_connected_sound_once_and_similar_ones_on_top(
    tmp_path_factory, rows, pairs
):
    folder = tmp_path_factory.mktemp("library")
    pairs = {(low, high) for low, high in pairs if low < high <= len(rows)}
    with database.writing(folder, create=True) as connection:
        connection.executemany("INSERT INTO users VALUES (?, ?)", [(n, f"u{n}") for n in range(4)])
        connection.executemany(
            "INSERT INTO packs (id, name, user_id) VALUES (?, 'pack', 0)", [(n,) for n in range(4)]
        )
        connection.executemany(
            "INSERT INTO sounds VALUES"
            " (?, 'a', ?, ?, '', '', 1, 'wav', '[]', 0, NULL, NULL, '', '', NULL, NULL, NULL)",
            [
                (number, user, None if pack < 0 else pack)
                for number, (user, pack) in enumerate(rows, start=1)
            ],
        )
        connection.executemany("INSERT INTO similarities VALUES (?, ?, 0.5)", sorted(pairs))
    with database.snapshot(folder) as reader:
        degrees = catalog.read(reader).degrees.tolist()
    expected = [0] * len(rows)
    for first, other in itertools.combinations(range(len(rows)), 2):
        same = rows[first][0] == rows[other][0] or rows[first][1] == rows[other][1] != -1
        for end in (first, other):
            expected[end] += same + ((first + 1, other + 1) in pairs)
    assert degrees == expected
