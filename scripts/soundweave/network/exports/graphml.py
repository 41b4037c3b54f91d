"""GraphML: http://graphml.graphdrawing.org/specification.html."""

from collections.abc import Iterator
from typing import TextIO

from soundweave.network.exports.source import EDGE_FIELDS, NODE_FIELDS, Edge, Network, Node
from soundweave.network.exports.xml import escaped, types

SPACE = "http://graphml.graphdrawing.org/xmlns"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="{SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="{SPACE} {SPACE}/1.0/graphml.xsd">
"""


def write(network: Network, stream: TextIO) -> None:
    """Write the network row by row."""
    stream.write(HEAD)
    stream.writelines(_keys())
    stream.write(f'<graph id="{network.view}" edgedefault="undirected">\n')
    stream.writelines(map(_node, network.nodes()))
    stream.writelines(map(_edge, network.edges()))
    stream.write("</graph>\n</graphml>\n")


def _keys() -> Iterator[str]:
    for kind, fields in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
        for name, type_name in types(fields, whole="long").items():
            key = f'id="{kind}-{name}" for="{kind}" attr.name="{name}" attr.type="{type_name}"'
            yield f"<key {key}/>\n"


def _node(node: Node) -> str:
    data = [_data(f"node-{name}", value) for name, value in node.items() if name != "id"]
    return f'<node id="{node["id"]}">{"".join(data)}</node>\n'


def _edge(edge: Edge) -> str:
    source, target, kind, weight = edge
    data = f"{_data('edge-kind', kind)}{_data('edge-weight', weight)}"
    return f'<edge source="{source}" target="{target}">{data}</edge>\n'


def _data(key: str, value: object) -> str:
    return f'<data key="{key}">{escaped(value)}</data>'
