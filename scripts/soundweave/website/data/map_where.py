"""The communities that have sounds of a user, of packs with a name, or with a tag."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from soundweave.website.data.catalog import Catalog
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

MOST = 60  # communities listed for one name

CommunityCounts = list[list[int]]  # [community, sounds], most sounds first


def write(tree: Tree, catalog: Catalog, drawn: np.ndarray) -> None:
    """Write map/where/<kind>-<bucket>.json for the sounds that are `drawn` on the map.

    map/where/index.json lists the buckets of each kind, so that readers request only those.
    """
    length = buckets.prefix(len(catalog))
    index: dict[str, list[str]] = {}
    for kind, names, codes, sounds in _kinds(catalog, drawn):
        files: dict[str, dict[str, CommunityCounts]] = defaultdict(dict)
        for name, counts in _communities(names, codes, catalog.community[sounds]):
            files[buckets.bucket_of_name(name, length)][name] = counts
        index[kind] = sorted(files)
        for bucket, content in sorted(files.items()):
            ordered = dict(sorted(content.items()))
            tree.write(f"map/where/{kind}-{bucket}.json", compact.encode(ordered))
    tree.write("map/where/index.json", compact.encode(index))


def _kinds(
    catalog: Catalog, drawn: np.ndarray
) -> Iterator[tuple[str, list[str], np.ndarray, np.ndarray]]:
    """Yield each kind with its names, and pairs of a name's number and a sound."""
    net = catalog.network
    yield "user", catalog.user_names, net.users[drawn], drawn
    packed = drawn[net.packs[drawn] >= 0]
    yield "pack", catalog.pack_names, net.packs[packed], packed
    tagged = catalog.community[net.tags.sounds] >= 0
    yield "tag", net.tags.names, net.tags.codes[tagged], net.tags.sounds[tagged]


def _communities(
    names: list[str], codes: np.ndarray, communities: np.ndarray
) -> Iterator[tuple[str, CommunityCounts]]:
    """Yield each name that occurs with its communities; equal names are merged."""
    distinct: dict[str, int] = {}
    merged = [distinct.setdefault(compact.writable(name), len(distinct)) for name in names]
    if not len(codes):
        return
    width = int(communities.max()) + 1
    keys, counts = np.unique(
        np.array(merged, dtype=np.int64)[codes] * width + communities, return_counts=True
    )
    number, community = np.divmod(keys, width)
    order = np.lexsort((community, -counts, number))
    pairs = np.stack([community, counts], axis=1)[order]
    starts = np.searchsorted(number, np.arange(len(distinct) + 1)).tolist()
    for index, name in enumerate(distinct):
        if starts[index] < starts[index + 1]:
            yield name, pairs[starts[index] : starts[index + 1]][:MOST].tolist()
