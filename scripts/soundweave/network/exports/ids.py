"""Ids of nodes: the same in all formats, and valid as XML's NMTOKEN, which GraphML asks for.

https://www.w3.org/TR/xml/#NT-Nmtoken
"""

import re

OTHERS = re.compile(r"[^A-Za-z0-9._-]")


def sound(number: int) -> str:
    """Return a sound's id: `sound:123`."""
    return f"sound:{number}"


def pack(number: int) -> str:
    """Return a pack's id: `pack:900`."""
    return f"pack:{number}"


def user(name: str) -> str:
    """Return a user's id: `user:someone`.

    Letters and digits of ASCII, `.`, `_` and `-` stay; any other character becomes its code point
    in hexadecimal between colons (`a b` is `user:a:20:b`), so different names never meet.
    """
    return "user:" + OTHERS.sub(lambda found: f":{ord(found[0]):x}:", name)
