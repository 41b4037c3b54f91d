"""From detected communities to those on the map: not too small, not too large, and lasting.

Detection alone gives thousands of lone sounds and, without similarities, one community for each
large user. So small ones are merged by their most common tag, and large ones split by user, then
by pack. A community keeps its id from night to night while it keeps most of its sounds.
"""

import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.grouping import majority, ranks_within, renumbered, unique_rows

COMMON_SHARE = 0.05  # a tag that more of the sounds have says too little


def on_the_map(
    network: Network, detected: np.ndarray, previous: np.ndarray, *, smallest: int, largest: int
) -> np.ndarray:
    """Return the id of each sound's community, from 1 up.

    `detected` is the engine's community of each sound, `previous` its id so far, -1 for a new
    sound. Communities should have from `smallest` to `largest` sounds.
    """
    merged = _merge_small(network, renumbered(detected), previous, smallest)
    split = _split_large(network, merged, previous, largest)
    return _lasting_ids(split, previous)


def _merge_small(
    network: Network, detected: np.ndarray, previous: np.ndarray, smallest: int
) -> np.ndarray:
    """Merge communities below `smallest`: as they were before, else by their tag."""
    sizes = np.bincount(detected)
    small = sizes[detected] < smallest
    successors = _successors(detected, small, previous)
    tags = _most_common_tags(network, detected)
    merged = detected.copy()
    ids = majority(detected, previous, len(sizes))[detected]
    old = small & (ids >= 0)
    merged[old] = successors[ids[old]]
    # New ones join those with the same tag.
    by_tag = majority(np.where(old, tags + 1, -1), merged, len(network.tags.names) + 1)
    new = small & ~old
    unused = max(len(sizes), int(successors.max(initial=0)) + 1)
    target_of_tag = np.where(by_tag >= 0, by_tag, unused + np.arange(len(by_tag)))
    merged[new] = target_of_tag[tags[new] + 1]
    merged = renumbered(merged)
    still_small = np.bincount(merged)[merged] < smallest
    merged[still_small] = merged.max(initial=0) + 1
    return renumbered(merged)


def _successors(detected: np.ndarray, small: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Return what became of each previous community.

    That is the detected community with most of its sounds; or an unused number when most are in
    small ones: it was a merged community then.
    """
    count = int(previous.max(initial=0)) + 1
    targets = np.where(small, int(detected.max(initial=0)) + 1 + previous, detected)
    return majority(previous, targets, count)


def _most_common_tags(network: Network, groups: np.ndarray) -> np.ndarray:
    """Return the most frequent tag in each sound's group that is not too common, or -1."""
    tags = network.tags
    usable = (tags.frequencies <= max(10, COMMON_SHARE * len(network)))[tags.codes]
    best = np.full(int(groups.max(initial=-1)) + 1, -1)
    codes, owners = tags.codes[usable], groups[tags.sounds[usable]]
    order = np.lexsort((-codes, tags.frequencies[codes]))
    best[owners[order]] = codes[order]  # the last write wins: the most frequent
    return np.asarray(best[groups])


def _split_large(
    network: Network, groups: np.ndarray, previous: np.ndarray, largest: int
) -> np.ndarray:
    """Split communities above `largest` between users, else between packs, else between uploads."""
    over = np.flatnonzero(np.bincount(groups)[groups] > largest)
    if not len(over):
        return groups
    units = _units(groups[over], network.users[over], network.packs[over], largest)
    sizes = np.bincount(units)
    ids = majority(units, previous[over], len(sizes))
    community = np.zeros(len(sizes), dtype=np.int64)
    community[units] = groups[over]
    parts = _fill_parts(community.tolist(), ids.tolist(), sizes.tolist(), largest)
    split = groups.copy()
    split[over] = groups.max() + 1 + np.array(parts)[units]
    return renumbered(split)


def _units(groups: np.ndarray, users: np.ndarray, packs: np.ndarray, largest: int) -> np.ndarray:
    """Return which sounds stay together: a user's; or a pack's; or consecutive uploads."""
    units = unique_rows(groups, users)
    units = _cut(units, packs + 1, largest)
    return _cut(units, ranks_within(units) // largest, largest)


def _cut(units: np.ndarray, finer: np.ndarray, largest: int) -> np.ndarray:
    over = np.bincount(units)[units] > largest
    return unique_rows(units, np.where(over, finer, 0))


def _fill_parts(
    communities: list[int], ids: list[int], sizes: list[int], largest: int
) -> list[int]:
    """Return the part of each unit: its previous one while there is room, else the last with room.

    A part is a community and a previous id; or -2 for its first, and lower for each further, new
    part.
    """
    room: dict[tuple[int, int], int] = {}
    numbers: dict[tuple[int, int], int] = {}
    part_of_unit: list[tuple[int, int]] = [(0, 0)] * len(sizes)
    last: dict[int, tuple[int, int]] = {}
    for unit in sorted(range(len(sizes)), key=lambda unit: (ids[unit] < 0, unit)):
        community = communities[unit]
        part = (community, ids[unit]) if ids[unit] >= 0 else last.get(community, (community, -2))
        if room.get(part, largest) < sizes[unit]:
            part = (community, -3 - len(numbers))
        room[part] = room.get(part, largest) - sizes[unit]
        part_of_unit[unit] = last[community] = part
        numbers.setdefault(part, len(numbers))
    return [numbers[part] for part in part_of_unit]


def _lasting_ids(groups: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Give each group the unused previous id that it shares most sounds with, else a new one."""
    ids = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
    old = previous >= 0
    pairs, shared = np.unique(
        np.stack([groups[old], previous[old]], axis=1), axis=0, return_counts=True
    )
    used: set[int] = set()
    for index in np.lexsort((pairs[:, 1], pairs[:, 0], -shared)).tolist():
        group, number = pairs[index].tolist()
        if not ids[group] and number not in used:
            ids[group] = number
            used.add(number)
    new = ids == 0
    ids[new] = max(0, int(previous.max(initial=0))) + 1 + np.arange(int(new.sum()))
    return np.asarray(ids[groups])
