"""What is exported: nodes and edges as rows, read from one snapshot of the library.

Removed sounds are left out, and so are users and packs of which no sound is left. The rows say
what the sounds say now, whether the edge job ran since or not.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from soundweave.base.config import NetworkConfig
from soundweave.network import membership, projection
from soundweave.network.exports import ids

VIEWS = ("membership", "pairs")
CHUNK = 50_000  # rows turned from arrays into Python objects at a time

NODE_FIELDS: dict[str, type] = {
    "kind": str,  # sound, user, pack
    "name": str,
    "username": str,  # of a sound and of a pack
    "license": str,  # from here on, of a sound only
    "created": str,
    "duration": float,  # seconds
    "tags": list,
    "x": float,  # the place on the map, once there is one
    "y": float,
    "community": int,
}
EDGE_FIELDS: dict[str, type] = {"kind": str, "weight": float}

Node = dict[str, Any]
"""`id`, and those of NODE_FIELDS that it has."""

Edge = tuple[str, str, str, float]
"""Ids of both ends, kind, weight."""

SOUNDS = """
    SELECT sounds.id, name, username, license, created, duration, tags, x, y, community_id
    FROM sounds JOIN users ON users.id = user_id LEFT JOIN positions ON sound_id = sounds.id
    WHERE removed_at IS NULL ORDER BY sounds.id
"""
USERS = """
    SELECT id, username FROM users
    WHERE EXISTS (SELECT 1 FROM sounds WHERE user_id = users.id AND removed_at IS NULL) ORDER BY id
"""
PACKS = """
    SELECT packs.id, name, username FROM packs JOIN users ON users.id = user_id
    WHERE EXISTS (SELECT 1 FROM sounds WHERE pack_id = packs.id AND removed_at IS NULL)
    ORDER BY packs.id
"""
MEMBERS = "SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL ORDER BY id"
SIMILAR = """
    SELECT low, high, score FROM similar_pairs
    JOIN sounds AS one ON one.id = low JOIN sounds AS other ON other.id = high
    WHERE one.removed_at IS NULL AND other.removed_at IS NULL
"""


@dataclass(frozen=True)
class Network:
    """A view of the network; nodes and edges can be read any number of times.

    No two edges have the same ends, so it is a simple graph.
    """

    view: str
    nodes: Callable[[], Iterator[Node]]
    edges: Callable[[], Iterator[Edge]]


def read(connection: sqlite3.Connection, view: str, config: NetworkConfig) -> Network:
    """Return a view of the library that `connection` has a snapshot of."""
    if view == "pairs":
        return Network(view, partial(_sounds, connection), partial(_pairs, connection, config))
    return Network(view, partial(_all_nodes, connection), partial(_all_edges, connection))


def _all_nodes(connection: sqlite3.Connection) -> Iterator[Node]:
    yield from _sounds(connection)
    for _, username in _tuples(connection, USERS):
        yield {"id": ids.user(username), "kind": "user", "name": username}
    for number, name, username in _tuples(connection, PACKS):
        yield {"id": ids.pack(number), "kind": "pack", "name": name, "username": username}


def _sounds(connection: sqlite3.Connection) -> Iterator[Node]:
    for number, *values in _tuples(connection, SOUNDS):
        fields = zip(NODE_FIELDS, ("sound", *values), strict=True)
        node = {"id": ids.sound(number)} | {name: v for name, v in fields if v is not None}
        yield node | {"tags": _tags(node["tags"])}


def _all_edges(connection: sqlite3.Connection) -> Iterator[Edge]:
    users = {number: ids.user(name) for number, name in _tuples(connection, USERS)}
    for number, user, pack in _tuples(connection, MEMBERS):
        yield ids.sound(number), users[user], "user", 1.0
        if pack is not None:
            yield ids.sound(number), ids.pack(pack), "pack", 1.0
    for low, high, score in _tuples(connection, SIMILAR):
        yield ids.sound(low), ids.sound(high), "similar", score


def _pairs(connection: sqlite3.Connection, config: NetworkConfig) -> Iterator[Edge]:
    rows = ((sound, user, pack or membership.NONE) for sound, user, pack in _members(connection))
    table = np.fromiter(rows, dtype=(np.int64, 3))
    members = membership.of(table[:, 0], table[:, 1], table[:, 2])
    made = projection.project(members, exact_up_to=config.exact_up_to, nearest=config.nearest)
    for start in range(0, len(made.source), CHUNK):
        part = slice(start, start + CHUNK)
        sources = members.sounds[made.source[part]].tolist()
        targets = members.sounds[made.target[part]].tolist()
        shared = zip(made.user[part].tolist(), made.pack[part].tolist(), strict=True)
        for source, target, (user, pack) in zip(sources, targets, shared, strict=True):
            kind = "user+pack" if user and pack else "user" if user else "pack"
            yield ids.sound(source), ids.sound(target), kind, float(user + pack)


def _members(connection: sqlite3.Connection) -> Iterator[Any]:
    return _tuples(connection, MEMBERS)


def _tuples(connection: sqlite3.Connection, query: str) -> Iterator[Any]:
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples: a third of the time
    return iter(cursor.execute(query))


def _tags(text: str) -> list[str]:
    try:
        tags = json.loads(text)
    except ValueError:
        return []
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
