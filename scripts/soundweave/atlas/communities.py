"""From what the engine detects to what the map shows: not too small, not too large, and lasting.

Detection alone gives thousands of lone sounds and, without similarities, one community for each
large user. So small ones are gathered by their commonest tag, and large ones split by user, then
by pack. A community keeps yesterday's id when it keeps most of yesterday's sounds.
"""

from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import Network
from soundweave.network.grouping import majority, ranks_within, renumbered, unique_rows

COMMON_SHARE = 0.05  # a tag that more of the sounds have says too little
NOWHERE = -1  # yesterday's community of a sound that is new


@dataclass(frozen=True)
class Bounds:
    """How many sounds a community on the map should have."""

    smallest: int
    largest: int


def on_the_map(
    network: Network, detected: np.ndarray, yesterday: np.ndarray, bounds: Bounds
) -> np.ndarray:
    """Return the id of each sound's community, from 1 up.

    `detected` is the engine's community of each sound, `yesterday` its id then (NOWHERE: new).
    """
    gathered = _gather(network, renumbered(detected), yesterday, bounds.smallest)
    split = _split(network, gathered, yesterday, bounds.largest)
    return _lasting_ids(split, yesterday)


def start(network: Network, yesterday: np.ndarray) -> np.ndarray | None:
    """Return where detection should begin: yesterday's communities; None when there were none.

    Users and packs begin where most of their sounds were, new sounds with their pack or user.
    """
    if not (yesterday >= 0).any():
        return None
    by_user = majority(network.users, yesterday, len(network.user_ids))
    by_pack = majority(network.packs, yesterday, len(network.pack_ids))
    sounds = yesterday.copy()
    for hubs, groups in ((by_pack, network.packs), (by_user, network.users)):
        new = (sounds < 0) & (groups >= 0)
        sounds[new] = hubs[groups[new]]
    labels = np.concatenate([sounds, by_user, by_pack])
    unknown = labels < 0
    labels[unknown] = labels.max() + 1 + np.arange(int(unknown.sum()))
    return renumbered(labels)


def _gather(
    network: Network, detected: np.ndarray, yesterday: np.ndarray, smallest: int
) -> np.ndarray:
    """Join communities below `smallest`: where they were yesterday, else by their tag."""
    sizes = np.bincount(detected)
    small = sizes[detected] < smallest
    homes = _homes(detected, small, yesterday)
    tags = _commonest_tags(network, detected)
    gathered = detected.copy()
    first = len(sizes)
    was = majority(detected, yesterday, len(sizes))[detected]
    known = small & (was >= 0)
    gathered[known] = homes[was[known]]
    # New ones go where those with the same tag are.
    by_tag = majority(np.where(known, tags + 1, -1), gathered, len(network.tags.names) + 1)
    new = small & ~known
    first_tag = max(first, int(homes.max(initial=0)) + 1)
    join = np.where(by_tag >= 0, by_tag, first_tag + np.arange(len(by_tag)))
    gathered[new] = join[tags[new] + 1]
    gathered = renumbered(gathered)
    lone = np.bincount(gathered)[gathered] < smallest
    gathered[lone] = gathered.max(initial=0) + 1
    return renumbered(gathered)


def _homes(detected: np.ndarray, small: np.ndarray, yesterday: np.ndarray) -> np.ndarray:
    """Return what became of each of yesterday's communities.

    That is the detected community which most of its sounds are in, or a number of its own when
    most are in small ones: then it was a gathered one.
    """
    count = int(yesterday.max(initial=0)) + 1
    where = np.where(small, int(detected.max(initial=0)) + 1 + yesterday, detected)
    return majority(yesterday, where, count)


def _commonest_tags(network: Network, groups: np.ndarray) -> np.ndarray:
    """Return, for each sound, the most frequent tag in its group that is not everywhere; or -1."""
    tags = network.tags
    telling = tags.frequencies <= max(10, COMMON_SHARE * len(network))
    kept = telling[tags.codes]
    best = np.full(int(groups.max(initial=-1)) + 1, -1)
    codes, owners = tags.codes[kept], groups[tags.sounds[kept]]
    order = np.lexsort((-codes, tags.frequencies[codes]))
    best[owners[order]] = codes[order]  # the last one written stays: the most frequent
    return np.asarray(best[groups])


def _split(network: Network, groups: np.ndarray, yesterday: np.ndarray, largest: int) -> np.ndarray:
    """Cut communities above `largest` between users, else between packs, else between uploads."""
    over = np.flatnonzero(np.bincount(groups)[groups] > largest)
    if not len(over):
        return groups
    units = _units(groups[over], network.users[over], network.packs[over], largest)
    number = int(units.max()) + 1
    sizes = np.bincount(units).tolist()
    was = majority(units, yesterday[over], number).tolist()
    community = np.zeros(number, dtype=np.int64)
    community[units] = groups[over]
    parts = _fill(community.tolist(), was, sizes, largest)
    split = groups.copy()
    split[over] = groups.max() + 1 + np.array(parts)[units]
    return renumbered(split)


def _units(groups: np.ndarray, users: np.ndarray, packs: np.ndarray, largest: int) -> np.ndarray:
    """Return which sounds stay together: a user's; or a pack's; or one after another."""
    units = unique_rows(groups, users)
    units = _cut(units, packs + 1, largest)
    return _cut(units, ranks_within(units) // largest, largest)


def _cut(units: np.ndarray, finer: np.ndarray, largest: int) -> np.ndarray:
    over = np.bincount(units)[units] > largest
    return unique_rows(units, np.where(over, finer, 0))


def _fill(communities: list[int], was: list[int], sizes: list[int], largest: int) -> list[int]:
    """Return the part of each unit: yesterday's while it has room, else the last with room."""
    room: dict[tuple[int, int], int] = {}
    parts: dict[tuple[int, int], int] = {}
    chosen: list[tuple[int, int]] = [(0, 0)] * len(sizes)
    old_first = sorted(range(len(sizes)), key=lambda unit: (was[unit] < 0, unit))
    last: dict[int, tuple[int, int]] = {}
    for unit in old_first:
        community = communities[unit]
        part = (community, was[unit]) if was[unit] >= 0 else last.get(community, (community, -2))
        if room.get(part, largest) < sizes[unit]:
            part = (community, -3 - len(parts))
        room[part] = room.get(part, largest) - sizes[unit]
        chosen[unit] = last[community] = part
        parts.setdefault(part, len(parts))
    return [parts[part] for part in chosen]


def _lasting_ids(groups: np.ndarray, yesterday: np.ndarray) -> np.ndarray:
    """Give each group the id it shares most sounds with, each id to one group; else a new one."""
    ids = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
    old = yesterday >= 0
    pairs, shared = np.unique(
        np.stack([groups[old], yesterday[old]], axis=1), axis=0, return_counts=True
    )
    taken: set[int] = set()
    for index in np.lexsort((pairs[:, 1], pairs[:, 0], -shared)).tolist():
        group, number = pairs[index].tolist()
        if not ids[group] and number not in taken:
            ids[group] = number
            taken.add(number)
    unnamed = ids == 0
    ids[unnamed] = max(0, int(yesterday.max(initial=0))) + 1 + np.arange(int(unnamed.sum()))
    return np.asarray(ids[groups])
