"""One night's analysis: read a snapshot, find communities, draw the map, measure, and save."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soundweave.atlas import communities, labels, model, quality, tables
from soundweave.atlas.circle_packing import placement
from soundweave.atlas.model import Map
from soundweave.base.config import MapConfig
from soundweave.base.progress import progress
from soundweave.library import database
from soundweave.network import arrays, engines, graph, measures
from soundweave.network.arrays import Network
from soundweave.network.engines import GraphEngine
from soundweave.network.graph import Graph
from soundweave.network.grouping import majority
from soundweave.network.measures import Stopwatch

VERSION = 1  # of the method; another one draws other maps from the same network


@dataclass(frozen=True)
class Drawing:
    """A network and its map."""

    network: Network
    graph: Graph
    engine: GraphEngine
    map: Map
    labels: dict[int, str]
    fingerprint: str


def analyze(
    checkpoint_dir: Path, settings: MapConfig, *, seed: int, fresh: bool = False
) -> dict[str, Any]:
    """Write communities and positions into the library; returns network_stats.

    With `fresh`, the previous map is ignored and everything is laid out from scratch.
    """
    stopwatch = Stopwatch()
    drawing = draw(checkpoint_dir, settings, stopwatch, seed=seed, fresh=fresh)
    network, drawn = drawing.network, drawing.map
    stats = measures.measure(
        *(network, drawing.graph, drawing.engine, drawn.communities, drawing.labels),
        seed=seed,
        stopwatch=stopwatch,
    )
    with stopwatch.part("quality"):
        stats["map"] = quality.measure(network, drawn.points, seed)
    with stopwatch.part("write"), database.writing(checkpoint_dir) as connection:
        tables.write(connection, network, drawn, drawing.labels, drawing.fingerprint)
    return stats | {"seed": seed, "seconds": stopwatch.seconds}


def draw(
    checkpoint_dir: Path,
    settings: MapConfig,
    stopwatch: Stopwatch,
    *,
    seed: int,
    fresh: bool = False,
) -> Drawing:
    """Find communities and positions in one snapshot of the library, without writing them."""
    with stopwatch.part("read"), database.snapshot(checkpoint_dir) as connection:
        network = arrays.read(connection)
        previous = model.empty(len(network)) if fresh else tables.read(connection, network)
        previous_fingerprint = "" if fresh else tables.read_fingerprint(connection)
        usernames = dict(arrays.tuples(connection, "SELECT id, username FROM users"))
    smallest, largest = settings.smallest_community, settings.largest_community
    inputs = (VERSION, seed, smallest, largest, settings.networkx_up_to)
    fingerprint = tables.fingerprint(network, inputs)
    with stopwatch.part("graph"):
        built = graph.build(network)
        engine = engines.choose(built, settings.networkx_up_to)
    with stopwatch.part("communities"):
        ids = previous.communities
        if previous_fingerprint != fingerprint or (ids < 0).any():
            start = graph.communities_of_nodes(network, ids)
            detected = engine.communities(seed, start)[: built.sounds]
            ids = communities.on_the_map(network, detected, ids, smallest=smallest, largest=largest)
    with stopwatch.part("labels"):
        tags, names = _labels(network, ids, usernames)
    with stopwatch.part("positions"), progress("map", len(network), "sounds") as bar:
        drawn = placement.draw(network, ids, tags, previous, bar)
    return Drawing(network, built, engine, drawn, names, fingerprint)


def _labels(
    network: Network, ids: np.ndarray, usernames: Mapping[int, str]
) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Return the distinctive tags and the label of each community."""
    numbers, groups = np.unique(ids, return_inverse=True)
    distinctive = labels.distinctive_tags(network.tags, groups, len(numbers))
    tags = dict(zip(numbers.tolist(), distinctive, strict=True))
    main = network.user_ids[majority(groups, network.users, len(numbers))] if len(ids) else []
    return tags, {
        number: labels.label(network.tags, codes, usernames[int(user)])
        for (number, codes), user in zip(tags.items(), main, strict=True)
    }
