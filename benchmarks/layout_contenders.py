"""Ways to find communities and positions, ours beside what people would use instead.

Other layouts and networkx's communities get the bounded projection, as no library takes all pairs.
Layouts return the share of a sound's 10 nearest on the map that are its neighbors in the network,
communities their modularity on the graph they were found in. Ours use edges to users and packs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np

from benchmarks.measure import Contender
from soundweave.atlas import analysis, quality
from soundweave.base import config
from soundweave.library import database
from soundweave.network import arrays, engines, graph, measures, membership, projection
from soundweave.network.arrays import Network

EXACT_UP_TO, NEAREST_UPLOADS = 10, 3
SEED = 1


def analyzed(folder: Path) -> str:
    """Communities, positions and statistics, all written, as the command does."""
    stats = analysis.analyze(folder, config.load().map, seed=SEED)
    preserved, possible = (stats["map"][key] for key in ("neighbourhood_preservation", "possible"))
    modularity = stats["communities"]["modularity"]
    return f"{preserved:.2f} kept of {possible:.2f} possible, modularity {modularity:.3f}"


def drawn(folder: Path) -> str:
    """Communities and positions alone, without measuring or writing."""
    drawing = analysis.draw(folder, config.load().map, measures.Stopwatch(), seed=SEED)
    return _preserved(drawing.network, drawing.map.points)


def leiden(folder: Path) -> str:
    """Leiden on sounds, users and packs."""
    engine = engines.IgraphEngine(graph.build(_read(folder)), 0)
    return f"modularity {engine.modularity(engine.communities(SEED, None)):.3f}"


def networkx_louvain(folder: Path) -> str:
    """Louvain by networkx on the bounded projection."""
    projected = _networkx(*_projected(folder))
    communities = nx.community.louvain_communities(projected, seed=SEED)
    return f"modularity {nx.community.modularity(projected, communities):.3f}"


def networkx_spring(folder: Path) -> str:
    """Fruchterman-Reingold by networkx."""
    network, edges = _projected(folder)
    points = nx.spring_layout(_networkx(network, edges), seed=SEED)
    return _preserved(network, np.array([points[node] for node in range(len(network))]))


def fruchterman_reingold(folder: Path) -> str:
    """Fruchterman-Reingold by igraph."""
    return _igraph(folder, igraph.Graph.layout_fruchterman_reingold)


def umap(folder: Path) -> str:
    """UMAP by igraph."""
    return _igraph(folder, igraph.Graph.layout_umap)


def _igraph(folder: Path, lay_out: Callable[[Any], Any]) -> str:
    network, edges = _projected(folder)
    layout = lay_out(igraph.Graph(n=len(network), edges=edges))
    return _preserved(network, np.array(layout.coords))


def _networkx(network: Network, edges: list[tuple[int, int]]) -> Any:
    projected = nx.Graph()
    projected.add_nodes_from(range(len(network)))
    projected.add_edges_from(edges)
    return projected


def _read(folder: Path) -> Network:
    with database.snapshot(folder) as connection:
        return arrays.read(connection)


def _projected(folder: Path) -> tuple[Network, list[tuple[int, int]]]:
    network = _read(folder)
    members = membership.of(network.sound_ids, network.users, network.packs)
    projected = projection.project(members, exact_up_to=EXACT_UP_TO, nearest=NEAREST_UPLOADS)
    similar = zip(network.low.tolist(), network.high.tolist(), strict=True)
    edges = zip(projected.source.tolist(), projected.target.tolist(), strict=True)
    return network, sorted({*similar, *edges})


def _preserved(network: Network, points: np.ndarray) -> str:
    test = quality.neighbor_test(network)
    return f"{quality.neighborhood_preservation(points, test, quality.NEAREST):.2f} kept"


MINUTES = "minutes at the next size"
DISTANCES = "holds all distances: no finish in 300 s at 10 000"
ROWS = [
    Contender("communities, positions, statistics, written", analyzed, ours=True),
    Contender("communities and positions", drawn, ours=True),
    Contender("igraph Leiden, users and packs as nodes", leiden),
    Contender("networkx Louvain", networkx_louvain, largest=100_000, why=MINUTES),
    Contender("networkx spring layout", networkx_spring, largest=1_000, why=DISTANCES),
    Contender("igraph Fruchterman-Reingold", fruchterman_reingold, largest=100_000, why=MINUTES),
    Contender("igraph UMAP layout", umap, largest=100_000, why=MINUTES),
]
