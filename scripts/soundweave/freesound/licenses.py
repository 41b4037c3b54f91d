"""Freesound's licenses: the deed's URL -> short name, real version, family and a safe link."""

from dataclasses import dataclass


@dataclass(frozen=True)
class License:
    """A license as the site shows it; an unknown one has no deed, and its text is its name."""

    name: str
    family: str  # zero | by | by-nc | sampling | other
    deed: str | None


FAMILIES = {
    "zero": "CC0",
    "by": "CC BY",
    "by-nc": "CC BY-NC",
    "sampling": "Sampling+",
    "other": "other",
}

_HOST = "creativecommons.org/"
_PATHS = {
    "publicdomain/zero/1.0/": ("zero", "1.0"),
    "licenses/by/3.0/": ("by", "3.0"),
    "licenses/by/4.0/": ("by", "4.0"),
    "licenses/by-nc/3.0/": ("by-nc", "3.0"),
    "licenses/by-nc/4.0/": ("by-nc", "4.0"),
    "licenses/sampling+/1.0/": ("sampling", "1.0"),
}
_KNOWN = {
    _HOST + path: License(f"{FAMILIES[family]} {version}", family, f"https://{_HOST}{path}")
    for path, (family, version) in _PATHS.items()
}


def find(url: str) -> License:
    """Find the license that `url` names: http or https, with or without a trailing slash.

    The deed comes from the table, never from `url`.
    """
    address = url.strip().removeprefix("http://").removeprefix("https://").rstrip("/") + "/"
    return _KNOWN.get(address) or License(url, "other", None)
