"""Parquet: a file of nodes and a file of edges, for DuckDB, Spark, pandas and polars."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from soundweave.network.exports.view import NODE_FIELDS, View

ROWS = 50_000  # in memory, and in a row group
TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"
WORD = pa.dictionary(pa.int32(), pa.string())  # few different values
TYPES = {
    str: pa.string(),
    float: pa.float64(),
    int: pa.int64(),
    bool: pa.bool_(),
    list: pa.list_(pa.string()),
}
SPECIAL = {"kind": WORD, "license": WORD, "created": pa.timestamp("ms", tz="UTC")}

NODES = pa.schema(
    [pa.field("id", pa.string(), nullable=False)]
    + [pa.field(name, SPECIAL.get(name, TYPES[kind])) for name, kind in NODE_FIELDS.items()]
)
EDGES = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("kind", WORD, nullable=False),
        pa.field("weight", pa.float64(), nullable=False),
    ]
)


def write_nodes(view: View, stream: BinaryIO) -> None:
    """Write the nodes; a field that a node does not have is null."""
    rows = ([node.get(name) for name in NODES.names] for node in view.nodes())
    _write(view, NODES, stream, rows)


def write_edges(view: View, stream: BinaryIO) -> None:
    """Write the edges."""
    _write(view, EDGES, stream, view.edges())


def _write(view: View, schema: pa.Schema, stream: BinaryIO, rows: Iterable[Any]) -> None:
    schema = schema.with_metadata({"view": view.name})
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in _batches(iter(rows)):
            columns = zip(*batch, strict=True)
            arrays = [_array(column, field) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, ROWS)):
        yield batch


def _array(column: tuple[Any, ...], field: pa.Field) -> pa.Array:
    if pa.types.is_timestamp(field.type):
        # Validation reports an invalid time; here it is null.
        times = pc.strptime(pa.array(column, pa.string()), TIMESTAMP, "ms", error_is_null=True)
        return pc.assume_timezone(times, "UTC")
    if pa.types.is_dictionary(field.type):
        return pa.array(column, pa.string()).dictionary_encode()
    return pa.array(column, field.type)
