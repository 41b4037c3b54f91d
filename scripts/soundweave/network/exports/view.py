"""A view of the network as rows of nodes and edges, read from one snapshot of the library.

Removed sounds are left out, and so are users and packs without any other sounds. The rows follow
the sounds as they are now, whether or not the edge job has run since.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from soundweave.base.config import NetworkConfig
from soundweave.network import membership, projection
from soundweave.network.arrays import NO_PACK, parse_tags, tuples
from soundweave.network.exports import ids

VIEWS = ("membership", "pairs")
CHUNK = 50_000  # rows turned from arrays into Python objects at a time

NODE_FIELDS: dict[str, type] = {
    "kind": str,  # sound, user, pack
    "name": str,
    "username": str,  # of a sound and of a pack
    "license": str,  # this and the rest: of a sound only
    "created": str,
    "duration": float,  # seconds
    "tags": list,
    "is_explicit": bool,
    "gen_ai_preference": str,  # the author's wish on AI training
    "x": float,  # the position on the map, once it has one
    "y": float,
    "community": int,
}
EDGE_FIELDS: dict[str, type] = {"kind": str, "weight": float}

Node = dict[str, Any]
"""`id`, and the NODE_FIELDS that the node has."""

Edge = tuple[str, str, str, float]
"""Ids of both ends, kind, weight."""

SOUNDS = """
    SELECT sounds.id, name, username, license, created, duration, tags, is_explicit,
           gen_ai_preference, x, y, community_id
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
    JOIN sounds AS first ON first.id = low JOIN sounds AS second ON second.id = high
    WHERE first.removed_at IS NULL AND second.removed_at IS NULL
"""


@dataclass(frozen=True)
class View:
    """A simple graph: no two edges have the same ends. Both iterators can be started again."""

    name: str
    nodes: Callable[[], Iterator[Node]]
    edges: Callable[[], Iterator[Edge]]


def read(connection: sqlite3.Connection, name: str, config: NetworkConfig) -> View:
    """Return the view called `name` of the library that `connection` has a snapshot of."""
    if name == "pairs":
        return View(name, partial(_sounds, connection), partial(_pairs, connection, config))
    return View(name, partial(_nodes, connection), partial(_edges, connection))


def _nodes(connection: sqlite3.Connection) -> Iterator[Node]:
    yield from _sounds(connection)
    for _, username in tuples(connection, USERS):
        yield {"id": ids.user(username), "kind": "user", "name": username}
    for number, name, username in tuples(connection, PACKS):
        yield {"id": ids.pack(number), "kind": "pack", "name": name, "username": username}


def _sounds(connection: sqlite3.Connection) -> Iterator[Node]:
    for number, *values in tuples(connection, SOUNDS):
        fields = zip(NODE_FIELDS, ("sound", *values), strict=True)
        node = {name: value for name, value in fields if value is not None}
        node |= {"tags": parse_tags(node["tags"])}
        if "is_explicit" in node:
            node["is_explicit"] = bool(node["is_explicit"])
        yield {"id": ids.sound(number), **node}


def _edges(connection: sqlite3.Connection) -> Iterator[Edge]:
    users = {number: ids.user(name) for number, name in tuples(connection, USERS)}
    for number, user, pack in tuples(connection, MEMBERS):
        yield ids.sound(number), users[user], "user", 1.0
        if pack is not None:
            yield ids.sound(number), ids.pack(pack), "pack", 1.0
    for low, high, score in tuples(connection, SIMILAR):
        yield ids.sound(low), ids.sound(high), "similar", score


def _pairs(connection: sqlite3.Connection, config: NetworkConfig) -> Iterator[Edge]:
    rows = ((sound, user, pack or NO_PACK) for sound, user, pack in tuples(connection, MEMBERS))
    members = membership.of(*np.fromiter(rows, dtype=(np.int64, 3)).T)
    projected = projection.project(members, exact_up_to=config.exact_up_to, nearest=config.nearest)
    for start in range(0, len(projected.source), CHUNK):
        chunk = slice(start, start + CHUNK)
        columns = (
            *(members.sounds[projected.source[chunk]], members.sounds[projected.target[chunk]]),
            *(projected.user[chunk], projected.pack[chunk]),
        )
        for source, target, user, pack in zip(*(c.tolist() for c in columns), strict=True):
            kind = "user+pack" if user and pack else "user" if user else "pack"
            yield ids.sound(source), ids.sound(target), kind, float(user + pack)
