"""Which sounds and users stand out: by rank, or by connecting communities."""

import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.graph import Graph

DAMPING = 0.85
TOLERANCE = 1e-10  # of the total change, where the ranks sum to 1
ROUNDS = 200


def pagerank(graph: Graph) -> np.ndarray:
    """Return the weighted PageRank of each node; they sum to 1.

    Power iteration on arrays, linear in the edges: networkx's version needs scipy. Every node
    has an edge: a sound to its user, users and packs to their sounds.
    """
    if not graph.nodes:
        return np.zeros(0)
    source = np.concatenate([graph.ends[:, 0], graph.ends[:, 1]])
    target = np.concatenate([graph.ends[:, 1], graph.ends[:, 0]])
    weights = np.concatenate([graph.weights, graph.weights])
    strength = np.bincount(source, weights, minlength=graph.nodes)
    share = weights / strength[source]
    rank = np.full(graph.nodes, 1 / graph.nodes)
    for _ in range(ROUNDS):
        flow = np.bincount(target, share * rank[source], minlength=graph.nodes)
        previous, rank = rank, (1 - DAMPING) / graph.nodes + DAMPING * flow
        if np.abs(rank - previous).sum() < TOLERANCE:
            break
    return rank


def connecting_users(network: Network, communities: np.ndarray) -> list[tuple[int, int]]:
    """Return pairs of a user's number and the communities that user connects, most first.

    A user connects the communities of their sounds and of sounds similar to those. Users with
    fewer than two communities are left out.
    """
    pairs = [
        np.stack([network.users, communities], axis=1),
        np.stack([network.users[network.low], communities[network.high]], axis=1),
        np.stack([network.users[network.high], communities[network.low]], axis=1),
    ]
    distinct = np.unique(np.concatenate(pairs), axis=0)
    counts = np.bincount(distinct[:, 0], minlength=len(network.user_ids))
    order = np.argsort(-counts, kind="stable")
    return [(int(user), int(counts[user])) for user in order if counts[user] > 1]


def top(values: np.ndarray, count: int) -> list[int]:
    """Return the indices of the largest values above 0, the largest first, ties by index."""
    rounded = np.round(values, 12)
    order = np.argsort(-rounded, kind="stable")[:count]
    return [int(index) for index in order if rounded[index] > 0]
