"""Communities and positions in the library: yesterday's are read, today's written as one."""

import hashlib
import sqlite3

import numpy as np

from soundweave.atlas.placement import Circle, Map
from soundweave.library.database import transaction
from soundweave.network.arrays import Network, columns_of

FINGERPRINT = "map_fingerprint"  # in the table `meta`: what the stored communities were found in


def read(connection: sqlite3.Connection, network: Network) -> Map:
    """Return the stored map; sounds that are not on it have the community -1."""
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
    at = np.searchsorted(network.sound_ids, sounds.astype(np.int64))
    communities = np.full(len(network), -1)
    communities[at] = numbers
    points = np.full((len(network), 2), np.nan)
    points[at] = np.stack([x, y], axis=1)
    return Map(circles, communities, points)


def read_fingerprint(connection: sqlite3.Connection) -> str:
    """Return the fingerprint of the network that the stored map shows; empty when there is none."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (FINGERPRINT,)).fetchone()
    return str(row["value"]) if row else ""


def fingerprint(network: Network, *settings: object) -> str:
    """Return a hash of everything that communities depend on."""
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
    mark: str,
) -> None:
    """Replace the stored map in one transaction; readers see the old one or the new one."""
    sizes = np.bincount(drawn.communities) if len(network) else np.zeros(0)
    circles = (
        (number, each.x, each.y, each.radius, int(sizes[number]), labels[number], each.laid_out)
        for number, each in sorted(drawn.circles.items())
    )
    points = drawn.points.tolist()
    sounds = zip(
        network.sound_ids.tolist(), (x for x, _ in points), (y for _, y in points),
        drawn.communities.tolist(), strict=True,
    )  # fmt: skip
    with transaction(connection):
        connection.execute("DELETE FROM positions")
        connection.execute("DELETE FROM communities")
        connection.executemany("INSERT INTO communities VALUES (?, ?, ?, ?, ?, ?, ?)", circles)
        connection.executemany("INSERT INTO positions VALUES (?, ?, ?, ?)", sounds)
        connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (FINGERPRINT, mark),
        )
