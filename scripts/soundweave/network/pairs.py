"""The exact pairs of small groups, streamed to a CSV file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from soundweave.base.files import whole
from soundweave.network import membership
from soundweave.network.membership import NONE, Ints, Membership

SCHEMA = pa.schema(
    [
        ("source", pa.int64()),
        ("target", pa.int64()),
        ("same_user", pa.uint8()),
        ("same_pack", pa.uint8()),
    ]
)
HEADER = (",".join(SCHEMA.names) + "\n").encode()

Pairs = tuple[Ints, Ints]


def write(members: Membership, path: Path, *, up_to: int) -> dict[str, int]:
    """Write each pair of sounds that share a user or a pack of at most `up_to` sounds, once.

    Columns: source < target (sound ids), same_user and same_pack (1 or 0). Pairs come group by
    group: users by id, then packs by id. The file appears whole. Returns the part of edge_stats
    that says how many pairs were written, and how many pairs and larger groups were not.
    Raises ConfigError when the file cannot be written.
    """
    written = 0
    with whole(path) as stream:
        stream.write(HEADER)
        options = csv.WriteOptions(include_header=False)
        with csv.CSVWriter(stream, SCHEMA, write_options=options) as writer:
            for source, target in exact(members, up_to):
                writer.write_batch(_batch(members, source, target))
                written += len(source)
    larger = (_larger(members.users, up_to), _larger(members.packs, up_to))
    return {
        "pairs_written": written,
        "pairs_left_out": membership.pair_count(members) - written,
        "groups_left_out": sum(larger),
    }


def exact(members: Membership, up_to: int) -> Iterator[Pairs]:
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
    _, sizes = np.unique(groups[groups != NONE], return_counts=True)
    return int((sizes > up_to).sum())


def _batch(members: Membership, source: Ints, target: Ints) -> pa.RecordBatch:
    users, packs = members.users, members.packs
    same_pack = (packs[source] == packs[target]) & (packs[source] != NONE)
    columns = (
        *(members.sounds[source], members.sounds[target]),
        *((users[source] == users[target]).astype(np.uint8), same_pack.astype(np.uint8)),
    )
    return pa.record_batch([pa.array(column) for column in columns], schema=SCHEMA)
