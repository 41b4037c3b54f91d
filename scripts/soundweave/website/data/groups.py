"""Which users, packs and tags have a page of their own: the largest ones, so many of each."""

from dataclasses import dataclass

import numpy as np

from soundweave.website.data.catalog import Catalogue
from soundweave.website.frame import addresses


@dataclass(frozen=True)
class Groups:
    """The pages by number, largest group first; the numbers are those of catalogue.network.

    A page is a path in its language, like users/bob-81b637d8.html.
    """

    users: dict[int, str]
    packs: dict[int, str]
    tags: dict[int, str]


def choose(catalogue: Catalogue, most: int) -> Groups:
    """Return the pages of the `most` largest users, packs and tags; equal ones by their number.

    A tag that only one sound has leads nowhere: it has none.
    """
    net = catalogue.network
    return Groups(
        users={
            i: addresses.user_page(catalogue.user_names[i]) for i in _largest(net.user_sizes, most)
        },
        packs={
            i: addresses.pack_page(int(net.pack_ids[i])) for i in _largest(net.pack_sizes, most)
        },
        tags={
            i: addresses.tag_page(net.tags.names[i])
            for i in _largest(net.tags.frequencies, most, 2)
        },
    )


def _largest(sizes: np.ndarray, most: int, smallest: int = 1) -> list[int]:
    order: list[int] = np.argsort(-sizes, kind="stable")[:most].tolist()
    return [number for number in order if sizes[number] >= smallest]
