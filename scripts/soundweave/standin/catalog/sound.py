"""The sound object of the API: its fields in answer order, their types and defaults, its URLs."""

import copy
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

SITE = "https://freesound.org"
API = f"{SITE}/apiv2/"
CDN = "https://cdn.freesound.org/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
_LICENSE_NAMES = {
    "/by/": "Attribution",
    "/by-nc/": "Attribution NonCommercial",
    "/zero/": "Creative Commons 0",
    "/sampling+/": "Sampling+",
}
_PACK_URL = re.compile(r"/apiv2/packs/(\d{1,18})/?$")


@dataclass(frozen=True, slots=True)
class Field:
    """The JSON type of a field, and its value in a sound that does not set it."""

    type: type[str | int | float | bool | list[str] | dict[str, str]]
    default: Any = None
    nullable: bool = False


# In the order of the API's answers. Fields without a default here are derived in `complete`.
FIELDS = {
    "id": Field(int),
    "url": Field(str),
    "name": Field(str),
    "tags": Field(list, []),
    "description": Field(str, ""),
    "category": Field(str, nullable=True),
    "subcategory": Field(str, nullable=True),
    "category_code": Field(str, nullable=True),
    "category_is_user_provided": Field(bool, default=False),
    "geotag": Field(str, nullable=True),
    "is_geotagged": Field(bool),
    "created": Field(str, "2020-01-01T00:00:00Z"),
    "license": Field(str, CC0),
    "gen_ai_preference": Field(str, "no-additional-preferences"),
    "type": Field(str, "wav"),
    "channels": Field(int, 2),
    "filesize": Field(int, 176444),
    "bitrate": Field(int, 1411),
    "bitdepth": Field(int, 16, nullable=True),
    "duration": Field(float, 1.0),
    "samplerate": Field(float, 44100.0),
    "username": Field(str, "someone"),
    "pack": Field(str, nullable=True),
    "pack_name": Field(str, nullable=True),
    "download": Field(str),
    "bookmark": Field(str),
    "previews": Field(dict),
    "images": Field(dict),
    "num_downloads": Field(int, 0),
    "avg_rating": Field(float, 0.0),
    "num_ratings": Field(int, 0),
    "rate": Field(str),
    "comments": Field(str),
    "num_comments": Field(int, 0),
    "comment": Field(str),
    "similar_sounds": Field(str, nullable=True),
    "is_explicit": Field(bool, default=False),
    "score": Field(float, nullable=True),
    "is_remix": Field(bool, default=False),
    "was_remixed": Field(bool, default=False),
    "md5": Field(str),
}


def complete(partial: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a sound object lacks, as the API would.

    Values are not checked, so a catalog can hold wrong ones. Raises ValueError without an id.
    """
    sound_id = partial.get("id")
    if not isinstance(sound_id, int) or isinstance(sound_id, bool) or sound_id < 1:
        raise ValueError('a sound needs an "id" that is a positive whole number')
    sound = {name: copy.copy(field.default) for name, field in FIELDS.items()} | dict(partial)
    username, pack = str(sound["username"]), pack_id(sound)
    endpoint = f"{API}sounds/{sound_id}/"
    derived = {
        "name": f"{sound_id}.{sound['type']}",
        "url": f"{SITE}/people/{encoded(username)}/sounds/{sound_id}/",
        "is_geotagged": sound["geotag"] is not None,
        "pack_name": None if pack is None else f"Pack {pack}",
        **{name: f"{endpoint}{name}/" for name in _ACTIONS},
        "similar_sounds": f"{endpoint}similar/",
        **_media(sound_id, user_id(username)),
        # Only has to be unique and stable; it protects nothing.
        "md5": hashlib.md5(str(sound_id).encode(), usedforsecurity=False).hexdigest(),
    }
    sound |= {name: value for name, value in derived.items() if name not in partial}
    return {name: sound[name] for name in FIELDS}


_ACTIONS = ("download", "bookmark", "rate", "comments", "comment")


def encoded(text: str) -> str:
    """Escape `text` as one part of a path, the way the API's own URLs do."""
    return quote(text, safe="!$&'()*+,;=~:@", errors="replace")


def user_id(username: str) -> int:
    """Derive the numeric user id that media URLs carry; the same for the same name."""
    return zlib.crc32(username.encode(errors="replace")) % 9_000_000 + 1000


def pack_id(sound: Mapping[str, Any]) -> int | None:
    """Read the id from a sound's pack URL; None without a valid one."""
    pack = sound.get("pack")
    match = _PACK_URL.search(pack) if isinstance(pack, str) else None
    return int(match.group(1)) if match else None


def license_name(url: object) -> str:
    """Translate a license URL to the name that the `license` filter uses."""
    return next((name for part, name in _LICENSE_NAMES.items() if part in str(url)), str(url))


def _media(sound_id: int, owner: int) -> dict[str, dict[str, str]]:
    stem = f"{sound_id // 1000}/{sound_id}_{owner}"
    previews = {
        f"preview-{quality}-{extension}": f"{CDN}previews/{stem}-{quality}.{extension}"
        for quality in ("hq", "lq")
        for extension in ("mp3", "ogg")
    }
    displays = f"{CDN}displays/{stem}"
    images = {
        f"{name}_{scheme}{size.lower()}": f"{displays}_{suffix}_{scheme}{size}.{extension}"
        for scheme in ("", "bw_")
        for name, suffix, extension in (("waveform", "wave", "png"), ("spectral", "spec", "jpg"))
        for size in ("M", "L")
    }
    return {"previews": previews, "images": images}
