import gzip
import itertools

import numpy as np
import pytest

from soundweave.atlas import analysis
from soundweave.base import config, paths
from soundweave.library import database, edges, similar_sounds
from soundweave.standin import synthetic_catalog
from soundweave.standin.query.similar import Neighbors
from soundweave.website.data import map_files, map_members, map_where
from tests.site.catalogs import HOSTILE
from tests.site.sites import collected
from tests.support.make_library import SEEN
from tests.website.data_files import Data

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
BY = "https://creativecommons.org/licenses/by/4.0/"
BUDGET = 400_000  # bytes of the map data of 10 000 sounds, as a reader gets them
MOST_COMMUNITIES = 8_000  # 700 000 sounds have about 2 000
FIRST_VIEW = ("map.js", "site.css")
PAGE = 50_000  # map.html with its still picture, at most


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """10 000 sounds of the stand-in with their map; every twentieth was asked for similar ones."""
    data = Data(tmp_path_factory.mktemp("large"))
    folder = data.folder / "library"
    sounds = synthetic_catalog(10_000, hostile=False)
    collected(folder, sounds.sounds.values())
    near = Neighbors(sounds)
    with database.writing(folder) as connection:
        with database.transaction(connection):
            for number in sorted(sounds.sounds)[::20]:
                best = sorted(near.of(number).items(), key=lambda pair: -pair[1])[:20]
                scores = {neighbor: min(1.0, score) for neighbor, score in best}
                similar_sounds.save(connection, number, scores, SEEN)
        edges.update(connection)
    settings = config.load(environ={}).map
    analysis.analyze(folder, settings, seed=settings.seed)
    data.write()
    return data


def community(data, number):
    return data.read(f"map/{number}.json")


def ids(members):
    return list(itertools.accumulate(members["id"]))


def test_the_map_of_10000_sounds_keeps_its_budget(large):
    files = [path for path in large.files("map") if not path.startswith("map/where/")]
    assert len(files) > 20
    assert large.read("map/overview.json")["sounds"] == 10_000
    assert large.gzipped(*files) <= BUDGET - 50_000  # room for names longer than made-up ones
    assert large.gzipped(*large.files("map")) <= BUDGET


def test_the_overview_alone_is_small(large):
    circles = len(large.read("map/overview.json")["communities"]["id"])
    assert large.gzipped("map/overview.json") <= 1_000 + 50 * circles


def test_the_first_view_of_700000_sounds_is_small(large):
    """All that is loaded before one moves: the page, its style sheet and script, the overview."""
    circles = len(large.read("map/overview.json")["communities"]["id"])
    overview = large.gzipped("map/overview.json") / circles * MOST_COMMUNITIES
    bundled = [gzip.compress((paths.WEBSITE_DIST / name).read_bytes()) for name in FIRST_VIEW]
    assert overview + sum(map(len, bundled)) + PAGE <= 1_000_000


def test_the_files_fit_their_schemas(large):
    large.check(*large.files()[::10])


def test_all_sounds_are_on_the_map_once(large):
    overview = large.read("map/overview.json")
    circles = overview["communities"]
    members = [community(large, number) for number in circles["id"]]
    assert [len(member["id"]) for member in members] == circles["size"]
    assert sorted(itertools.chain.from_iterable(map(ids, members))) == list(large.sounds())
    for member, families, seconds in zip(
        members, circles["families"], circles["seconds"], strict=True
    ):
        kinds = [overview["licenses"][place]["family"] for place in member["license"]]
        assert [kinds.count(family) for family in overview["families"]] == families
        classes = np.searchsorted(overview["seconds"], member["seconds"])
        assert np.bincount(classes, minlength=6).tolist() == seconds


def test_similar_pairs_lead_to_sounds_that_are_there(large):
    circles = large.read("map/overview.json")["communities"]["id"]
    members = {number: community(large, number) for number in circles}
    sounds = large.sounds()
    drawn = set()
    for member in members.values():
        own = ids(member)
        drawn |= {(own[low], own[high]) for low, high in member["similar"]}
        for row, other, sound in member["outside"]:
            assert sound in ids(members[other])
            assert [len(members[other]["id"]) > 0, sounds[sound]["community"]] == [True, other]
            drawn.add((min(own[row], sound), max(own[row], sound)))
    stored = {
        (min(number, alike["id"]), max(number, alike["id"]))
        for number, sound in sounds.items()
        for alike in sound["similar"][: map_members.SIMILAR]
    }
    assert drawn == stored
    assert len(drawn) <= map_members.SIMILAR * len(sounds)


WOVEN = [
    {"id": 10, "name": "a", "username": "ann", "pack": "Rain", "tags": ["wet", "roof"]},
    {"id": 12, "name": "b", "username": "bob", "tags": ["wet"], "license": BY, "duration": 0.04},
    {"id": 15, "name": "c", "username": "ann", "pack": "Rain", "tags": [], "duration": 9.96},
    {
        "id": 20,
        "name": "d",
        "username": "cat",
        "pack": "Wind",
        "tags": ["gale", "wet"],
        "duration": 1.04,
    },
    {"id": 25, "name": "e", "username": "bob", "tags": ["gale"], "duration": 700.4},
    {"id": 30, "name": "nowhere", "username": "dan", "tags": ["lost"], "license": "mine"},
]


def woven(data):
    data.make(WOVEN, {1: [10, 12, 15], 2: [20, 25]})
    data.relate((10, 12, 0.9), (12, 10, 0.8), (15, 20, 0.7), (25, 12, 0.9), (30, 10, 1.0))


def test_a_community_has_its_sounds_as_columns(data):
    woven(data)
    data.write()
    data.check()
    assert community(data, 1) == {
        "id": [10, 2, 3],
        "x": [250, 417, 83],
        "y": [0, -250, 0],
        "name": ["a", "b", "c"],
        "user": {"names": ["ann", "bob"], "of": [0, 1, 0]},
        "pack": {"ids": [1], "names": ["Rain"], "of": [0, -1, 0]},
        "license": [1, 0, 1],
        "seconds": [1.5, 0, 10],
        "tags": {"names": ["wet", "roof"], "of": [[0, 1], [0], []]},
        "similar": [[0, 1]],
        "outside": [[1, 2, 25], [2, 2, 20]],
    }
    assert community(data, 2)["outside"] == [[0, 1, 15], [1, 1, 12]]


def test_the_overview_counts_what_is_in_its_circles(data):
    woven(data)
    data.write()
    overview = data.read("map/overview.json")
    assert overview.pop("communities") == {
        "id": [1, 2],
        "x": [10, 20],
        "y": [-7.5, -15],
        "radius": [4, 4],
        "size": [3, 2],
        "label": ["tag 1", "tag 2"],
        "color": overview_colors(data),
        "families": [[2, 1, 0, 0, 0], [2, 0, 0, 0, 0]],
        "seconds": [[1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 1]],  # 1.04 s is shown as 1 s
    }
    assert overview == {
        "sounds": 5,
        "radius": 29,
        "licenses": [
            {"name": "CC BY 4.0", "family": "by", "deed": BY},
            {"name": "CC0 1.0", "family": "zero", "deed": CC0.replace("http:", "https:")},
        ],
        "families": ["zero", "by", "by-nc", "sampling", "other"],
        "seconds": [1, 5, 30, 120, 600],
        "together": True,
        "prefix": 1,
        "shard": 1000,
    }


def overview_colors(data):
    colors = data.read("map/overview.json")["communities"]["color"]
    assert len(set(colors)) == 2
    return colors


def test_where_tells_the_communities_of_a_name_most_sounds_first(data):
    woven(data)
    data.write()
    assert data.read("map/where/user-a.json") == {"ann": [[1, 2]]}
    assert data.read("map/where/user-b.json") == {"bob": [[1, 1], [2, 1]]}
    assert data.read("map/where/tag-w.json") == {"wet": [[1, 2], [2, 1]]}
    assert data.read("map/where/pack-r.json") == {"Rain": [[1, 2]]}
    names = {path.split("/")[-1] for path in data.files("map/where")}
    assert not names & {"user-d.json", "tag-l.json"}  # those of the sound that is nowhere
    index = data.read("map/where/index.json")
    listed = {f"{kind}-{bucket}.json" for kind, buckets in index.items() for bucket in buckets}
    assert names == listed | {"index.json"}


def test_packs_of_one_name_and_names_without_words(data):
    packed = [{"username": name, "pack": "Rain", "tags": ["<>"]} for name in ("ann", "bob", "🎧")]
    data.make(packed, {1: [1], 2: [2, 3]})
    data.write()
    data.check()
    assert data.read("map/where/pack-r.json") == {"Rain": [[2, 2], [1, 1]]}
    assert data.read("map/where/user-_.json") == {"🎧": [[2, 1]]}
    assert data.read("map/where/tag-_.json") == {"<>": [[2, 2], [1, 1]]}


def test_a_name_that_is_everywhere_lists_so_many_communities(data):
    data.make([{"tags": ["wet"]}] * 70, {number: [number] for number in range(1, 71)})
    data.write()
    communities = data.read("map/where/tag-w.json")["wet"]
    assert communities == [[number, 1] for number in range(1, map_where.MOST + 1)]


def test_only_the_most_similar_pairs_are_drawn(data):
    data.make([{}] * 30, {1: list(range(1, 31))})
    pairs = list(itertools.combinations(range(1, 31), 2))
    data.relate(*((low, high, 1 - (low * high % 97) / 100) for low, high in pairs))
    data.write()
    drawn = community(data, 1)["similar"]
    assert 30 <= len(drawn) <= 30 * map_members.SIMILAR
    assert len({tuple(pair) for pair in drawn}) == len(drawn)
    for number, sound in data.sounds().items():
        for other in sound["similar"][: map_members.SIMILAR]:
            assert sorted((number - 1, other["id"] - 1)) in drawn


def test_what_changes_elsewhere_leaves_a_community_as_it_is(data):
    woven(data)
    data.write()
    before = {number: data.bytes(f"map/{number}.json") for number in (1, 2)}
    new = "(6, 'aaron', NULL), (7, 'zoe', NULL)"
    data.execute(f"INSERT INTO users SELECT column1, column2 FROM (VALUES {new})")
    data.execute('UPDATE sounds SET user_id = 6, tags = \'["aa", "wet"]\' WHERE id = 25')
    data.execute("UPDATE sounds SET removed_at = '2026' WHERE id = 30")
    data.place(3, [])
    data.write()
    data.check()
    assert data.bytes("map/1.json") == before[1]
    assert data.bytes("map/2.json") != before[2]
    assert community(data, 3)["id"] == []
    data.write()
    assert data.written == 0


def test_removed_sounds_leave_the_map(data):
    woven(data)
    data.execute("UPDATE sounds SET removed_at = '2026-01-01T00:00:00Z' WHERE id IN (12, 20, 25)")
    data.write()
    data.check()
    assert data.read("map/overview.json")["communities"]["size"] == [2, 0]
    assert ids(community(data, 1)) == [10, 15]
    assert (community(data, 1)["similar"], community(data, 1)["outside"]) == ([], [])
    assert ids(community(data, 2)) == []


def test_sounds_without_a_place_are_not_on_the_map(data):
    data.make(WOVEN)
    data.write()
    assert data.files("map") == ["map/overview.json", "map/where/index.json"]
    overview = data.read("map/overview.json")
    assert (overview["sounds"], overview["radius"], overview["licenses"]) == (0, 0, [])
    assert set(map(len, overview["communities"].values())) == {0}


def test_an_empty_library_has_an_empty_map(data):
    data.make([])
    data.write()
    data.check()
    assert data.read("map/overview.json")["sounds"] == 0
    data.write()
    assert data.written == 0


def test_hostile_texts_keep_their_places(data):
    halves = {"tags": '["\\ud83d", "\\udca9", "a"]', "duration": float("inf")}
    data.make([*HOSTILE, halves], {1: range(1, len(HOSTILE) + 2)})
    data.write()
    data.check()
    members = community(data, 1)
    last = len(HOSTILE)
    assert members["seconds"][last] == -1
    tags = [members["tags"]["names"][place] for place in members["tags"]["of"][last]]
    assert tags == ["\ufffd", "\ufffd", "a"]
    for row, sound in enumerate(HOSTILE):
        assert members["user"]["names"][members["user"]["of"][row]] == sound["username"]
        assert "\n" not in members["name"][row]
        assert members["name"][row]


@pytest.mark.parametrize(("most", "together"), [(1, False), (2, True)])
def test_a_small_map_is_loaded_at_once(data, monkeypatch, most, together):
    monkeypatch.setattr(map_files, "TOGETHER", most)
    data.make([{}, {}, {}], {1: [1, 2]})
    data.write()
    assert data.read("map/overview.json")["together"] is together


@pytest.mark.parametrize(
    ("label", "expected"), [("rain, <b>", "rain, <b>"), ("a\n\x00b", "a b"), ("\u200b", "#1")]
)
def test_a_label_is_one_visible_line(data, label, expected):
    data.make([{}], {1: [1]})
    with database.writing(data.folder / "library") as connection:
        connection.execute("UPDATE communities SET label = ?", (label,))
    data.write()
    assert data.read("map/overview.json")["communities"]["label"] == [expected]
