"""The requests that collecting sends to Freesound, answered with sounds that were checked.

https://freesound.org/docs/api/resources_apiv2.html
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from soundweave.base.errors import ApiError, NotFoundError
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.sound import FIELDS, InvalidSoundError, Sound, read_score, read_sound

log = logging.getLogger(__name__)

PAGE_SIZE = 150  # the API's maximum


@dataclass(frozen=True)
class SoundPage:
    """One page of results; `last` when neither its link nor its count says that more follow.

    `ids` are those of all results, also of the sounds that cannot be read. `count` is the number of
    all results, None if the answer lacks it. A page without results `is_empty`; one with unreadable
    results alone is not, though it has no sounds either.
    """

    sounds: tuple[Sound, ...]
    ids: frozenset[int]
    last: bool
    is_empty: bool
    count: int | None


@dataclass(frozen=True)
class Similar:
    """The sounds of one similarity answer, and their scores (0 to 1) by id."""

    sounds: tuple[Sound, ...]
    scores: dict[int, float]


def search(client: FreesoundClient, *, query: str, filters: str, sort: str, page: int) -> SoundPage:
    """Request one page of a search; `filters` may be empty.

    A page past the end (the index shrank meanwhile) is an empty last page.
    """
    params: dict[str, str | int] = {"query": query, "sort": sort, **_paging(page)}
    if filters:
        params["filter"] = filters  # an empty one is an error
    try:
        return _page(client.get("search/", params), page)
    except NotFoundError:
        if page == 1:
            raise  # there is no search here, rather than no result
        return SoundPage((), frozenset(), last=True, is_empty=True, count=None)


def pack_sounds(client: FreesoundClient, pack_id: int, page: int) -> SoundPage:
    """Request one page of a pack's sounds; raises NotFoundError for an unknown pack or page."""
    return _page(client.get(f"packs/{pack_id}/sounds/", _paging(page)), page)


def sounds_by_id(client: FreesoundClient, ids: Sequence[int]) -> SoundPage:
    """Request up to 150 sounds at once; sounds missing from the search index are left out."""
    alternatives = " OR ".join(map(str, ids))
    return search(client, query="", filters=f"id:({alternatives})", sort="created_asc", page=1)


def get_sound(client: FreesoundClient, sound_id: int) -> Sound | None:
    """Request one sound; raises NotFoundError when it is gone.

    Returns None for a sound that exists but cannot be read.
    """
    return _read(client.get(f"sounds/{sound_id}/", {"fields": FIELDS}))


def similar(client: FreesoundClient, sound_id: int, keep: int) -> Similar:
    """Request the `keep` sounds most similar to a sound; an unknown sound has none.

    Sounds and scores that cannot be read are left out, even if none is left.
    """
    params: dict[str, str | int] = {"fields": f"{FIELDS},score", "page_size": keep}
    try:
        answer = client.get(f"sounds/{sound_id}/similar/", params)
    except NotFoundError:
        return Similar((), {})
    sounds, scores = [], dict[int, float]()
    for raw in _results(answer):
        sound = _read(raw)
        if sound is None or sound.id == sound_id:  # before 2026 the target itself came first
            continue
        sounds.append(sound)
        try:
            scores[sound.id] = max(read_score(raw), scores.get(sound.id, 0.0))
        except InvalidSoundError as error:
            log.warning("%d as similar to %d left out: %s", sound.id, sound_id, error)
    best = sorted(scores.items(), key=lambda item: -item[1])[:keep]
    return Similar(tuple(sounds), dict(best))


def _paging(page: int) -> dict[str, str | int]:
    return {"fields": FIELDS, "page": page, "page_size": PAGE_SIZE}


def _page(answer: dict[str, Any], page: int) -> SoundPage:
    results, count = _results(answer), _count(answer)
    sounds = [sound for raw in results if (sound := _read(raw)) is not None]
    numbers = (raw.get("id") for raw in results if isinstance(raw, dict))
    ids = frozenset(number for number in numbers if isinstance(number, int))
    is_last = not answer.get("next") and page * PAGE_SIZE >= (count or 0)
    return SoundPage(tuple(sounds), ids, is_last, is_empty=not results, count=count)


def _count(answer: dict[str, Any]) -> int | None:
    count = answer.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _results(answer: dict[str, Any]) -> list[object]:
    results = answer.get("results")
    if not isinstance(results, list):
        raise ApiError("the answer has no list of results")
    return results


def _read(raw: object) -> Sound | None:
    if raw is None:  # in the search index, but no longer in the database
        return None
    try:
        return read_sound(raw)
    except InvalidSoundError as error:
        number = raw.get("id") if isinstance(raw, dict) else None
        log.warning("sound %.40r left out: %s", number, error)
        return None
