"""A sound as the API describes it, validated: it fits the library or is refused.

Fields and their types: https://freesound.org/docs/api/resources_apiv2.html#sound-resources
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from soundweave.base import times

FIELDS = (
    "id,name,username,license,created,tags,duration,type,pack,pack_name,previews,num_downloads,"
    # Without the category, Freesound may send the wrong preference.
    "is_explicit,gen_ai_preference,category"
)
PACK_URL = re.compile(r"/packs/(\d{1,18})/?$")
FIRST_YEAR = 2005
# What an author may wish about training AI with a sound, as Freesound names it.
AI_PREFERENCES = (
    "no-additional-preferences",
    "open-source-models",
    "noncommercial-open-source-models",
    "no-gen-ai",
)
LARGEST_ID = 2**53  # JavaScript, and so the site, cannot tell larger ids apart
LONGEST = 10_000_000.0  # seconds; the largest upload, 1 GB, at 8 kbit/s lasts a tenth of it
MOST_DOWNLOADS = 10**9
ROUNDING = 1e-3  # scores of near-identical sounds reach 1.00001


class InvalidSoundError(ValueError):
    """A sound that cannot be stored; the message names the field."""


@dataclass(frozen=True)
class Sound:
    """One sound as the library stores it; `duration` in seconds, `created` a UTC timestamp."""

    id: int
    name: str
    username: str
    license: str
    created: str
    tags: tuple[str, ...]
    duration: float
    type: str
    pack_id: int | None
    pack_name: str
    preview_mp3: str | None
    preview_ogg: str | None
    num_downloads: int
    is_explicit: bool | None
    gen_ai_preference: str | None


def read_sound(raw: object) -> Sound:
    """Read one element of a `results` list, or a sound resource.

    Accepts older answers too: `created` without Z, `pack_name` null. Raises InvalidSoundError.
    """
    if not isinstance(raw, Mapping):
        raise InvalidSoundError("not an object")
    previews = raw.get("previews") or {}
    if not isinstance(previews, Mapping):
        raise InvalidSoundError("previews is not an object")
    return Sound(
        id=_identifier(raw.get("id"), "id"),
        name=_text(raw, "name"),
        username=_text(raw, "username"),
        license=_text(raw, "license"),
        created=_stamp(raw.get("created")),
        tags=_tags(raw.get("tags")),
        duration=_number(raw, "duration", LONGEST),
        type=_text(raw, "type", optional=True),
        pack_id=_pack(raw.get("pack")),
        pack_name=_text(raw, "pack_name", optional=True),
        preview_mp3=_url(previews.get("preview-hq-mp3")),
        preview_ogg=_url(previews.get("preview-hq-ogg")),
        num_downloads=int(_number(raw, "num_downloads", MOST_DOWNLOADS)),
        is_explicit=_flag(raw.get("is_explicit")),
        gen_ai_preference=_word(raw.get("gen_ai_preference")),
    )


def read_score(raw: object) -> float:
    """Read the similarity score of an element of a `results` list; raises InvalidSoundError.

    One that exceeds 1 by rounding is 1.
    """
    score = raw.get("score") if isinstance(raw, Mapping) else None
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise InvalidSoundError("score is not a number")
    if not 0 <= score <= 1 + ROUNDING:
        raise InvalidSoundError("score is not from 0 to 1")
    return min(float(score), 1.0)


def clean(text: str) -> str:
    """Make text safe for SQLite and UTF-8 files: no NUL, no lone surrogate."""
    return text.replace("\0", "").encode("utf-8", errors="replace").decode("utf-8")


def _identifier(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < LARGEST_ID:
        raise InvalidSoundError(f"{field} is not a positive number")
    return value


def _text(raw: Mapping[str, Any], field: str, *, optional: bool = False) -> str:
    value = raw.get(field)
    if value is None and optional:
        return ""
    if not isinstance(value, str):
        raise InvalidSoundError(f"{field} is not text")
    text = clean(value)
    if not optional and not text.strip():
        raise InvalidSoundError(f"{field} is empty")
    return text


def _number(raw: Mapping[str, Any], field: str, largest: float) -> float:
    value = raw.get(field)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise InvalidSoundError(f"{field} is not a number from 0 to {largest:.0f}")
    return float(value)


# What newer servers added is no reason to leave a sound out: unlike expected means not known.
def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _word(value: object) -> str | None:
    return clean(value) or None if isinstance(value, str) else None


def _stamp(value: object) -> str:
    try:
        moment = times.parse(value if isinstance(value, str) else "")
        # Freesound opened in 2005; an earlier time would make a walk skip everything.
        if moment.year >= FIRST_YEAR:
            return times.stamp(moment)
    except (ValueError, OverflowError):
        pass
    raise InvalidSoundError("created is not a time since 2005")


def _tags(value: object) -> tuple[str, ...]:
    tags = [] if value is None else value
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidSoundError("tags is not a list of text")
    return tuple(clean(tag) for tag in tags)


def _pack(value: object) -> int | None:
    if value is None:
        return None
    match = PACK_URL.search(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidSoundError("pack is not a pack's URL")
    return _identifier(int(match[1]), "pack")


def _url(value: object) -> str | None:
    is_url = isinstance(value, str) and re.fullmatch(r"https?://[!-~]+", value)
    return str(value) if is_url else None
