"""The network as a graph in which users and packs are nodes too, so that it stays linear.

A projection on sounds alone would have n(n-1)/2 edges for a user of n sounds, 800 million for the
largest. A pack holds its sounds with weight 1, similarity with its score, and a user with
1 / sqrt(sounds): people who upload a lot upload many different things, which should not all be
pulled into one community.
"""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.grouping import majority, renumbered


@dataclass(frozen=True)
class Graph:
    """Nodes are numbered: sounds first, then users, then packs."""

    nodes: int
    sounds: int
    ends: np.ndarray  # shape (edges, 2)
    weights: np.ndarray

    def to_networkx(self) -> Any:
        """Return a networkx.Graph of the node numbers with the edges' weights."""
        graph = nx.Graph()
        graph.add_nodes_from(range(self.nodes))
        edges = zip(*self.ends.T.tolist(), self.weights.tolist(), strict=True)
        graph.add_weighted_edges_from(edges)
        return graph


def build(network: Network) -> Graph:
    """Build the graph of sounds, users and packs."""
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


def communities_of_nodes(network: Network, communities: np.ndarray) -> np.ndarray | None:
    """Extend the sounds' communities to all nodes; None when no sound has one.

    A negative number is no community. Users and packs get the one that most of their sounds are
    in, and sounds without one that of their pack or user.
    """
    if not (communities >= 0).any():
        return None
    by_user = majority(network.users, communities, len(network.user_ids))
    by_pack = majority(network.packs, communities, len(network.pack_ids))
    sounds = communities.copy()
    for of_group, groups in ((by_pack, network.packs), (by_user, network.users)):
        new = (sounds < 0) & (groups >= 0)
        sounds[new] = of_group[groups[new]]
    labels = np.concatenate([sounds, by_user, by_pack])
    missing = labels < 0
    labels[missing] = labels.max() + 1 + np.arange(int(missing.sum()))
    return renumbered(labels)


def to_networkx(network: Network) -> Any:
    """Return a networkx.Graph with Freesound's ids: nodes ("sound", 7), ("user", 1), ("pack", 3).

    Nodes have a `kind`, edges a `weight`. Above some 100 000 sounds igraph is the better choice.
    """
    kinds = (("sound", network.sound_ids), ("user", network.user_ids), ("pack", network.pack_ids))
    names = [(kind, number) for kind, ids in kinds for number in ids.tolist()]
    graph = nx.relabel_nodes(build(network).to_networkx(), dict(enumerate(names)))
    nx.set_node_attributes(graph, {name: name[0] for name in names}, "kind")
    return graph
