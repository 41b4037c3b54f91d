"""The pairwise network, bounded: all pairs of small groups, nearest uploads of large ones.

All pairs of Freesound's 700 000 sounds are 1.5 billion, nearly all of them in few users. This view
grows with the number of sounds, so graph libraries can take it.
"""

from dataclasses import dataclass

import numpy as np

from soundweave.network import membership, projection_rule
from soundweave.network.arrays import NO_PACK
from soundweave.network.membership import Ints, Membership

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Projection:
    """Distinct edges as four arrays of one length, sorted by source, then target.

    `source` < `target` are indices into the membership's arrays (int32). `user` and `pack` say
    whether the two sounds share their user and their pack; at least one is true. `left_out` is the
    number of pairs of the exact network that are missing.
    """

    source: np.ndarray[tuple[int], np.dtype[np.int32]]
    target: np.ndarray[tuple[int], np.dtype[np.int32]]
    user: Flags
    pack: Flags
    left_out: int


def project(members: Membership, *, exact_up_to: int, nearest: int) -> Projection:
    """Connect the sounds of each user and of each pack, as `projection_rule` says."""
    total = len(members.sounds)
    keys = [np.empty(0, dtype=np.int64)]
    for groups in (members.users, members.packs):
        reach = _reach(groups, exact_up_to, nearest)
        for source, target in membership.pairs_within(groups, reach):
            keys.append(source * total + target)
    source, target = np.divmod(_distinct(np.concatenate(keys)), max(total, 1))
    users, packs = members.users, members.packs
    return Projection(
        source.astype(np.int32),
        target.astype(np.int32),
        user=users[source] == users[target],
        pack=(packs[source] == packs[target]) & (packs[source] != NO_PACK),
        left_out=membership.pair_count(members) - len(source),
    )


def _reach(groups: Ints, exact_up_to: int, nearest: int) -> Ints:
    sizes, inverse = np.unique(membership.group_sizes(groups), return_inverse=True)
    reaches = [projection_rule.reach(size, exact_up_to, nearest) for size in sizes.tolist()]
    return np.array(reaches, dtype=np.int64)[inverse]


def _distinct(keys: Ints) -> Ints:
    keys.sort()  # in place: np.unique would copy them
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
