"""Two engines with one face: plain networkx for small networks, igraph for large ones.

Why two: networkx is easy to follow and to check, but its Louvain takes half a minute for a graph
of 100 000 nodes. igraph's Leiden took 1.4 s for 100 000 sounds (164 000 nodes with users and packs)
and 10.6 s for 700 000 (862 000 nodes), on two busy cores. PageRank is neither's: see
`centrality.pagerank`.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import igraph
import networkx as nx
import numpy as np

from soundweave.network.graph import Graph

LEIDEN_ROUNDS = 4  # modularity grows by less than 0.001 beyond
# Betweenness follows shortest paths from so many nodes: all 2000 take networkx 6.5 s.
EXACT_SOURCES, SOURCES = 200, 24


class Engine(Protocol):
    """What the analysis asks of a graph library; arrays have one value per node."""

    name: str
    why: str
    community_method: str

    def components(self) -> np.ndarray:
        """Return the number of each node's connected component."""

    def communities(self, seed: int, start: np.ndarray | None) -> np.ndarray:
        """Return the number of each node's community; `start` is a guess to begin with."""

    def modularity(self, communities: np.ndarray) -> float:
        """Return the weighted modularity of a partition of the nodes."""

    def betweenness(self, seed: int) -> np.ndarray:
        """Return how many shortest paths lead through each node, up to a common factor."""


def choose(graph: Graph, networkx_up_to: int) -> Engine:
    """Return networkx for graphs of at most `networkx_up_to` nodes, igraph for larger ones."""
    if graph.nodes <= networkx_up_to:
        return NetworkxEngine(graph, networkx_up_to)
    return IgraphEngine(graph, networkx_up_to)


class NetworkxEngine:
    """Pure Python: what it computes can be followed line by line."""

    name = "networkx"
    community_method = "Louvain"

    def __init__(self, graph: Graph, limit: int) -> None:
        self.why = f"{graph.nodes} nodes, at most {limit}"
        self._graph = nx.Graph()
        self._graph.add_nodes_from(range(graph.nodes))
        edges = zip(graph.ends.tolist(), graph.weights.tolist(), strict=True)
        self._graph.add_weighted_edges_from((low, high, weight) for (low, high), weight in edges)

    def components(self) -> np.ndarray:
        """Return the number of each node's connected component."""
        return self._numbered(nx.connected_components(self._graph))

    def communities(self, seed: int, start: np.ndarray | None) -> np.ndarray:
        """Return Louvain's communities; networkx's has no `start`, it begins with single nodes."""
        del start
        return self._numbered(nx.community.louvain_communities(self._graph, seed=seed))

    def modularity(self, communities: np.ndarray) -> float:
        """Return the weighted modularity of a partition of the nodes."""
        groups: dict[int, set[int]] = {}
        for node, group in enumerate(communities.tolist()):
            groups.setdefault(group, set()).add(node)
        edges = self._graph.number_of_edges()
        return float(nx.community.modularity(self._graph, groups.values())) if edges else 0.0

    def betweenness(self, seed: int) -> np.ndarray:
        """Return the betweenness centrality; exact up to EXACT_SOURCES nodes."""
        sources = min(EXACT_SOURCES, self._graph.number_of_nodes())
        found = nx.betweenness_centrality(self._graph, k=sources, seed=seed)
        return np.array([found[node] for node in range(len(found))])

    def _numbered(self, groups: Any) -> np.ndarray:
        numbers = np.empty(self._graph.number_of_nodes(), dtype=np.int64)
        for number, group in enumerate(groups):
            numbers[list(group)] = number
        return numbers


class IgraphEngine:
    """C, and linear in the edges."""

    name = "igraph"
    community_method = "Leiden"

    def __init__(self, graph: Graph, limit: int) -> None:
        self.why = f"{graph.nodes} nodes, more than networkx_up_to = {limit}"
        self._graph = igraph.Graph(n=graph.nodes, edges=graph.ends)
        self._weights = graph.weights.tolist()

    def components(self) -> np.ndarray:
        """Return the number of each node's connected component."""
        return np.array(self._graph.connected_components().membership, dtype=np.int64)

    def communities(self, seed: int, start: np.ndarray | None) -> np.ndarray:
        """Return Leiden's communities; the same seed and start give the same ones."""
        with _seeded(seed):
            found = self._graph.community_leiden(
                objective_function="modularity",
                weights=self._weights,
                initial_membership=None if start is None else start.tolist(),
                n_iterations=LEIDEN_ROUNDS,
            )
        return np.array(found.membership, dtype=np.int64)

    def modularity(self, communities: np.ndarray) -> float:
        """Return the weighted modularity of a partition of the nodes."""
        return float(self._graph.modularity(communities.tolist(), weights=self._weights))

    def betweenness(self, seed: int) -> np.ndarray:
        """Return the betweenness sampled from SOURCES nodes, as a share of their paths."""
        nodes = self._graph.vcount()
        sources = random.Random(seed).sample(range(nodes), min(SOURCES, nodes))  # noqa: S311
        found = np.array(self._graph.betweenness(directed=False, sources=sources))
        return np.asarray(found / (len(sources) * max(1, nodes - 1)))


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)
