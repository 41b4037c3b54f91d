"""Parquet: a file of nodes and a file of edges, for DuckDB, Spark, pandas and polars."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from soundweave.network.exports.source import NODE_FIELDS, Network

ROWS = 50_000  # in memory, and in a row group
TYPES = {str: pa.string(), float: pa.float64(), int: pa.int64(), list: pa.list_(pa.string())}
WORD = pa.dictionary(pa.int32(), pa.string())  # few different values
STAMP = "%Y-%m-%dT%H:%M:%SZ"

NODES = pa.schema(
    [pa.field("id", pa.string(), nullable=False)]
    + [pa.field(name, TYPES[kind]) for name, kind in NODE_FIELDS.items()]
)
for _name, _type in (("kind", WORD), ("license", WORD), ("created", pa.timestamp("ms", tz="UTC"))):
    NODES = NODES.set(NODES.get_field_index(_name), pa.field(_name, _type))
EDGES = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("kind", WORD, nullable=False),
        pa.field("weight", pa.float64(), nullable=False),
    ]
)


def write_nodes(network: Network, path: Path) -> None:
    """Write the nodes; a field that a node does not have is null."""
    _write(network, NODES, path, ([row.get(n) for n in NODES.names] for row in network.nodes()))


def write_edges(network: Network, path: Path) -> None:
    """Write the edges."""
    _write(network, EDGES, path, network.edges())


def _write(network: Network, schema: pa.Schema, path: Path, rows: Iterable[Any]) -> None:
    described = schema.with_metadata({"view": network.view})
    with pq.ParquetWriter(path, described, compression="zstd") as writer:
        for batch in _batches(iter(rows)):
            columns = zip(*batch, strict=True)
            arrays = [_array(column, field) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=described))


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, ROWS)):
        yield batch


def _array(column: tuple[Any, ...], field: pa.Field) -> pa.Array:
    if pa.types.is_timestamp(field.type):
        # A stamp that is none, which validation reports, is null here.
        moments = pc.strptime(pa.array(column, pa.string()), STAMP, "ms", error_is_null=True)
        return pc.assume_timezone(moments, "UTC")
    if pa.types.is_dictionary(field.type):
        return pa.array(column, pa.string()).dictionary_encode()
    return pa.array(column, field.type)
