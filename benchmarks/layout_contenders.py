"""Ways to find communities and positions, ours beside what people would use instead.

Layouts and plain community detection get the bounded projection, for no library takes all pairs;
each returns the share of a sound's 10 nearest on the map that are its neighbors in the network,
community rows their modularity on the graph they cut. The edges of ours are users and packs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np

from benchmarks.contender import Contender
from soundweave.atlas import analysis, model, quality
from soundweave.atlas.circle_packing import placement as layout
from soundweave.base import config
from soundweave.base.progress import progress
from soundweave.library import database
from soundweave.network import arrays, engines, graph, measures, membership, projection
from soundweave.network.arrays import Network

GROUP = "layout"
EXACT_UP_TO, NEAREST_UPLOADS = 10, 3
SEED = 1

Edges = tuple[Network, list[tuple[int, int]]]


def ours(folder: Path) -> str:
    """Communities, positions, statistics, all written: what the command does."""
    stats = analysis.analyze(folder, config.load().map, seed=SEED)
    kept, possible = (stats["map"][key] for key in ("neighbourhood_preservation", "possible"))
    modularity = stats["communities"]["modularity"]
    return f"{kept:.2f} kept of {possible:.2f} possible, modularity {modularity:.3f}"


def ours_drawn(folder: Path) -> str:
    """Communities and positions alone, nothing measured or written."""
    drawn = analysis.draw(folder, config.load().map, measures.Stopwatch(), seed=SEED)
    return _kept(drawn.network, drawn.map.points)


def levels_alone(folder: Path) -> str:
    """The same packing without detection: each user is a community."""
    read = _read(folder)
    tags: dict[int, list[int]] = {user: [] for user in range(len(read.user_ids))}
    with progress("map", len(read), "sounds") as shown:
        drawn = layout.draw(read, read.users, tags, model.empty(len(read)), shown)
    return _kept(read, drawn.points)


def leiden(folder: Path) -> str:
    """Return the modularity of Leiden on sounds, users and packs."""
    engine = engines.IgraphEngine(graph.build(_read(folder)), 0)
    return f"modularity {engine.modularity(engine.communities(SEED, None)):.3f}"


def networkx_louvain(folder: Path) -> str:
    """Return the modularity of networkx's Louvain on the bounded projection."""
    made = _as_networkx(*_projected(folder))
    found = nx.community.louvain_communities(made, seed=SEED)
    return f"modularity {nx.community.modularity(made, found):.3f}"


def networkx_spring(folder: Path) -> str:
    """Fruchterman-Reingold as networkx has it."""
    read, edges = _projected(folder)
    points = nx.spring_layout(_as_networkx(read, edges), seed=SEED)
    return _kept(read, np.array([points[node] for node in range(len(read))]))


def networkx_louvain_and_spring(folder: Path) -> str:
    """Louvain, each community by spring layout, the communities' centers by spring layout."""
    read, edges = _projected(folder)
    made = _as_networkx(read, edges)
    found = [sorted(group) for group in nx.community.louvain_communities(made, seed=SEED)]
    sizes = [len(group) for group in found]
    centers = nx.spring_layout(nx.quotient_graph(made, found), seed=SEED, scale=len(read) ** 0.5)
    points = np.empty((len(read), 2))
    for group, size, center in zip(found, sizes, centers.values(), strict=True):
        inside = nx.spring_layout(made.subgraph(group), seed=SEED, scale=size**0.5 / 2)
        points[group] = [inside[node] + center for node in group]
    return _kept(read, points)


def fruchterman_reingold(folder: Path) -> str:
    """Return what igraph's Fruchterman-Reingold keeps."""
    return _by_igraph(folder, lambda made: made.layout_fruchterman_reingold())


def drl(folder: Path) -> str:
    """Return what igraph's DrL keeps."""
    return _by_igraph(folder, lambda made: made.layout_drl())


def umap(folder: Path) -> str:
    """Return what igraph's UMAP layout keeps."""
    return _by_igraph(folder, lambda made: made.layout_umap())


def _by_igraph(folder: Path, lay_out: Callable[[Any], Any]) -> str:
    read, edges = _projected(folder)
    made = igraph.Graph(n=len(read), edges=edges)
    return _kept(read, np.array(lay_out(made).coords))


def _as_networkx(read: Network, edges: list[tuple[int, int]]) -> Any:
    made = nx.Graph()
    made.add_nodes_from(range(len(read)))
    made.add_edges_from(edges)
    return made


def _read(folder: Path) -> Network:
    with database.snapshot(folder) as connection:
        return arrays.read(connection)


def _projected(folder: Path) -> Edges:
    read = _read(folder)
    members = membership.of(read.sound_ids, read.users, read.packs)
    made = projection.project(members, exact_up_to=EXACT_UP_TO, nearest=NEAREST_UPLOADS)
    similar = zip(read.low.tolist(), read.high.tolist(), strict=True)
    edges = zip(made.source.tolist(), made.target.tolist(), strict=True)
    return read, sorted({*similar, *edges})


def _kept(read: Network, points: np.ndarray) -> str:
    kept = quality.neighborhood_preservation(points, quality.neighbor_test(read), quality.NEAREST)
    return f"{kept:.2f} kept"


def _row(
    name: str,
    function: Callable[[Path], str],
    *,
    largest: int | None = None,
    why: str = "",
    is_ours: bool = False,
) -> Contender:
    return Contender(GROUP, name, function, ours=is_ours, largest=largest, why=why)


MINUTES = "minutes at the next size"
ROWS: list[Contender] = [
    _row("communities, positions, statistics, written", ours, is_ours=True),
    _row("communities and positions", ours_drawn, is_ours=True),
    _row("packing by levels alone", levels_alone),
    _row("igraph Leiden, users and packs as nodes", leiden),
    _row("networkx Louvain", networkx_louvain, largest=100_000, why=MINUTES),
    _row(
        "networkx spring layout",
        networkx_spring,
        largest=1_000,
        why="holds all distances: no finish in 300 s at 10 000",
    ),
    _row(
        "networkx Louvain, then spring layout",
        networkx_louvain_and_spring,
        largest=1_000,
        why="the same within its communities and between them",
    ),
    _row("igraph Fruchterman-Reingold", fruchterman_reingold, largest=100_000, why=MINUTES),
    _row("igraph UMAP layout", umap, largest=100_000, why=MINUTES),
    _row("igraph DrL", drl, largest=10_000, why="266 s at 100 000"),
]
