"""Two graph libraries behind one interface: networkx for small networks, igraph for large ones.

networkx is easy to follow and to check, but its Louvain takes half a minute for a graph of
100 000 nodes. igraph's Leiden took 1.4 s for 100 000 sounds (164 000 nodes with users and packs)
and 10.6 s for 700 000 (862 000 nodes), on two busy cores. PageRank uses neither: see
`centrality.pagerank`.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import igraph
import networkx as nx
import numpy as np

from soundweave.network.graph import Graph

LEIDEN_ROUNDS = 4  # more improve the modularity by less than 0.001
# Betweenness follows shortest paths from so many nodes: all 2000 take networkx 6.5 s.
EXACT_SOURCES, SAMPLED_SOURCES = 200, 24


class GraphEngine(Protocol):
    """What the analysis needs from a graph library; arrays have one value per node."""

    name: str
    why: str
    community_method: str

    def components(self) -> np.ndarray:
        """Return the number of each node's connected component."""

    def communities(self, seed: int, start: np.ndarray | None) -> np.ndarray:
        """Return the number of each node's community; `start` is an initial guess."""

    def modularity(self, communities: np.ndarray) -> float:
        """Return the weighted modularity of a partition of the nodes."""

    def betweenness(self, seed: int) -> np.ndarray:
        """Return how many shortest paths lead through each node, up to a common factor."""


def choose(graph: Graph, networkx_up_to: int) -> GraphEngine:
    """Return networkx for graphs of at most `networkx_up_to` nodes, igraph for larger ones."""
    if graph.nodes <= networkx_up_to:
        return NetworkxEngine(graph, networkx_up_to)
    return IgraphEngine(graph, networkx_up_to)


class NetworkxEngine:
    """Pure Python: its computations can be followed line by line."""

    name = "networkx"
    community_method = "Louvain"

    def __init__(self, graph: Graph, limit: int) -> None:
        self.why = f"{graph.nodes} nodes, at most {limit}"
        self._graph = graph.to_networkx()

    def components(self) -> np.ndarray:
        """Return the number of each node's connected component."""
        return self._numbered(nx.connected_components(self._graph))

    def communities(self, seed: int, start: np.ndarray | None) -> np.ndarray:
        """Return Louvain's communities; networkx ignores `start`, it begins with single nodes."""
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
        value_of_node = nx.betweenness_centrality(self._graph, k=sources, seed=seed)
        return np.array([value_of_node[node] for node in range(len(value_of_node))])

    def _numbered(self, groups: Iterable[set[int]]) -> np.ndarray:
        numbers = np.empty(self._graph.number_of_nodes(), dtype=np.int64)
        for number, group in enumerate(groups):
            numbers[list(group)] = number
        return numbers


class IgraphEngine:
    """Written in C, and linear in the edges."""

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
        """Return Leiden's communities, reproducible for the same seed and start."""
        with _seeded(seed):
            partition = self._graph.community_leiden(
                objective_function="modularity",
                weights=self._weights,
                initial_membership=None if start is None else start.tolist(),
                n_iterations=LEIDEN_ROUNDS,
            )
        return np.array(partition.membership, dtype=np.int64)

    def modularity(self, communities: np.ndarray) -> float:
        """Return the weighted modularity of a partition of the nodes."""
        return float(self._graph.modularity(communities.tolist(), weights=self._weights))

    def betweenness(self, seed: int) -> np.ndarray:
        """Return the betweenness sampled from SAMPLED_SOURCES nodes, as a share of their paths."""
        nodes = self._graph.vcount()
        count = min(SAMPLED_SOURCES, nodes)
        sources = random.Random(seed).sample(range(nodes), count)  # noqa: S311
        paths = np.array(self._graph.betweenness(directed=False, sources=sources))
        return np.asarray(paths / (count * max(1, nodes - 1)))


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)
