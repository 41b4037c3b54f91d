"""The parts of network_stats.json (config/schemas/network_stats.schema.json)."""

from typing import Any

import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.assortativity import Assortativity

LARGEST_SHOWN = 20
TOP_SHOWN = 10


def sizes(labels: np.ndarray) -> np.ndarray:
    """Return how often each label occurs, the most frequent first."""
    return np.sort(np.unique(labels, return_counts=True)[1])[::-1]


def components(labels: np.ndarray) -> dict[str, int]:
    """Return the number of connected components and the sounds of the largest one."""
    counted = sizes(labels)
    return {"count": len(counted), "largest": int(counted.max(initial=0))}


def communities(
    labels: dict[int, str], circles: dict[int, int], modularity: float, method: str
) -> dict[str, Any]:
    """Return the communities' numbers and the largest ones; `circles` has each one's size."""
    largest = sorted(circles, key=lambda number: (-circles[number], number))[:LARGEST_SHOWN]
    return {
        "count": len(circles),
        "modularity": round(modularity, 6),
        "method": method,
        "largest": [
            {"id": number, "size": circles[number], "label": labels[number]} for number in largest
        ],
    }


def degrees(values: np.ndarray) -> dict[str, float]:
    """Return how many links the sounds have: same user, same pack or similar."""
    if not len(values):
        return {"mean": 0.0, "median": 0.0, "largest": 0, "without_links": 0}
    return {
        "mean": round(float(values.mean()), 3),
        "median": float(np.median(values)),
        "largest": int(values.max()),
        "without_links": int((values == 0).sum()),
    }


def top_sounds(network: Network, best: list[int], values: np.ndarray) -> list[dict[str, Any]]:
    """Return the ids of the best sounds and their values."""
    return [
        {"id": int(network.sound_ids[at]), "value": round(float(values[at]), 12)} for at in best
    ]


def top_users(network: Network, best: list[tuple[int, int]]) -> list[dict[str, int]]:
    """Return the ids of users and how many communities they connect."""
    return [
        {"id": int(network.user_ids[user]), "communities": count}
        for user, count in best[:TOP_SHOWN]
    ]


def assortativity(measured: dict[str, Assortativity]) -> dict[str, dict[str, Any]]:
    """Return the tags' assortativity by kind of link."""
    return {kind: dict(vars(each)) for kind, each in measured.items()}
