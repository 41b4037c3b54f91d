"""Walks through Freesound's search by upload time, safe to stop after any page.

Deep pages are slow and shift while one pages, so a walk asks for the sounds behind a time bound,
pages a little, and moves the bound along; each night starts at a fresh bound. A page whose times
are out of order moves none: it says nothing of what lies behind it. The state of a walk:

    high   the newest upload time up to which everything was seen
    up     the upward walk under way: {"from", "page", "reached"}, or None
    down   where the downward walk is, likewise
    done   whether the downward walk has reached the oldest sound
    owed   whether an upward walk ended and no downward page came after it
"""

from collections.abc import Iterator
from typing import Any

from soundweave.base import times
from soundweave.freesound import api
from soundweave.freesound.api import Page
from soundweave.freesound.client import FreesoundClient

State = dict[str, Any]

PAGES_BEHIND_A_BOUND = 10


def walk(
    client: FreesoundClient, state: State, *, query: str, overlap_days: float
) -> Iterator[tuple[Page, State]]:
    """Yield each page with the state to save along with it: first what is new, then what is old.

    `overlap_days`: how far behind `high` to look again, for sounds approved long after upload.
    """
    state = {**state, "up": _afresh(state.get("up")), "down": _afresh(state.get("down"))}
    if state.get("owed") and not state.get("done"):
        # Nights of one request would otherwise only ever look for new sounds.
        page, state = _down_one(client, state, query)
        yield page, state
    if state.get("high"):
        start = times.before(state["high"], days=overlap_days)
        state = {**state, "up": state["up"] or {"from": start, "page": 1, "reached": start}}
        while state["up"]:
            page, state = _up_one(client, state, query)
            yield page, state
    while not state.get("done"):
        page, state = _down_one(client, state, query)
        yield page, state
        if page.last:
            return


def _up_one(client: FreesoundClient, state: State, query: str) -> tuple[Page, State]:
    up = state["up"]
    page = _search(client, query, f"created:[{up['from']} TO *]", "created_asc", up["page"])
    created = [sound.created for sound in page.sounds]
    reached = max(up["reached"], _newest(created)) if created == sorted(created) else up["reached"]
    if page.last:
        return page, {**state, "high": max(state["high"], reached), "up": None, "owed": True}
    return page, {**state, "up": _next(up, reached)}


def _down_one(client: FreesoundClient, state: State, query: str) -> tuple[Page, State]:
    down = state.get("down") or {"from": times.now(), "page": 1, "reached": times.now()}
    page = _search(client, query, f"created:[* TO {down['from']}]", "created_desc", down["page"])
    created = [sound.created for sound in page.sounds]
    ordered = created == sorted(created, reverse=True)
    reached = min([*created, down["reached"]]) if ordered else down["reached"]
    return page, {
        **state,
        "high": state.get("high") or (_newest(created) if ordered else "") or None,
        # An empty end is not believed: the next night asks again from there.
        "down": _bound(reached) if page.last else _next(down, reached),
        "done": page.last and bool(page.sounds),
        "owed": False,
    }


def _newest(created: list[str]) -> str:
    # A time in the future would keep all later sounds from ever being new.
    return min(max(created, default=""), times.now())


def _next(bound: State, reached: str) -> State:
    if bound["page"] < PAGES_BEHIND_A_BOUND or reached == bound["from"]:
        return {**bound, "page": bound["page"] + 1, "reached": reached}
    return _bound(reached)


def _bound(start: str) -> State:
    return {"from": start, "page": 1, "reached": start}


def _afresh(bound: State | None) -> State | None:
    if bound is None or bound["reached"] == bound["from"]:
        return bound
    return {"from": bound["reached"], "page": 1, "reached": bound["reached"]}


def _search(client: FreesoundClient, query: str, bounds: str, sort: str, page: int) -> Page:
    return api.search(client, query=query, filters=bounds, sort=sort, page=page)
