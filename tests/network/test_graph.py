from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from soundweave.library import database
from soundweave.network import centrality, engines, graph
from tests.support.networks import (
    SIMILAR,
    SMALL,
    make_network,
    random_similar,
    random_sounds,
    read_network,
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    make_network(tmp_path, SMALL, SIMILAR)
    return tmp_path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    make_network(tmp_path, random_sounds(3, 400), random_similar(3, 400, 300))
    return tmp_path


def test_the_network_leaves_out_removed_sounds(small: Path) -> None:
    network = read_network(small)
    assert network.sound_ids.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert network.user_ids[network.users].tolist() == [1, 1, 1, 2, 2, 3, 4]
    assert network.packs.tolist() == [0, 0, -1, 1, 1, -1, -1]
    similar = zip(network.low, network.high, network.score, strict=True)
    assert [*similar] == [(0, 5, 0.9), (3, 6, 0.5)]
    tags = network.tags
    assert tags.names[tags.codes[tags.offsets[3]]] == "wind"


def test_networkx_gets_the_same_graph_with_freesounds_ids(small: Path) -> None:
    converted = graph.to_networkx(read_network(small))
    assert sorted(map(sorted, nx.connected_components(converted)), key=len) == [
        sorted([("sound", 4), ("sound", 5), ("sound", 7), ("user", 2), ("user", 4), ("pack", 2)]),
        sorted(
            [("sound", n) for n in (1, 2, 3, 6)] + [("user", 1), ("user", 3), ("pack", 1)],
        ),
    ]
    assert converted.edges[("sound", 1), ("user", 1)]["weight"] == pytest.approx(3**-0.5)
    assert converted.edges[("sound", 1), ("pack", 1)]["weight"] == 1
    assert converted.edges[("sound", 1), ("sound", 6)]["weight"] == 0.9
    assert converted.nodes["pack", 1]["kind"] == "pack"


@pytest.mark.parametrize("limit", [0, 10_000])
def test_both_engines_agree_with_networkx(large: Path, limit: int) -> None:
    built = graph.build(read_network(large))
    engine = engines.choose(built, limit)
    assert engine.name == ("networkx" if limit else "igraph")
    plain = nx.Graph()
    plain.add_nodes_from(range(built.nodes))
    edges = zip(built.ends.tolist(), built.weights.tolist(), strict=True)
    plain.add_weighted_edges_from((a, b, weight) for (a, b), weight in edges)

    components = engine.components()
    assert len(set(components.tolist())) == nx.number_connected_components(plain)
    assert all(components[a] == components[b] for a, b in plain.edges)
    detected = engine.communities(1, None)
    groups = [set(np.flatnonzero(detected == number).tolist()) for number in set(detected.tolist())]
    assert engine.modularity(detected) == pytest.approx(nx.community.modularity(plain, groups))
    best = nx.community.modularity(plain, nx.community.louvain_communities(plain, seed=1))
    assert engine.modularity(detected) >= best - 0.02
    np.testing.assert_array_equal(engine.communities(1, None), detected)


def test_exact_and_sampled_betweenness_find_the_bridge(tmp_path: Path) -> None:
    stars = [{"username": name} for name in ("ann", "bob") for _ in range(20)]
    make_network(tmp_path, stars, [(1, 21, 1.0)])
    built = graph.build(read_network(tmp_path))
    for limit in (0, 1000):
        values = engines.choose(built, limit).betweenness(1)[: built.sounds]
        assert sorted(centrality.top(values, 2)) == [0, 20]


def test_pagerank_is_networkxs(large: Path) -> None:
    network = read_network(large)
    ranks = centrality.pagerank(graph.build(network))
    expected = nx.pagerank(graph.to_networkx(network), tol=1e-12, max_iter=500)
    np.testing.assert_allclose(ranks, list(expected.values()), atol=1e-8)
    order = sorted(range(len(network)), key=lambda sound: (-round(float(ranks[sound]), 12), sound))
    assert centrality.top(ranks[: len(network)], 5) == order[:5]


def test_degrees_are_those_of_the_pairwise_network(large: Path) -> None:
    with database.writing(large) as connection:  # packs with sounds of several users, too
        connection.execute("UPDATE sounds SET pack_id = 1 WHERE id % 50 = 0")
    network = read_network(large)
    pairs = set(zip(network.low.tolist(), network.high.tolist(), strict=True))
    for groups in (network.users, network.packs):
        for number in set(groups.tolist()) - {-1}:
            pairs |= set(combinations(np.flatnonzero(groups == number).tolist(), 2))
    plain = nx.Graph(sorted(pairs))
    expected = [plain.degree[sound] if sound in plain else 0 for sound in range(len(network))]
    assert network.degrees.tolist() == expected
