"""The map in the library: the previous one is read, the new one written in one transaction."""

import hashlib
import sqlite3

import numpy as np

from soundweave.atlas.model import Circle, Map
from soundweave.library.database import transaction
from soundweave.network.arrays import Network, columns_of

FINGERPRINT = "map_fingerprint"  # in the table `meta`: the input of the stored communities


def read(connection: sqlite3.Connection, network: Network) -> Map:
    """Read the stored map; sounds that are not on it have the community -1."""
    circles = {
        int(number): Circle(x, y, radius, laid_out)
        for number, x, y, radius, laid_out in connection.execute(
            "SELECT id, x, y, radius, laid_out FROM communities ORDER BY id"
        )
    }
    sounds, numbers, x, y = columns_of(
        connection,
        "SELECT sound_id, community_id, x, y FROM positions JOIN sounds ON sounds.id = sound_id"
        " WHERE removed_at IS NULL ORDER BY sound_id",
        4,
        np.float64,
    )
    rows = np.searchsorted(network.sound_ids, sounds.astype(np.int64))
    communities = np.full(len(network), -1)
    communities[rows] = numbers
    points = np.full((len(network), 2), np.nan)
    points[rows] = np.stack([x, y], axis=1)
    return Map(circles, communities, points)


def read_fingerprint(connection: sqlite3.Connection) -> str:
    """Read the fingerprint of the stored map's network; empty without a map."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (FINGERPRINT,)).fetchone()
    return str(row["value"]) if row else ""


def fingerprint(network: Network, settings: tuple[int, ...]) -> str:
    """Hash everything that communities depend on."""
    digest = hashlib.sha256(repr(settings).encode())
    arrays = (network.sound_ids, network.users, network.packs, network.low, network.high)
    for array in (*arrays, network.score, network.tags.offsets, network.tags.codes):
        digest.update(np.ascontiguousarray(array).tobytes() + b"|")
    return digest.hexdigest()


def write(
    connection: sqlite3.Connection,
    network: Network,
    drawn: Map,
    labels: dict[int, str],
    fingerprint: str,
) -> None:
    """Replace the stored map in one transaction; readers see the old one or the new one."""
    sizes = np.bincount(drawn.communities) if len(network) else np.zeros(0)
    circles = (
        (
            number,
            circle.x,
            circle.y,
            circle.radius,
            int(sizes[number]),
            labels[number],
            circle.laid_out,
        )
        for number, circle in sorted(drawn.circles.items())
    )
    columns = (network.sound_ids, *drawn.points.T, drawn.communities)
    positions = zip(*(column.tolist() for column in columns), strict=True)
    with transaction(connection):
        connection.execute("DELETE FROM positions")
        connection.execute("DELETE FROM communities")
        connection.executemany("INSERT INTO communities VALUES (?, ?, ?, ?, ?, ?, ?)", circles)
        connection.executemany("INSERT INTO positions VALUES (?, ?, ?, ?)", positions)
        connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (FINGERPRINT, fingerprint),
        )
