"""One snapshot of the library, and which of its users, packs and tags have a page: the largest."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from soundweave.base.config import WebsiteConfig
from soundweave.website.data import catalog as catalogs
from soundweave.website.data import previews
from soundweave.website.data.catalog import Catalog
from soundweave.website.frame import addresses


@dataclass(frozen=True)
class Groups:
    """The pages by number, largest group first; the numbers are those of catalog.network.

    A page is a path in its language, like users/bob-81b637d8.html.
    """

    users: dict[int, str]
    packs: dict[int, str]
    tags: dict[int, str]


@dataclass(frozen=True)
class Snapshot:
    """A snapshot's sounds, the groups that have a page, and where previews may come from."""

    catalog: Catalog
    groups: Groups
    preview_origins: Sequence[str]


def read(reader: sqlite3.Connection, settings: WebsiteConfig) -> Snapshot:
    """Read a snapshot of the library."""
    catalog = catalogs.read(reader)
    groups = choose(catalog, settings.group_pages)
    return Snapshot(catalog, groups, previews.origins(reader, settings.preview_origins))


def choose(catalog: Catalog, most: int) -> Groups:
    """Return the pages of the `most` largest users, packs and tags; ties go by number.

    A tag of a single sound gets no page: it would lead nowhere.
    """
    net = catalog.network
    users = _largest(net.user_sizes, most)
    packs = _largest(net.pack_sizes, most)
    tags = _largest(net.tags.frequencies, most, smallest=2)
    return Groups(
        users={user: addresses.user_page(catalog.user_names[user]) for user in users},
        packs={pack: addresses.pack_page(int(net.pack_ids[pack])) for pack in packs},
        tags={tag: addresses.tag_page(net.tags.names[tag]) for tag in tags},
    )


def _largest(sizes: np.ndarray, most: int, smallest: int = 1) -> list[int]:
    order: list[int] = np.argsort(-sizes, kind="stable")[:most].tolist()
    return [number for number in order if sizes[number] >= smallest]
