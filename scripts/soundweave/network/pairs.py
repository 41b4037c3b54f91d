"""The exact pairs of small groups, streamed to a CSV file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from soundweave.base import files
from soundweave.network import membership
from soundweave.network.arrays import NO_PACK
from soundweave.network.membership import Ints, Membership

COLUMNS = ("source", "target", "same_user", "same_pack")
SCHEMA = pa.schema(zip(COLUMNS, (pa.int64(), pa.int64(), pa.uint8(), pa.uint8()), strict=True))
HEADER = (",".join(COLUMNS) + "\n").encode()


def write(members: Membership, path: Path, *, up_to: int) -> dict[str, int]:
    """Write each pair of sounds that share a user or a pack of at most `up_to` sounds, once.

    Columns: source < target (sound ids), same_user and same_pack (1 or 0). Pairs come group by
    group: users by id, then packs by id. Returns the part of edge_stats about pairs written, and
    pairs and groups left out. Raises ConfigError when the file cannot be written.
    """
    written = 0
    with files.whole(path) as stream:
        stream.write(HEADER)
        options = csv.WriteOptions(include_header=False)
        with csv.CSVWriter(stream, SCHEMA, write_options=options) as writer:
            for source, target in exact(members, up_to):
                writer.write_batch(_batch(members, source, target))
                written += len(source)
    return {
        "pairs_written": written,
        "pairs_left_out": membership.pair_count(members) - written,
        "groups_left_out": _larger(members.users, up_to) + _larger(members.packs, up_to),
    }


def exact(members: Membership, up_to: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield all pairs in groups of at most `up_to` sounds, each once, as arrays of indices."""
    user_sizes = membership.group_sizes(members.users)
    yield from membership.pairs_within(members.users, _reach(user_sizes, up_to))
    pack_sizes = membership.group_sizes(members.packs)
    for source, target in membership.pairs_within(members.packs, _reach(pack_sizes, up_to)):
        new = (members.users[source] != members.users[target]) | (user_sizes[source] > up_to)
        yield source[new], target[new]


def _reach(sizes: Ints, up_to: int) -> Ints:
    return np.where(sizes <= up_to, sizes - 1, 0)


def _larger(groups: Ints, up_to: int) -> int:
    _, sizes = np.unique(groups[groups != NO_PACK], return_counts=True)
    return int((sizes > up_to).sum())


def _batch(members: Membership, source: Ints, target: Ints) -> pa.RecordBatch:
    users, packs = members.users, members.packs
    same_user = users[source] == users[target]
    same_pack = (packs[source] == packs[target]) & (packs[source] != NO_PACK)
    columns = (
        *(members.sounds[source], members.sounds[target]),
        *(same_user.astype(np.uint8), same_pack.astype(np.uint8)),
    )
    return pa.record_batch([pa.array(column) for column in columns], schema=SCHEMA)
