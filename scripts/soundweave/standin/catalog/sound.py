"""The sound object of the API: its fields in answer order, their defaults, its URLs."""

import hashlib
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

SITE = "https://freesound.org"
API = f"{SITE}/apiv2/"
CDN = "https://cdn.freesound.org/"


def names(text: str) -> tuple[str, ...]:
    """Return the blank-separated names in a text: long lists read better so."""
    return tuple(text.split())


# In the order in which the API writes them, whatever the order they were asked in.
FIELDS = names(
    "id url name tags description category subcategory category_code category_is_user_provided"
    " geotag is_geotagged created license gen_ai_preference type channels filesize bitrate bitdepth"
    " duration samplerate username pack pack_name download bookmark previews images num_downloads"
    " avg_rating num_ratings rate comments num_comments comment similar_sounds is_explicit score"
    " is_remix was_remixed md5"
)
LIST_FIELDS = frozenset({"id", "name", "tags", "username", "license"})

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
BY_4 = "https://creativecommons.org/licenses/by/4.0/"
BY_3 = "http://creativecommons.org/licenses/by/3.0/"
BY_NC_4 = "https://creativecommons.org/licenses/by-nc/4.0/"
BY_NC_3 = "http://creativecommons.org/licenses/by-nc/3.0/"
SAMPLING = "http://creativecommons.org/licenses/sampling+/1.0/"

_LICENSE_NAMES = {
    "/by/": "Attribution",
    "/by-nc/": "Attribution NonCommercial",
    "/zero/": "Creative Commons 0",
    "/sampling+/": "Sampling+",
}
_PACK_URL = re.compile(r"/apiv2/packs/(\d{1,18})/?$")
_PLAIN: dict[str, object] = {
    "tags": [],
    "description": "",
    "category": None,
    "subcategory": None,
    "category_code": None,
    "category_is_user_provided": False,
    "geotag": None,
    "created": "2020-01-01T00:00:00Z",
    "license": CC0,
    "gen_ai_preference": "no-additional-preferences",
    "type": "wav",
    "channels": 2,
    "filesize": 176444,
    "bitrate": 1411,
    "bitdepth": 16,
    "duration": 1.0,
    "samplerate": 44100.0,
    "username": "someone",
    "pack": None,
    "num_downloads": 0,
    "avg_rating": 0.0,
    "num_ratings": 0,
    "num_comments": 0,
    "is_explicit": False,
    "is_remix": False,
    "was_remixed": False,
}


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a full sound object: what was given as it is, the rest as the API would have it.

    Values are not checked, so that a catalogue can hold a lie. Raises ValueError without an id.
    """
    sound_id = given.get("id")
    if not isinstance(sound_id, int) or isinstance(sound_id, bool) or sound_id < 1:
        raise ValueError('a sound needs an "id" that is a positive whole number')
    base = {key: list(value) if isinstance(value, list) else value for key, value in _PLAIN.items()}
    sound: dict[str, Any] = {**base, **given}
    pack = pack_id(sound)
    derived = {
        "name": f"{sound_id}.{sound['type']}",
        "url": f"{SITE}/people/{encoded(str(sound['username']))}/sounds/{sound_id}/",
        "is_geotagged": sound["geotag"] is not None,
        "pack_name": None if pack is None else f"Pack {pack}",
        **_endpoints(sound_id),
        **_media(sound_id, user_id(str(sound["username"]))),
        # Only has to be unique and stable; nothing is protected by it.
        "md5": hashlib.md5(str(sound_id).encode(), usedforsecurity=False).hexdigest(),
        "score": None,
    }
    sound = derived | sound
    return {field: sound[field] for field in FIELDS}


def encoded(text: str) -> str:
    """Return `text` as one part of a path, escaped the way the API's own URLs are."""
    return quote(text, safe="!$&'()*+,;=~:@", errors="replace")


def user_id(username: str) -> int:
    """Return the numeric id that media URLs carry for a user; stable, made from the name."""
    return zlib.crc32(username.encode(errors="replace")) % 9_000_000 + 1000


def pack_url(number: int) -> str:
    """Return the URL of a pack."""
    return f"{API}packs/{number}/"


def pack_id(sound: Mapping[str, Any]) -> int | None:
    """Return the id in a sound's pack URL; None without a pack or with something else there."""
    pack = sound.get("pack")
    match = _PACK_URL.search(pack) if isinstance(pack, str) else None
    return int(match.group(1)) if match else None


def license_name(url: object) -> str:
    """Return the name that the `license` filter knows a deed's URL by."""
    found = (name for part, name in _LICENSE_NAMES.items() if part in str(url))
    return next(found, str(url))


def _endpoints(sound_id: int) -> dict[str, str]:
    base = f"{API}sounds/{sound_id}/"
    own = names("download bookmark rate comments comment")
    return {name: f"{base}{name}/" for name in own} | {"similar_sounds": f"{base}similar/"}


def _media(sound_id: int, owner: int) -> dict[str, dict[str, str]]:
    stem = f"{sound_id // 1000}/{sound_id}_{owner}"
    previews = {
        f"preview-{quality}-{kind}": f"{CDN}previews/{stem}-{quality}.{kind}"
        for quality in ("hq", "lq")
        for kind in ("mp3", "ogg")
    }
    shapes = (("waveform", "wave", "png"), ("spectral", "spec", "jpg"))
    images = {
        f"{name}_{marker}{size.lower()}": f"{CDN}displays/{stem}_{short}_{marker}{size}.{kind}"
        for marker in ("", "bw_")
        for name, short, kind in shapes
        for size in ("M", "L")
    }
    return {"previews": previews, "images": images}
