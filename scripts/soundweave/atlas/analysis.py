"""One night's analysis: read a snapshot, detect, draw, count; then write the map as one."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soundweave.atlas import communities, labels, quality, tables
from soundweave.atlas import placement as layout
from soundweave.atlas.placement import Map
from soundweave.base.config import MapConfig
from soundweave.base.progress import progress
from soundweave.library import database
from soundweave.network import arrays, assortativity, centrality, engines, graph, statistics
from soundweave.network.arrays import Network
from soundweave.network.engines import Engine
from soundweave.network.graph import Graph
from soundweave.network.grouping import majority

NEAREST = 10  # on the map, when its quality is measured
VERSION = 1  # of the method; another one draws other maps from the same network


@dataclass(frozen=True)
class Drawn:
    """A network, what was detected in it, and its map."""

    network: Network
    graph: Graph
    engine: Engine
    map: Map
    labels: dict[int, str]
    fingerprint: str


class Clock:
    """Seconds by part of the work, in the order they were begun."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure the block."""
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)


def analyze(
    checkpoint_dir: Path, settings: MapConfig, *, seed: int, fresh: bool = False
) -> dict[str, Any]:
    """Write communities and positions into the library; returns network_stats.

    With `fresh`, yesterday's map is forgotten and everything is laid out anew.
    """
    clock = Clock()
    drawn = draw(checkpoint_dir, settings, clock, seed=seed, fresh=fresh)
    stats = measure(drawn, clock, seed)
    with clock.part("write"), database.writing(checkpoint_dir) as connection:
        tables.write(connection, drawn.network, drawn.map, drawn.labels, drawn.fingerprint)
    return stats | {"seed": seed, "seconds": clock.seconds}


def draw(
    checkpoint_dir: Path, settings: MapConfig, clock: Clock, *, seed: int, fresh: bool = False
) -> Drawn:
    """Return communities and positions as of one snapshot; nothing is written."""
    with clock.part("read"), database.snapshot(checkpoint_dir) as connection:
        read = arrays.read(connection)
        yesterday = layout.empty(len(read)) if fresh else tables.read(connection, read)
        known = "" if fresh else tables.read_fingerprint(connection)
        authors = dict(map(tuple, connection.execute("SELECT id, username FROM users")))
    bounds = communities.Bounds(settings.smallest_community, settings.largest_community)
    mark = tables.fingerprint(read, VERSION, seed, bounds, settings.networkx_up_to)
    with clock.part("graph"):
        built = graph.build(read)
        engine = engines.choose(built, settings.networkx_up_to)
    with clock.part("communities"):
        ids = yesterday.communities
        if known != mark or (ids < 0).any():
            start = communities.start(read, ids)
            detected = engine.communities(seed, start)[: built.sounds]
            ids = communities.on_the_map(read, detected, ids, bounds)
    with clock.part("labels"):
        tags, names = _names(read, ids, authors)
    with clock.part("positions"), progress("map", len(read), "sounds") as shown:
        drawn = layout.draw(read, ids, tags, yesterday, shown)
    return Drawn(read, built, engine, drawn, names, mark)


def measure(drawn: Drawn, clock: Clock, seed: int) -> dict[str, Any]:
    """Return network_stats without its durations."""
    read, engine, ids = drawn.network, drawn.engine, drawn.map.communities
    with clock.part("components"):
        components = engine.components()[: len(read)]
    with clock.part("degrees"):
        degrees = centrality.degrees(read)
    with clock.part("pagerank"):
        ranks = centrality.pagerank(drawn.graph)[: len(read)]
    with clock.part("betweenness"):
        between = engine.betweenness(seed)[: len(read)]
    with clock.part("assortativity"):
        tags = assortativity.measure(read, seed)
    with clock.part("modularity"):
        modularity = engine.modularity(_on_all_nodes(drawn))
    with clock.part("quality"):
        kept = preservation(read, drawn.map.points, degrees, seed)
    sizes = dict(enumerate(np.bincount(ids).tolist())) if len(ids) else {}
    circles = {number: sizes[number] for number in drawn.map.circles}
    users = centrality.connecting_users(read, ids)
    best, bridges = (centrality.top(values, statistics.TOP_SHOWN) for values in (ranks, between))
    return {
        "sounds": len(read),
        "users": len(read.user_ids),
        "packs": len(read.pack_ids),
        "similar_pairs": len(read.low),
        "engine": {"name": engine.name, "why": engine.why},
        "components": statistics.components(components),
        "communities": statistics.communities(
            drawn.labels, circles, modularity, engine.community_method
        ),
        "degrees": statistics.degrees(degrees),
        "top_sounds": statistics.top_sounds(read, best, ranks),
        "bridging_sounds": statistics.top_sounds(read, bridges, between),
        "connecting_users": statistics.top_users(read, users),
        "tag_assortativity": statistics.assortativity(tags),
        "map": kept,
    }


def preservation(
    read: Network, points: np.ndarray, degrees: np.ndarray, seed: int
) -> dict[str, float]:
    """Return how much of the network the map keeps, and the most that any map could."""
    kept = quality.neighbourhood_preservation(
        points, quality.neighbors_of(read), NEAREST, seed=seed
    )
    across = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    return {
        "nearest": NEAREST,
        "neighbourhood_preservation": round(kept, 6),
        "possible": round(quality.possible(degrees, NEAREST, seed=seed), 6),
        "width": round(across, 3),
    }


def _names(
    read: Network, ids: np.ndarray, authors: Mapping[int, str]
) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Return the telling tags and the label of each community; `authors` are names by user id."""
    numbers, groups = np.unique(ids, return_inverse=True)
    telling = labels.telling_tags(read.tags, groups, len(numbers))
    tags = dict(zip(numbers.tolist(), telling, strict=True))
    main = read.user_ids[majority(groups, read.users, len(numbers))] if len(ids) else []
    return tags, {
        number: labels.label(read.tags, codes, authors[int(user)])
        for (number, codes), user in zip(tags.items(), main, strict=True)
    }


def _on_all_nodes(drawn: Drawn) -> np.ndarray:
    """Return the communities with users and packs in them, each where most of its sounds are."""
    ids = drawn.map.communities
    full = communities.start(drawn.network, ids)
    return np.zeros(0, dtype=np.int64) if full is None else full
