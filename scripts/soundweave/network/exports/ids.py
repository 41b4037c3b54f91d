"""Ids of nodes: the same in all formats, and valid as XML's NMTOKEN, which GraphML requires.

https://www.w3.org/TR/xml/#NT-Nmtoken
"""

import re

SPECIAL = re.compile(r"[^A-Za-z0-9._-]")


def sound(number: int) -> str:
    """Return a sound's id: `sound:123`."""
    return f"sound:{number}"


def pack(number: int) -> str:
    """Return a pack's id: `pack:900`."""
    return f"pack:{number}"


def user(name: str) -> str:
    """Return a user's id: `user:someone`.

    ASCII letters and digits, `.`, `_` and `-` stay; any other character becomes its hexadecimal
    code point between colons (`a b` is `user:a:20:b`), so different names have different ids.
    """
    return "user:" + SPECIAL.sub(lambda match: f":{ord(match[0]):x}:", name)
