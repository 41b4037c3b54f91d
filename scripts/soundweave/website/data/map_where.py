"""Which communities have sounds of a user, of a pack's name, or with a tag."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from soundweave.website.data.catalog import Catalogue
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

MOST = 60  # communities listed of one name

Places = list[list[int]]  # [community, sounds], most first


def write(tree: Tree, catalogue: Catalogue, drawn: np.ndarray) -> None:
    """Write map/where/<kind>-<bucket>.json for the sounds that are `drawn` on the map.

    map/where/index.json lists the buckets of each kind, so that nobody asks for one that is not
    there.
    """
    length = buckets.prefix(len(catalogue))
    index: dict[str, list[str]] = {}
    for kind, names, codes, sounds in _kinds(catalogue, drawn):
        files: dict[str, dict[str, Places]] = defaultdict(dict)
        for name, places in _places(names, codes, catalogue.community[sounds]):
            files[buckets.bucket_of_name(name, length)][name] = places
        index[kind] = sorted(files)
        for bucket, content in sorted(files.items()):
            ordered = dict(sorted(content.items()))
            tree.write(f"map/where/{kind}-{bucket}.json", compact.encode(ordered))
    tree.write("map/where/index.json", compact.encode(index))


def _kinds(
    catalogue: Catalogue, drawn: np.ndarray
) -> Iterator[tuple[str, list[str], np.ndarray, np.ndarray]]:
    """Yield each kind, its names, and the codes of those names with the sound of each."""
    net = catalogue.network
    yield "user", catalogue.user_names, net.users[drawn], drawn
    packed = drawn[net.packs[drawn] >= 0]
    yield "pack", catalogue.pack_names, net.packs[packed], packed
    tagged = catalogue.community[net.tags.sounds] >= 0
    yield "tag", net.tags.names, net.tags.codes[tagged], net.tags.sounds[tagged]


def _places(
    names: list[str], codes: np.ndarray, communities: np.ndarray
) -> Iterator[tuple[str, Places]]:
    """Yield each name that occurs with its communities; equal names are one."""
    distinct: dict[str, int] = {}
    place = [distinct.setdefault(compact.writable(name), len(distinct)) for name in names]
    if not len(codes):
        return
    width = int(communities.max()) + 1
    keys, counts = np.unique(
        np.array(place, dtype=np.int64)[codes] * width + communities, return_counts=True
    )
    number, community = np.divmod(keys, width)
    order = np.lexsort((community, -counts, number))
    pairs = np.stack([community, counts], axis=1)[order]
    starts = np.searchsorted(number, np.arange(len(distinct) + 1)).tolist()
    for index, name in enumerate(distinct):
        if starts[index] < starts[index + 1]:
            yield name, pairs[starts[index] : starts[index + 1]][:MOST].tolist()
