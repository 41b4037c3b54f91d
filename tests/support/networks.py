"""Libraries with similar sounds, for tests of the network and the map."""

import random
from pathlib import Path
from typing import Any

import numpy as np

from soundweave.library import database
from soundweave.network import arrays
from soundweave.network.arrays import Network
from tests.support.make_library import SEEN, make_library

SMALL = [
    {"username": "ann", "pack": "rain", "tags": ["rain", "field"]},
    {"username": "ann", "pack": "rain", "tags": ["rain", "field"]},
    {"username": "ann", "tags": ["thunder", "field"]},
    {"username": "bob", "pack": "wind", "tags": ["wind", "field"]},
    {"username": "bob", "pack": "wind", "tags": ["wind"]},
    {"username": "cyd", "tags": ["rain"]},
    {"username": "dan", "tags": ["wind"]},
    {"username": "eve", "removed_at": SEEN, "tags": ["gone"]},
]
SIMILAR = [(6, 1, 0.9), (1, 6, 0.9), (7, 4, 0.5), (6, 8, 0.7), (2, 3, 0.0)]


def make_network(
    folder: Path, sounds: list[dict[str, Any]], similar: list[tuple[int, int, float]]
) -> None:
    make_library(folder, sounds, links=True)
    with database.writing(folder) as connection:
        connection.executemany("INSERT INTO similarities VALUES (?, ?, ?)", similar)


def random_sounds(seed: int, count: int) -> list[dict[str, Any]]:
    generator = random.Random(seed)
    sounds = []
    for _ in range(count):
        user = int(generator.paretovariate(0.7)) % 40
        pack = generator.choice([None, f"p{user}-{generator.randrange(4)}"])
        tags = [f"topic-{user % 7}", f"tag-{generator.randrange(50)}"]
        sounds.append({"username": f"user {user}", "pack": pack, "tags": tags})
    return sounds


def random_similar(seed: int, sounds: int, count: int) -> list[tuple[int, int, float]]:
    generator = random.Random(seed)
    pairs = {tuple(generator.sample(range(1, sounds + 1), 2)) for _ in range(count)}
    return [(low, high, generator.choice([0.25, 0.5, 1.0])) for low, high in sorted(pairs)]


def read_network(folder: Path) -> Network:
    with database.snapshot(folder) as connection:
        return arrays.read(connection)


def network_of(users: np.ndarray, packs: np.ndarray) -> Network:
    """A network without similar sounds, each with one of three tags."""
    count = len(users)
    empty = np.zeros(0, dtype=np.int64)
    tags = arrays.Tags(np.arange(count + 1), users % 3, ["a", "b", "c"])
    ids = np.arange(10)
    return Network(np.arange(count), users, ids, packs, ids, empty, empty, empty + 0.0, tags)


def stored_map(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with database.snapshot(folder) as connection:
        return {
            table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
            for table in ("communities", "positions")
        }
