"""Who stands out: by rank, by lying between others, by connecting communities."""

import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.graph import Graph

DAMPING = 0.85
TOLERANCE = 1e-10  # of the sum of changes, as the ranks sum to 1
ROUNDS = 200


def pagerank(graph: Graph) -> np.ndarray:
    """Return the weighted PageRank of each node; they sum to 1.

    Power iteration on arrays, linear in the edges: networkx's own needs scipy. Every node
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
        following = (1 - DAMPING) / graph.nodes + DAMPING * flow
        change = np.abs(following - rank).sum()
        rank = following
        if change < TOLERANCE:
            break
    return rank


def degrees(network: Network) -> np.ndarray:
    """Return how many sounds each sound is linked with: same user, same pack or similar.

    Counted by formula, each pair once: the pairs themselves would be n(n-1)/2 per user.
    """
    count = network.user_sizes[network.users] - 1
    similar = np.concatenate([network.low, network.high])
    others = np.concatenate([network.high, network.low])
    strange = network.users[similar] != network.users[others]
    packs = network.packs
    strange &= (packs[similar] < 0) | (packs[similar] != packs[others])
    count = count + np.bincount(similar[strange], minlength=len(network))
    # A pack belongs to one user; should its sounds say otherwise, they are linked all the same.
    packed = np.flatnonzero(packs >= 0)
    width = len(network.user_ids)
    _, inverse, sizes = np.unique(
        packs[packed] * width + network.users[packed], return_inverse=True, return_counts=True
    )
    count[packed] += network.pack_sizes[packs[packed]] - sizes[inverse]
    return np.asarray(count)


def connecting_users(network: Network, communities: np.ndarray) -> list[tuple[int, int]]:
    """Return users and in how many communities their sounds or those similar to them are.

    A pair is a user's number and that count; most first, only users of at least two communities.
    """
    own = np.stack([network.users, communities], axis=1)
    there = np.stack([network.users[network.low], communities[network.high]], axis=1)
    back = np.stack([network.users[network.high], communities[network.low]], axis=1)
    pairs = np.unique(np.concatenate([own, there, back]), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=len(network.user_ids))
    best = np.lexsort((np.arange(len(counts)), -counts))
    return [(int(user), int(counts[user])) for user in best if counts[user] > 1]


def top(values: np.ndarray, count: int) -> list[int]:
    """Return the numbers of the largest values above 0, the largest first, ties by number."""
    rounded = np.round(values, 12)
    order = np.lexsort((np.arange(len(rounded)), -rounded))[:count]
    return [int(at) for at in order if rounded[at] > 0]
