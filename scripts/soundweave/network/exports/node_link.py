"""Node-link JSON, as networkx.node_link_graph reads it."""

import json
from collections.abc import Iterable
from typing import BinaryIO

from soundweave.network.exports.view import View


def write(view: View, stream: BinaryIO) -> None:
    """Write one node or edge per line."""
    head = {"directed": False, "multigraph": False, "graph": {"view": view.name}}
    stream.write(f'{json.dumps(head)[:-1]}, "nodes": ['.encode())
    _write_rows(view.nodes(), stream)
    stream.write(b'], "edges": [')
    keys = ("source", "target", "kind", "weight")
    _write_rows((dict(zip(keys, edge, strict=True)) for edge in view.edges()), stream)
    stream.write(b"]}\n")


def _write_rows(rows: Iterable[dict[str, object]], stream: BinaryIO) -> None:
    separator = "\n"
    for row in rows:
        stream.write(f"{separator}{json.dumps(row, ensure_ascii=False)}".encode())
        separator = ",\n"
    stream.write(b"\n")
