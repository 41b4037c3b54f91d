"""Walks through Freesound's search by upload time, safe to stop after any page.

Deep pages are slow and shift while one reads them. So a walk searches from an upload time on,
reads a few pages, and then searches again from the time it reached; each night starts with a new
search. A page whose times are out of order changes no start: it says nothing about what lies
beyond it. The state of a walk, saved as JSON:

    high   the newest upload time up to which everything was seen
    up     the upward walk in progress: {"from", "page", "reached"}, or None
    down   the position of the downward walk, likewise
    done   whether the downward walk has reached the oldest sound
    owed   whether an upward walk ended and no downward page followed yet
"""

from collections.abc import Iterator
from typing import Any

from soundweave.base import times
from soundweave.freesound import api
from soundweave.freesound.api import SoundPage
from soundweave.freesound.client import FreesoundClient

State = dict[str, Any]
Position = dict[str, Any]

PAGES_PER_SEARCH = 10


def walk(
    client: FreesoundClient, state: State, *, query: str, overlap_days: float
) -> Iterator[tuple[SoundPage, State]]:
    """Yield each page with the state to save along with it: first new sounds, then old ones.

    `overlap_days`: how far before `high` to look again, for sounds approved long after upload.
    """
    state = {**state, "up": _new_search(state.get("up")), "down": _new_search(state.get("down"))}
    if state.get("owed") and not state.get("done"):
        # Nights of one request would otherwise only ever look for new sounds.
        page, state = _down(client, state, query)
        yield page, state
    if state.get("high"):
        start = times.before(state["high"], days=overlap_days)
        state = {**state, "up": state["up"] or _start_at(start)}
        while state["up"]:
            page, state = _up(client, state, query)
            yield page, state
    while not state.get("done"):
        page, state = _down(client, state, query)
        yield page, state
        if page.last:
            return


def _up(client: FreesoundClient, state: State, query: str) -> tuple[SoundPage, State]:
    position = state["up"]
    filters = f"created:[{position['from']} TO *]"
    page = api.search(
        client, query=query, filters=filters, sort="created_asc", page=position["page"]
    )
    created = [sound.created for sound in page.sounds]
    reached = position["reached"]
    if created == sorted(created):
        reached = max(reached, _newest(created))
    if page.last:
        return page, {**state, "high": max(state["high"], reached), "up": None, "owed": True}
    return page, {**state, "up": _next(position, reached)}


def _down(client: FreesoundClient, state: State, query: str) -> tuple[SoundPage, State]:
    position = state["down"] or _start_at(times.now())
    filters = f"created:[* TO {position['from']}]"
    page = api.search(
        client, query=query, filters=filters, sort="created_desc", page=position["page"]
    )
    created = [sound.created for sound in page.sounds]
    reached, high = position["reached"], state.get("high")
    if created == sorted(created, reverse=True):
        reached = min([*created, reached])
        high = high or _newest(created) or None
    return page, {
        **state,
        "high": high,
        # An empty last page is not trusted: the next night searches again from there.
        "down": _start_at(reached) if page.last else _next(position, reached),
        "done": page.last and bool(page.sounds),
        "owed": False,
    }


def _newest(created: list[str]) -> str:
    # A time in the future would hide all sounds uploaded until then.
    return min(max(created, default=""), times.now())


def _next(position: Position, reached: str) -> Position:
    if position["page"] < PAGES_PER_SEARCH or reached == position["from"]:
        return {**position, "page": position["page"] + 1, "reached": reached}
    return _start_at(reached)


def _start_at(time: str) -> Position:
    return {"from": time, "page": 1, "reached": time}


def _new_search(position: Position | None) -> Position | None:
    if position is None or position["reached"] == position["from"]:
        return position
    return _start_at(position["reached"])
