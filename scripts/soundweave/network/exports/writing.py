"""Writing exports: which files a format has, each of them whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from soundweave.base.errors import ConfigError
from soundweave.network.exports import gexf, graphml, node_link, parquet
from soundweave.network.exports.source import Network

Writer = Callable[[Network, Path], None]


def _text(write: Callable[[Network, TextIO], None], network: Network, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        write(network, stream)


FORMATS: dict[str, dict[str, Writer]] = {
    "graphml": {"network.graphml": partial(_text, graphml.write)},
    "gexf": {"network.gexf": partial(_text, gexf.write)},
    "parquet": {"nodes.parquet": parquet.write_nodes, "edges.parquet": parquet.write_edges},
    "json": {"network.json": partial(_text, node_link.write)},
}
"""The files of each format, with what writes them."""


def export(network: Network, formats: list[str], folder: Path) -> dict[str, object]:
    """Write the network into `folder`; returns its view, numbers of nodes and edges, and files.

    A file appears, or is replaced, when it is complete. Raises ConfigError when it cannot be.
    """
    tally = {"nodes": 0, "edges": 0}
    counted = replace(
        network,
        nodes=partial(_counted, network.nodes, tally, "nodes"),
        edges=partial(_counted, network.edges, tally, "edges"),
    )
    files = []
    for name, write in (each for wanted in formats for each in FORMATS[wanted].items()):
        path = folder / name
        with _whole(path) as temporary:
            write(counted, temporary)
        files.append({"path": str(path), "bytes": path.stat().st_size})
    return {"view": network.view, **tally, "files": files}


def _counted(read: Callable[[], Iterator[Any]], tally: dict[str, int], name: str) -> Iterator[Any]:
    number = 0
    for number, row in enumerate(read(), start=1):  # noqa: B007 - the last one is the count
        yield row
    tally[name] = number


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
