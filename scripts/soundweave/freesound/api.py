"""The few questions the collector asks Freesound, as pages of sounds.

https://freesound.org/docs/api/resources_apiv2.html
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from soundweave.base.errors import ApiError, NotFoundError
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.sound import FIELDS, BadRecordError, Sound, read_score, read_sound

log = logging.getLogger(__name__)

PAGE_SIZE = 150  # the API's largest


@dataclass(frozen=True)
class Page:
    """One page of results; `last` when the server names no next one."""

    sounds: tuple[Sound, ...]
    last: bool


@dataclass(frozen=True)
class Similar:
    """The sounds of one similarity answer, and the score (0 to 1) of each, by id."""

    sounds: tuple[Sound, ...]
    scores: dict[int, float]


def search(client: FreesoundClient, *, query: str, filters: str, sort: str, page: int) -> Page:
    """Ask for one page of a search; `filters` may be empty.

    A page behind the end (the index shrank meanwhile) is an empty last page.
    """
    params: dict[str, str | int] = {"query": query, "sort": sort, **_paging(page)}
    if filters:
        params["filter"] = filters  # present but blank would be an error
    try:
        return _page(client.get("search/", params))
    except NotFoundError:
        if page == 1:
            raise  # no search, rather than no result
        return Page((), last=True)


def pack_sounds(client: FreesoundClient, pack_id: int, page: int) -> Page:
    """Ask for one page of a pack's list; raises NotFoundError when there is no such pack."""
    return _page(client.get(f"packs/{pack_id}/sounds/", _paging(page)))


def sounds_by_id(client: FreesoundClient, ids: Sequence[int]) -> Page:
    """Ask for up to 150 sounds at once; those that search does not know are left out."""
    listed = " OR ".join(str(each) for each in ids)
    return search(client, query="", filters=f"id:({listed})", sort="created_asc", page=1)


def sound(client: FreesoundClient, sound_id: int) -> list[Sound]:
    """Ask for one sound; raises NotFoundError when it is gone.

    Returns an empty list for a sound that is there but cannot be read.
    """
    return _readable([client.get(f"sounds/{sound_id}/", {"fields": FIELDS})])


def similar(client: FreesoundClient, sound_id: int, keep: int) -> Similar:
    """Ask for the `keep` sounds most similar to one; none is the answer for an unknown one, too.

    Raises ApiError when the answer has sounds, but not a single score that can be used.
    """
    params: dict[str, str | int] = {"fields": f"{FIELDS},score", "page_size": keep}
    try:
        answer = client.get(f"sounds/{sound_id}/similar/", params)
    except NotFoundError:
        return Similar((), {})
    sounds, scores = [], dict[int, float]()
    for raw in _results(answer):
        for found in _readable([raw]):
            if found.id == sound_id:  # servers of before 2026 begin with the target itself
                continue
            sounds.append(found)
            try:
                scores[found.id] = max(read_score(raw), scores.get(found.id, 0.0))
            except BadRecordError as error:
                log.warning("%d as similar to %d left out: %s", found.id, sound_id, error)
    if sounds and not scores:
        raise ApiError(f"none of the {len(sounds)} sounds similar to {sound_id} has a score")
    best = sorted(scores.items(), key=lambda each: -each[1])[:keep]
    return Similar(tuple(sounds), dict(best))


def _paging(page: int) -> dict[str, str | int]:
    return {"fields": FIELDS, "page": page, "page_size": PAGE_SIZE}


def _page(answer: dict[str, Any]) -> Page:
    return Page(tuple(_readable(_results(answer))), last=not answer.get("next"))


def _results(answer: dict[str, Any]) -> list[object]:
    results = answer.get("results")
    if not isinstance(results, list):
        raise ApiError("the answer has no list of results")
    return results


def _readable(results: list[object]) -> list[Sound]:
    sounds = []
    for raw in results:
        if raw is None:  # in the index, no longer in the database
            continue
        try:
            sounds.append(read_sound(raw))
        except BadRecordError as error:
            number = raw.get("id") if isinstance(raw, dict) else None
            log.warning("sound %.40r left out: %s", number, error)
    return sounds
