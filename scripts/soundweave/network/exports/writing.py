"""The files of each export format, each written completely or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from soundweave.base import files
from soundweave.network.exports import node_link, parquet, xml_formats
from soundweave.network.exports.view import View

FORMATS: dict[str, dict[str, Callable[[View, BinaryIO], None]]] = {
    "graphml": {"network.graphml": xml_formats.write_graphml},
    "gexf": {"network.gexf": xml_formats.write_gexf},
    "parquet": {"nodes.parquet": parquet.write_nodes, "edges.parquet": parquet.write_edges},
    "json": {"network.json": node_link.write},
}
"""The function that writes each file of each format."""


def export(view: View, formats: list[str], folder: Path) -> dict[str, object]:
    """Write a view into `folder`; returns its name, numbers of nodes and edges, and files.

    Raises ConfigError when a file cannot be written.
    """
    totals = {"nodes": 0, "edges": 0}
    counted = replace(
        view,
        nodes=partial(_counted, view.nodes, totals, "nodes"),
        edges=partial(_counted, view.edges, totals, "edges"),
    )
    written = []
    for format_name in formats:
        for name, write in FORMATS[format_name].items():
            with files.whole(folder / name) as stream:
                write(counted, stream)
            size = (folder / name).stat().st_size
            written.append({"path": str(folder / name), "bytes": size})
    return {"view": view.name, **totals, "files": written}


def _counted(rows: Callable[[], Iterator[Any]], totals: dict[str, int], name: str) -> Iterator[Any]:
    total = 0
    for total, row in enumerate(rows(), start=1):  # noqa: B007 - the last number is the total
        yield row
    totals[name] = total
