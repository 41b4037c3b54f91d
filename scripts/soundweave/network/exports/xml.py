"""Text in XML 1.0, which has no way to write most control characters.

https://www.w3.org/TR/xml/#charsets
"""

import json
import re
from collections.abc import Mapping

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPECIAL = re.compile('[&<>"\t\n\r]')
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(value: object) -> str:
    """Return a value as it is written in an element or between double quotes.

    A list becomes JSON, which has escapes for forbidden characters; in a string they become
    U+FFFD. Tabs and line ends are written as references: a reader would make blanks of them in an
    attribute, and \\n of \\r.
    """
    if isinstance(value, list):
        text = FORBIDDEN.sub(_json_escape, json.dumps(value, ensure_ascii=False))
    elif isinstance(value, str):
        text = FORBIDDEN.sub("\ufffd", value)
    else:
        return str(value)
    return SPECIAL.sub(_reference, text)


def types(fields: Mapping[str, type], whole: str) -> dict[str, str]:
    """Return each field with its type's name in XML; `whole` is the format's for integers."""
    names = {float: "double", int: whole}
    return {name: names.get(kind, "string") for name, kind in fields.items()}


def _json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _reference(found: re.Match[str]) -> str:
    return ESCAPES.get(found[0]) or f"&#{ord(found[0])};"
