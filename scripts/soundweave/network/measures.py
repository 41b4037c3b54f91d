"""The network in numbers: network_stats.json (config/schemas/network_stats.schema.json)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from soundweave.network import centrality
from soundweave.network.arrays import Network
from soundweave.network.engines import GraphEngine
from soundweave.network.graph import Graph, communities_of_nodes

LARGEST_SHOWN = 20
TOP_SHOWN = 10


class Stopwatch:
    """Measures the seconds of each part of the work, in the order they began."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure the block."""
        start = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - start, 3)


def measure(
    network: Network,
    graph: Graph,
    engine: GraphEngine,
    communities: np.ndarray,
    labels: dict[int, str],
    *,
    seed: int,
    stopwatch: Stopwatch,
) -> dict[str, Any]:
    """Return all of network_stats that does not depend on the map.

    `communities` has the id of each sound's community, `labels` a label for each id.
    """
    with stopwatch.part("components"):
        components = engine.components()[: len(network)]
    with stopwatch.part("degrees"):
        degrees = _degrees(network.degrees)
    with stopwatch.part("pagerank"):
        ranks = centrality.pagerank(graph)[: len(network)]
    with stopwatch.part("betweenness"):
        betweenness = engine.betweenness(seed)[: len(network)]
    with stopwatch.part("modularity"):
        on_all_nodes = communities_of_nodes(network, communities)
        modularity = 0.0 if on_all_nodes is None else engine.modularity(on_all_nodes)
    return {
        "sounds": len(network),
        "users": len(network.user_ids),
        "packs": len(network.pack_ids),
        "similar_pairs": len(network.low),
        "engine": {"name": engine.name, "why": engine.why},
        "components": _components(components),
        "communities": {
            "count": len(labels),
            "modularity": round(modularity, 6),
            "method": engine.community_method,
            "largest": _largest(communities, labels),
        },
        "degrees": degrees,
        "top_sounds": _top_sounds(network, ranks),
        "bridging_sounds": _top_sounds(network, betweenness),
        "connecting_users": [
            {"id": int(network.user_ids[user]), "communities": count}
            for user, count in centrality.connecting_users(network, communities)[:TOP_SHOWN]
        ],
    }


def _components(component_of_sound: np.ndarray) -> dict[str, int]:
    sizes = np.unique(component_of_sound, return_counts=True)[1]
    return {"count": len(sizes), "largest": int(sizes.max(initial=0))}


def _largest(communities: np.ndarray, labels: dict[int, str]) -> list[dict[str, Any]]:
    ids, sizes = np.unique(communities, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:LARGEST_SHOWN]
    largest = zip(ids[order].tolist(), sizes[order].tolist(), strict=True)
    return [{"id": number, "size": size, "label": labels[number]} for number, size in largest]


def _degrees(degrees: np.ndarray) -> dict[str, float]:
    if not len(degrees):
        return {"mean": 0.0, "median": 0.0, "largest": 0, "without_links": 0}
    return {
        "mean": round(float(degrees.mean()), 3),
        "median": float(np.median(degrees)),
        "largest": int(degrees.max()),
        "without_links": int((degrees == 0).sum()),
    }


def _top_sounds(network: Network, values: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"id": int(network.sound_ids[sound]), "value": round(float(values[sound]), 12)}
        for sound in centrality.top(values, TOP_SHOWN)
    ]
