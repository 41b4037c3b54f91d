import json
import random
import sqlite3
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.atlas import analysis, communities, labels
from soundweave.atlas.communities import Bounds
from soundweave.base import config, schemas
from soundweave.base.config import MapConfig
from soundweave.library import database
from soundweave.network import arrays, assortativity, centrality, engines, graph
from soundweave.network.arrays import Network
from tests.conftest import Run
from tests.support.make_library import make_library

SEEN = "2025-11-21T02:17:00Z"
SETTINGS = MapConfig(seed=1, networkx_up_to=2000, smallest_community=3, largest_community=2000)
TINY = [
    {"username": "ann", "pack": "rain", "tags": ["rain", "field"]},
    {"username": "ann", "pack": "rain", "tags": ["rain", "field"]},
    {"username": "ann", "tags": ["thunder", "field"]},
    {"username": "bob", "pack": "wind", "tags": ["wind", "field"]},
    {"username": "bob", "pack": "wind", "tags": ["wind"]},
    {"username": "cyd", "tags": ["rain"]},
    {"username": "dan", "tags": ["wind"]},
    {"username": "eve", "removed_at": SEEN, "tags": ["gone"]},
]
SIMILAR = [(6, 1, 0.9), (1, 6, 0.9), (7, 4, 0.5), (6, 8, 0.7), (2, 3, 0.0)]


def crowd(seed: int, sounds: int) -> list[dict[str, Any]]:
    choose = random.Random(seed)
    made = []
    for _ in range(sounds):
        user = int(choose.paretovariate(0.7)) % 40
        pack = choose.choice([None, f"p{user}-{choose.randrange(4)}"])
        tags = [f"topic-{user % 7}", f"tag-{choose.randrange(50)}"]
        made.append({"username": f"user {user}", "pack": pack, "tags": tags})
    return made


def make(folder: Path, sounds: list[dict[str, Any]], similar: list[tuple[int, int, float]]) -> None:
    make_library(folder, sounds, links=True)
    with database.writing(folder) as connection:
        connection.executemany("INSERT INTO similarities VALUES (?, ?, ?)", similar)


def some_similar(seed: int, sounds: int, count: int) -> list[tuple[int, int, float]]:
    choose = random.Random(seed)
    pairs = {tuple(choose.sample(range(1, sounds + 1), 2)) for _ in range(count)}
    return [(low, high, choose.choice([0.25, 0.5, 1.0])) for low, high in sorted(pairs)]


def read(folder: Path) -> Network:
    with database.snapshot(folder) as connection:
        return arrays.read(connection)


def analyze(folder: Path, **changes: int) -> dict[str, Any]:
    stats = analysis.analyze(folder, MapConfig(**vars(SETTINGS) | changes), seed=1)
    schemas.check("network_stats", stats, "network_stats.json")
    return stats


def stored(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with database.snapshot(folder) as connection:
        return {
            table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
            for table in ("communities", "positions")
        }


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    make(tmp_path, TINY, SIMILAR)
    return tmp_path


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    make(tmp_path, crowd(3, 400), some_similar(3, 400, 300))
    return tmp_path


def test_the_network_has_what_is_not_removed(tiny: Path) -> None:
    found = read(tiny)
    assert found.sound_ids.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert found.user_ids[found.users].tolist() == [1, 1, 1, 2, 2, 3, 4]
    assert found.packs.tolist() == [0, 0, -1, 1, 1, -1, -1]
    assert [*zip(found.low, found.high, found.score, strict=True)] == [(0, 5, 0.9), (3, 6, 0.5)]
    assert found.tags.names[found.tags.codes[found.tags.offsets[3]]] == "wind"


def test_networkx_gets_the_same_graph_with_freesounds_ids(tiny: Path) -> None:
    made = graph.to_networkx(read(tiny))
    assert sorted(map(sorted, nx.connected_components(made)), key=len) == [
        sorted([("sound", 4), ("sound", 5), ("sound", 7), ("user", 2), ("user", 4), ("pack", 2)]),
        sorted(
            [("sound", n) for n in (1, 2, 3, 6)] + [("user", 1), ("user", 3), ("pack", 1)],
        ),
    ]
    assert made.edges[("sound", 1), ("user", 1)]["weight"] == pytest.approx(3**-0.5)
    assert made.edges[("sound", 1), ("pack", 1)]["weight"] == 1
    assert made.edges[("sound", 1), ("sound", 6)]["weight"] == 0.9
    assert made.nodes["pack", 1]["kind"] == "pack"


@pytest.mark.parametrize("limit", [0, 10_000])
def test_both_engines_agree_with_networkx(crowded: Path, limit: int) -> None:
    built = graph.build(read(crowded))
    engine = engines.choose(built, limit)
    assert engine.name == ("networkx" if limit else "igraph")
    plain = nx.Graph()
    plain.add_nodes_from(range(built.nodes))
    edges = zip(built.ends.tolist(), built.weights.tolist(), strict=True)
    plain.add_weighted_edges_from((a, b, weight) for (a, b), weight in edges)

    components = engine.components()
    assert len(set(components.tolist())) == nx.number_connected_components(plain)
    assert all(components[a] == components[b] for a, b in plain.edges)
    found = engine.communities(1, None)
    groups = [set(np.flatnonzero(found == number).tolist()) for number in set(found.tolist())]
    assert engine.modularity(found) == pytest.approx(nx.community.modularity(plain, groups))
    best = nx.community.modularity(plain, nx.community.louvain_communities(plain, seed=1))
    assert engine.modularity(found) >= best - 0.02
    np.testing.assert_array_equal(engine.communities(1, None), found)


def test_exact_betweenness_is_networkxs_and_the_sample_finds_the_bridge(tmp_path: Path) -> None:
    stars = [{"username": name} for name in ("ann", "bob") for _ in range(20)]
    make(tmp_path, stars, [(1, 21, 1.0)])
    built = graph.build(read(tmp_path))
    for limit in (0, 1000):
        values = engines.choose(built, limit).betweenness(1)[: built.sounds]
        assert sorted(centrality.top(values, 2)) == [0, 20]


def test_pagerank_is_networkxs(crowded: Path) -> None:
    found = read(crowded)
    ranks = centrality.pagerank(graph.build(found))
    expected = nx.pagerank(graph.to_networkx(found), tol=1e-12, max_iter=500)
    np.testing.assert_allclose(ranks, list(expected.values()), atol=1e-8)
    order = sorted(range(len(found)), key=lambda at: (-round(ranks[at], 12), at))
    assert centrality.top(ranks[: len(found)], 5) == order[:5]


def test_degrees_are_those_of_the_pairwise_network(crowded: Path) -> None:
    with database.writing(crowded) as connection:  # packs with sounds of several users, too
        connection.execute("UPDATE sounds SET pack_id = 1 WHERE id % 50 = 0")
    found = read(crowded)
    pairs = set(zip(found.low.tolist(), found.high.tolist(), strict=True))
    for groups in (found.users, found.packs):
        for number in set(groups.tolist()) - {-1}:
            pairs |= set(combinations(np.flatnonzero(groups == number).tolist(), 2))
    plain = nx.Graph(sorted(pairs))
    expected = [plain.degree[at] if at in plain else 0 for at in range(len(found))]
    assert centrality.degrees(found).tolist() == expected


def test_main_tag_assortativity_is_networkxs() -> None:
    values = np.array([[0, 0], [0, 1], [1, 1], [2, 0], [2, 2]])
    plain = nx.Graph()
    for number, (one, other) in enumerate(values.tolist()):
        plain.add_node((number, 0), tag=one)
        plain.add_node((number, 1), tag=other)
        plain.add_edge((number, 0), (number, 1))
    expected = nx.attribute_assortativity_coefficient(plain, "tag")
    assert assortativity.newman(values) == pytest.approx(expected, abs=1e-6)
    assert assortativity.newman(np.array([[4, 4]])) is None


def test_linked_sounds_share_more_tags(tiny: Path) -> None:
    found = read(tiny)
    pairs = np.array([[0, 1], [0, 2], [0, 4]])
    assert assortativity.jaccard(found.tags, pairs).tolist() == pytest.approx([1, 1 / 3, 0])
    measured = assortativity.measure(found, seed=1)
    assert measured["same_pack"].jaccard == pytest.approx(0.75, abs=0.26)  # 1 or 1/2 each
    assert measured["similar"].pairs == 2
    assert measured["similar"].jaccard == pytest.approx(0.5)


def test_stats_of_a_small_library(tiny: Path) -> None:
    stats = analyze(tiny)
    assert (stats["sounds"], stats["users"], stats["packs"]) == (7, 4, 2)
    assert stats["engine"]["name"] == "networkx"
    assert stats["components"] == {"count": 2, "largest": 4}
    assert stats["degrees"]["largest"] == 3
    assert stats["degrees"]["without_links"] == 0
    largest = stats["communities"]["largest"]
    assert sum(each["size"] for each in largest) == 7
    assert stats["communities"]["count"] == len(largest)


def test_labels_are_the_tags_that_tell_a_community_from_the_whole(tiny: Path) -> None:
    tags = read(tiny).tags
    best = labels.telling_tags(tags, np.array([0, 0, 0, 1, 1, 0, 1]), 2)
    found = [labels.label(tags, codes, "ann") for codes in best]
    assert found == ["rain, field, thunder", "wind, field"]
    assert labels.label(tags, [], " ann\n b ") == "ann b"
    assert labels.label(tags, [], " ") == "untagged"


@pytest.mark.parametrize("sounds", [[], [{"tags": []}], [{"removed_at": SEEN}]])
def test_next_to_nothing_can_be_analyzed(tmp_path: Path, sounds: list[dict[str, Any]]) -> None:
    make(tmp_path, sounds, [])
    for limit in (0, 100):
        stats = analyze(tmp_path, networkx_up_to=limit)
    kept = [sound for sound in sounds if "removed_at" not in sound]
    assert stats["sounds"] == len(stored(tmp_path)["positions"]) == len(kept)
    assert [each["label"] for each in stats["communities"]["largest"]] == ["someone"] * len(kept)


def test_removed_sounds_leave_the_map(tiny: Path) -> None:
    analyze(tiny)
    with database.writing(tiny) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id IN (1, 7)", (SEEN,))
    analyze(tiny)
    assert [row[0] for row in stored(tiny)["positions"]] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("limit", [0, 10_000])
def test_the_order_of_rows_changes_nothing(tmp_path: Path, limit: int) -> None:
    sounds = crowd(5, 120)
    similar = some_similar(5, 120, 60)
    make(tmp_path / "a", sounds, similar)
    (tmp_path / "b").mkdir()
    with (
        database.writing(tmp_path / "a") as source,
        database.writing(tmp_path / "b", create=True) as target,
    ):
        for table in ("users", "packs", "sounds", "similarities"):
            rows = [tuple(row) for row in source.execute(f"SELECT * FROM {table}")]
            random.Random(1).shuffle(rows)
            holes = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({holes})", rows)
    first, second = (analyze(tmp_path / name, networkx_up_to=limit) for name in ("a", "b"))
    assert stored(tmp_path / "a") == stored(tmp_path / "b")
    assert first | {"seconds": {}} == second | {"seconds": {}}


def test_hostile_tags_are_plain_text(tmp_path: Path) -> None:
    hostile = ["<script>alert(1)</script>", "'; DROP TABLE sounds; --", "a\n::error::b"]
    make(tmp_path, [{"tags": hostile}] * 3 + [{"tags": "not JSON"}, {"tags": '{"a": 1}'}], [])
    stats = analyze(tmp_path)
    label = stats["communities"]["largest"][0]["label"]
    assert sorted(label.split(", ")) == sorted(
        ["<script>alert(1)</script>", "'; DROP TABLE sounds; --", "a ::error::b"]
    )
    assert stored(tmp_path)["communities"][0][5] == label


def test_large_communities_are_split_and_small_ones_gathered(tmp_path: Path) -> None:
    packs = [{"username": "giant", "pack": f"p{n // 30}", "tags": ["x"]} for n in range(300)]
    loose = [{"username": "giant", "tags": ["y"]} for _ in range(120)]
    lone = [{"username": f"lone {n}", "tags": [f"t{n % 2}"]} for n in range(12)]
    make(tmp_path, packs + loose + lone, [])
    found = read(tmp_path)
    one = np.concatenate([np.zeros(420, dtype=np.int64), np.arange(1, 13)])
    new = np.full(len(found), -1)
    ids = communities.on_the_map(found, one, new, Bounds(smallest=5, largest=100))
    sizes = np.bincount(ids)[1:]
    assert sizes.max() <= 100
    assert sizes.min() >= 5
    for pack in range(10):
        assert len(set(ids[found.packs == pack].tolist())) == 1
    assert len(set(ids[420::2].tolist())) == len(set(ids[421::2].tolist())) == 1
    assert ids[420] != ids[421]
    again = communities.on_the_map(found, one, ids, Bounds(smallest=5, largest=100))
    np.testing.assert_array_equal(again, ids)


@settings(max_examples=60)
@given(st.data())
def test_any_partition_becomes_communities_within_bounds(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    column = st.lists(st.integers(0, 8), min_size=count, max_size=count)
    users, packs, detected, was = (np.array(data.draw(column)) for _ in range(4))
    found = a_network(users, packs - 1)
    bounds = Bounds(
        smallest=data.draw(st.integers(1, 6)), largest=data.draw(st.sampled_from([10, 100]))
    )
    ids = communities.on_the_map(found, detected, was - 1, bounds)
    sizes = np.bincount(ids)[1:]
    assert len(ids) == count
    assert ids.min() >= 1
    assert sizes.max() <= bounds.largest
    if count <= bounds.largest:  # nothing to split
        assert ((sizes > 0) & (sizes < bounds.smallest)).sum() <= 1


def a_network(users: np.ndarray, packs: np.ndarray) -> Network:
    count = len(users)
    none = np.zeros(0, dtype=np.int64)
    tags = arrays.Tags(np.arange(count + 1), users % 3, ["a", "b", "c"])
    ids = np.arange(10)
    return Network(np.arange(count), users, ids, packs, ids, none, none, none + 0.0, tags)


def test_ids_last_while_sounds_come_and_go(crowded: Path) -> None:
    analyze(crowded)
    before = {row[0]: row[3] for row in stored(crowded)["positions"]}
    with database.writing(crowded) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id % 40 = 0", (SEEN,))
    analyze(crowded)
    after = {row[0]: row[3] for row in stored(crowded)["positions"]}
    same = [before[sound] == number for sound, number in after.items()]
    assert len(after) == 390
    assert sum(same) / len(same) > 0.8


def test_the_command_writes_stats_and_map(crowded: Path, run: Run) -> None:
    output = crowded / "stats.json"
    done = run("analyze_network.py", "--checkpoint-dir", crowded, "--output", output, "--json")
    assert done.returncode == 0, done.stderr
    stats = json.loads(output.read_text())
    assert json.loads(done.stdout) == stats
    schemas.check("network_stats", stats, "network_stats.json")
    assert stats["seed"] == config.load(environ={}).map.seed
    found = stored(crowded)
    assert len(found["positions"]) == 400
    assert sum(row[4] for row in found["communities"]) == 400


def test_without_a_library_the_command_says_so(tmp_path: Path, run: Run) -> None:
    done = run("analyze_network.py", "--checkpoint-dir", tmp_path, "--output", tmp_path / "x.json")
    assert done.returncode == 2
    assert "no library" in done.stderr
    assert not (tmp_path / "x.json").exists()


def test_a_failed_write_leaves_yesterdays_map(crowded: Path) -> None:
    analyze(crowded)
    before = stored(crowded)
    with database.writing(crowded) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id = 7", (SEEN,))
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON positions WHEN new.sound_id = 300"
            " BEGIN SELECT raise(ABORT, 'disk full'); END"
        )
    with pytest.raises((database.LibraryError, sqlite3.Error)):
        analyze(crowded)
    assert stored(crowded) == before
