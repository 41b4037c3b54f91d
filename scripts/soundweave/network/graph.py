"""The network as a graph in which users and packs are nodes, too: it stays linear.

A projection on sounds alone would have n(n-1)/2 edges for a user of n sounds, 800 million for the
largest. A pack holds its sounds with weight 1, similarity with its score, and a user with
1 / sqrt(sounds): whoever uploads much uploads many different things, and must not pull all of it
into one community.
"""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from soundweave.network.arrays import Network


@dataclass(frozen=True)
class Graph:
    """Nodes are numbered: sounds first, then users, then packs. Each edge has two ends."""

    nodes: int
    sounds: int
    ends: np.ndarray  # shape (edges, 2)
    weights: np.ndarray


def build(network: Network) -> Graph:
    """Return the graph of sounds, users and packs."""
    sounds = np.arange(len(network))
    packed = np.flatnonzero(network.packs >= 0)
    first_user = len(network)
    first_pack = first_user + len(network.user_ids)
    pairs = (
        (sounds, first_user + network.users),
        (packed, first_pack + network.packs[packed]),
        (network.low, network.high),
    )
    weights = (1 / np.sqrt(network.user_sizes[network.users]), np.ones(len(packed)), network.score)
    return Graph(
        nodes=first_pack + len(network.pack_ids),
        sounds=len(network),
        ends=np.concatenate([np.stack(pair, axis=1) for pair in pairs]),
        weights=np.concatenate(weights),
    )


def to_networkx(network: Network) -> Any:
    """Return a networkx.Graph with Freesound's ids: nodes ("sound", 7), ("user", 1), ("pack", 3).

    Nodes have a `kind`, edges a `weight`. Above some 100 000 sounds igraph is the better choice.
    """
    graph = build(network)
    kinds = (("sound", network.sound_ids), ("user", network.user_ids), ("pack", network.pack_ids))
    names = [(kind, number) for kind, ids in kinds for number in ids.tolist()]
    made = nx.Graph()
    made.add_nodes_from((name, {"kind": name[0]}) for name in names)
    edges = zip(graph.ends.tolist(), graph.weights.tolist(), strict=True)
    made.add_weighted_edges_from((names[low], names[high], weight) for (low, high), weight in edges)
    return made
