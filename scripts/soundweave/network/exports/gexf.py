"""GEXF 1.3, the format of Gephi: https://gexf.net/schema.html."""

from collections.abc import Iterator
from typing import TextIO

from soundweave.network.exports.source import EDGE_FIELDS, NODE_FIELDS, Edge, Network, Node
from soundweave.network.exports.xml import escaped, types

SPACE = "http://gexf.net/1.3"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="{SPACE}" xmlns:viz="{SPACE}/viz" version="1.3">
<meta><creator>Soundweave</creator></meta>
<graph mode="static" defaultedgetype="undirected">
"""


def write(network: Network, stream: TextIO) -> None:
    """Write the network row by row; places on the map become Gephi's as well."""
    stream.write(HEAD)
    stream.writelines(_attributes())
    stream.write("<nodes>\n")
    stream.writelines(map(_node, network.nodes()))
    stream.write("</nodes>\n<edges>\n")
    stream.writelines(_edge(*each) for each in enumerate(network.edges()))
    stream.write("</edges>\n</graph>\n</gexf>\n")


def _attributes() -> Iterator[str]:
    # The weight is GEXF's own; an attribute of the same name would be a second one.
    edge_fields = {name: kind for name, kind in EDGE_FIELDS.items() if name != "weight"}
    for kind, fields in (("node", NODE_FIELDS), ("edge", edge_fields)):
        yield f'<attributes class="{kind}" mode="static">\n'
        for name, type_name in types(fields, whole="long").items():
            yield f'<attribute id="{name}" title="{name}" type="{type_name}"/>\n'
        yield "</attributes>\n"


def _node(node: Node) -> str:
    values = "".join([_value(name, value) for name, value in node.items() if name != "id"])
    place = f'<viz:position x="{node["x"]}" y="{node["y"]}" z="0"/>' if "x" in node else ""
    label = escaped(node["name"])
    return (
        f'<node id="{node["id"]}" label="{label}"><attvalues>{values}</attvalues>{place}</node>\n'
    )


def _edge(number: int, edge: Edge) -> str:
    source, target, kind, weight = edge
    ends = f'source="{source}" target="{target}" weight="{weight}"'
    return f'<edge id="{number}" {ends}><attvalues>{_value("kind", kind)}</attvalues></edge>\n'


def _value(name: str, value: object) -> str:
    return f'<attvalue for="{name}" value="{escaped(value)}"/>'
