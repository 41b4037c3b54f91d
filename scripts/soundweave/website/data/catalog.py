"""All sounds of one snapshot of the library, as columns: 700 000 of them take about 400 MB.

Sound i is the i-th in the order of ids, which is the order of upload. Names, authors and tags are
untrusted texts, exactly as Freesound has them.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from sys import intern
from typing import Any, NamedTuple

import numpy as np

from soundweave.base.text import one_line
from soundweave.freesound import licenses
from soundweave.freesound.licenses import License
from soundweave.library import database
from soundweave.network import arrays
from soundweave.network.arrays import Network

UNKNOWN_AUTHOR = "?"
SOUNDS = """
    SELECT name, license, created, duration, num_downloads,
           type, preview_mp3, preview_ogg, is_explicit, gen_ai_preference
    FROM sounds WHERE removed_at IS NULL ORDER BY id
"""
COMMUNITIES = "SELECT id, x, y, radius, size, label FROM communities ORDER BY id"


@dataclass(frozen=True)
class Community:
    """A circle of the map; lengths in the map's units."""

    id: int
    x: float
    y: float
    radius: float
    size: int
    label: str


class Extra(NamedTuple):
    """What pages and data files say of a sound besides its other columns, as the library has it."""

    type: str
    preview_mp3: str | None
    preview_ogg: str | None
    is_explicit: int | None
    gen_ai_preference: str | None


@dataclass(frozen=True)
class Catalog:
    """Lists and arrays with one entry per sound, and the names their numbers refer to.

    `network` has the users, packs, tags and similar pairs by number; `user_names` and `pack_names`
    are in the order of its `user_ids` and `pack_ids`; `pack_owners` is -1 for an owner without
    sounds. `license_of` are indexes of `licenses`. For a sound that is not on the map, `community`
    is -1 and `points` (shape (sounds, 2)) is nan.
    """

    network: Network
    names: list[str]
    user_names: list[str]
    pack_names: list[str]
    pack_owners: list[int]
    licenses: list[License]
    license_of: np.ndarray
    created: list[str]
    seconds: np.ndarray
    downloads: np.ndarray
    extras: list[Extra]
    community: np.ndarray
    points: np.ndarray
    communities: list[Community]
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def ids(self) -> np.ndarray:
        """The sounds' numbers on Freesound, ascending."""
        return self.network.sound_ids

    @cached_property
    def newest(self) -> np.ndarray:
        """The sounds in the order of their upload, newest first."""
        # Stamps in the same format sort as text; ids decide within the same second.
        order: np.ndarray = np.lexsort((self.ids, np.array(self.created, dtype="U24")))[::-1]
        return order

    @cached_property
    def degrees(self) -> np.ndarray:
        """How many other sounds each one is connected to: same user, same pack, or similar.

        A sound of the same user and pack counts once; similar pairs are added to that.
        """
        net = self.network
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        both = net.packs.astype(np.int64) * max(len(net.user_ids), 1) + net.users
        packed = net.packs >= 0
        _, codes, sizes = np.unique(both[packed], return_inverse=True, return_counts=True)
        degrees: np.ndarray = net.user_sizes[net.users].astype(np.int64) - 1
        degrees[packed] += net.pack_sizes[net.packs[packed]] - sizes[codes]
        for ends in (net.low, net.high):
            degrees += np.bincount(ends, minlength=len(self))
        return degrees

    @property
    def on_map(self) -> int:
        """How many sounds are on the map."""
        return int((self.community >= 0).sum())

    @property
    def families(self) -> dict[str, int]:
        """The number of sounds per license family, in the order of `licenses.FAMILIES`."""
        return self.families_of(self.license_of)

    def families_of(self, license_numbers: np.ndarray) -> dict[str, int]:
        """Count sounds by the family of their licenses."""
        counts = np.bincount(license_numbers, minlength=len(self.licenses)).tolist()
        families = dict.fromkeys(licenses.FAMILIES, 0)
        for license_, count in zip(self.licenses, counts, strict=True):
            families[license_.family] += count
        return families

    def name(self, sound: int) -> str:
        """Return a sound's name as one visible line."""
        return one_line(self.names[sound], f"#{self.ids[sound]}")

    def author(self, sound: int) -> str:
        """Return the author's name as one visible line; the exact name is in `user_names`."""
        return one_line(self.user_names[self.network.users[sound]], UNKNOWN_AUTHOR)

    def license(self, sound: int) -> License:
        """Return a sound's license."""
        return self.licenses[int(self.license_of[sound])]

    def tag_codes(self, sound: int) -> list[int]:
        """Return the numbers of a sound's tags, each once."""
        tags = self.network.tags
        codes: list[int] = tags.codes[tags.offsets[sound] : tags.offsets[sound + 1]].tolist()
        return codes

    def tags(self, sound: int) -> list[str]:
        """Return a sound's tags, each once."""
        return [self.network.tags.names[code] for code in self.tag_codes(sound)]


def read(reader: sqlite3.Connection) -> Catalog:
    """Read all sounds of a snapshot of the library, except the removed ones."""
    net = arrays.read(reader)
    license_numbers: dict[str, int] = {}  # by URL, in order of appearance
    names, license_of, created, seconds, downloads, extras = [], [], [], [], [], []
    for name, url, stamp, duration, count, kind, mp3, ogg, explicit, wish in _rows(reader, SOUNDS):
        names.append(name)
        license_of.append(license_numbers.setdefault(url, len(license_numbers)))
        created.append(stamp)
        seconds.append(duration)
        downloads.append(count)
        # There are few types and wishes: one text of each is enough.
        extras.append(Extra(intern(kind), mp3, ogg, explicit, wish and intern(wish)))
    users = dict(_rows(reader, "SELECT id, username FROM users"))
    pack_names, pack_owners = _packs(reader, net)
    community, points = _positions(reader, net)
    return Catalog(
        network=net,
        names=names,
        user_names=[users[number] for number in net.user_ids.tolist()],
        pack_names=pack_names,
        pack_owners=pack_owners,
        licenses=[licenses.find(url) for url in license_numbers],
        license_of=np.array(license_of, dtype=np.int64),
        created=created,
        seconds=np.array(seconds, dtype=np.float64),
        downloads=np.array(downloads, dtype=np.int64),
        extras=extras,
        community=community,
        points=points,
        communities=[Community(*row) for row in _rows(reader, COMMUNITIES)],
        counts=database.counts(reader),
    )


def _packs(reader: sqlite3.Connection, net: Network) -> tuple[list[str], list[int]]:
    rows = _rows(reader, "SELECT id, name, user_id FROM packs")
    packs = {number: (name, owner) for number, name, owner in rows}
    numbers = {user: number for number, user in enumerate(net.user_ids.tolist())}
    present = [packs[number] for number in net.pack_ids.tolist()]
    return [name for name, _ in present], [numbers.get(owner, -1) for _, owner in present]


def _positions(reader: sqlite3.Connection, net: Network) -> tuple[np.ndarray, np.ndarray]:
    sounds, numbers, x, y = arrays.columns_of(
        reader,
        "SELECT sound_id, community_id, x, y FROM positions ORDER BY sound_id",
        4,
        np.float64,
    )
    present = np.isin(sounds, net.sound_ids)
    rows = np.searchsorted(net.sound_ids, sounds[present].astype(np.int64))
    community = np.full(len(net), -1)
    points = np.full((len(net), 2), np.nan)
    community[rows] = numbers[present]
    points[rows] = np.stack([x, y], axis=1)[present]
    return community, points


def _rows(reader: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = reader.cursor()
    cursor.row_factory = None  # plain tuples take a third of the time
    return cursor.execute(query)
