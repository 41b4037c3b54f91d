"""Node-link JSON, as networkx.node_link_graph reads it."""

import json
from collections.abc import Iterable
from typing import TextIO

from soundweave.network.exports.source import Network


def write(network: Network, stream: TextIO) -> None:
    """Write the network row by row, one node or edge a line."""
    head = {"directed": False, "multigraph": False, "graph": {"view": network.view}}
    stream.write(f'{json.dumps(head)[:-1]}, "nodes": [')
    _rows(network.nodes(), stream)
    stream.write('], "edges": [')
    edges = (
        {"source": source, "target": target, "kind": kind, "weight": weight}
        for source, target, kind, weight in network.edges()
    )
    _rows(edges, stream)
    stream.write("]}\n")


def _rows(rows: Iterable[dict[str, object]], stream: TextIO) -> None:
    separator = "\n"
    for row in rows:
        stream.write(separator + json.dumps(row, ensure_ascii=False))
        separator = ",\n"
    stream.write("\n")
