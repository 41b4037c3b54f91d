"""GraphML and GEXF, streamed with lxml.

http://graphml.graphdrawing.org/specification.html, https://gexf.net/schema.html (1.3)
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from soundweave.network.exports.view import EDGE_FIELDS, NODE_FIELDS, Edge, Node, View

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"
VIZ = f"{GEXF}/viz"
TYPES = {str: "string", list: "string", float: "double", int: "long", bool: "boolean"}
# XML 1.0 cannot express most control characters: https://www.w3.org/TR/xml/#charsets
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Attributes = dict[str, str]


def write_graphml(view: View, stream: BinaryIO) -> None:
    """Write GraphML."""
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("graphml", nsmap={None: GRAPHML}):
            _write(file, _graphml_keys())
            with file.element("graph", id=view.name, edgedefault="undirected"):
                _write(file, map(_graphml_node, view.nodes()))
                _write(file, (_graphml_edge(*edge) for edge in view.edges()))


def write_gexf(view: View, stream: BinaryIO) -> None:
    """Write GEXF; positions on the map become Gephi's too."""
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("gexf", version="1.3", nsmap={None: GEXF}):
            with file.element("meta"), file.element("creator"):
                file.write("Soundweave")
            with file.element("graph", mode="static", defaultedgetype="undirected"):
                # The edge's weight is not declared: it is an attribute of GEXF itself.
                _write(
                    file, [_gexf_fields("node", NODE_FIELDS), _gexf_fields("edge", {"kind": str})]
                )
                with file.element("nodes"):
                    _write(file, map(_gexf_node, view.nodes()))
                with file.element("edges"):
                    _write(file, (_gexf_edge(*row) for row in enumerate(view.edges())))


def _graphml_keys() -> Iterator[etree._Element]:
    for kind, fields in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
        for name, field_type in fields.items():
            key = {"id": f"{kind}-{name}", "for": kind}
            yield etree.Element("key", key | {"attr.name": name, "attr.type": TYPES[field_type]})


def _graphml_node(node: Node) -> etree._Element:
    return _graphml("node", {"id": node.pop("id")}, node)


def _graphml_edge(source: str, target: str, kind: str, weight: float) -> etree._Element:
    return _graphml("edge", {"source": source, "target": target}, {"kind": kind, "weight": weight})


def _graphml(tag: str, attributes: Attributes, values: Node) -> etree._Element:
    element = etree.Element(tag, attributes)
    for name, value in values.items():
        etree.SubElement(element, "data", key=f"{tag}-{name}").text = _text(value)
    return element


def _gexf_fields(kind: str, fields: dict[str, type]) -> etree._Element:
    element = etree.Element("attributes", {"class": kind, "mode": "static"})
    for name, field_type in fields.items():
        etree.SubElement(element, "attribute", id=name, title=name, type=TYPES[field_type])
    return element


def _gexf_node(node: Node) -> etree._Element:
    attributes = {"id": node.pop("id"), "label": _text(node["name"])}
    element = _gexf("node", attributes, node)
    if "x" in node:
        position = {"x": str(node["x"]), "y": str(node["y"]), "z": "0"}
        etree.SubElement(element, f"{{{VIZ}}}position", position, nsmap={"viz": VIZ})
    return element


def _gexf_edge(number: int, edge: Edge) -> etree._Element:
    source, target, kind, weight = edge
    attributes = {"id": str(number), "source": source, "target": target, "weight": str(weight)}
    return _gexf("edge", attributes, {"kind": kind})


def _gexf(tag: str, attributes: Attributes, values: Node) -> etree._Element:
    element = etree.Element(tag, attributes)
    children = etree.SubElement(element, "attvalues")
    for name, value in values.items():
        etree.SubElement(children, "attvalue", {"for": name, "value": _text(value)})
    return element


def _write(file: Any, elements: Iterable[etree._Element]) -> None:
    for element in elements:
        element.tail = "\n"
        file.write(element)


def _text(value: object) -> str:
    """Lists become JSON, which escapes forbidden characters; in a string they become U+FFFD."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        text = json.dumps(value, ensure_ascii=False)
        return FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return FORBIDDEN.sub("\ufffd", str(value))
