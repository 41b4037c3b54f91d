"""Walks through Freesound's search by upload time, safe to stop after any page.

Deep pages are slow and shift while one reads them. So a walk searches from an upload time on,
reads a few pages, and then searches again from the time it reached; each night starts with a new
search. No single answer decides what is skipped:

- A time counts as reached once the next page continues from there.
- A page is the last one if neither its link nor its count says that more follow.
- A walk that reached the oldest sound compares the sounds that arrived with the number that exists,
  every night. If some are missing, it walks again: from where it ended if that was an empty page,
  and from the newest sound otherwise. A night gives up after a few pages without a new sound.
  Some never arrive, so after the second time it waits for a day, two, four, at most a month.
- A search's results change, so its walk starts again after a month.

The state of a walk, saved as JSON:

    high   the newest upload time up to which everything was seen
    up     the upward walk in progress, or None: {"from", "page", "reached", "pending"};
           `pending` is the time on the page before that the next page has to confirm
    down   the position of the downward walk, likewise; None for the newest sound
    done   whether the downward walk has reached the oldest sound
    owed   whether an upward walk ended and no downward page followed yet
    tries  how often the downward walk started again because sounds were missing
    again  when it may do so again
    repeat when the walk of a search starts again
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from soundweave.base import times
from soundweave.freesound import api
from soundweave.freesound.api import SoundPage
from soundweave.freesound.client import FreesoundClient

State = dict[str, Any]
Position = dict[str, Any]
Step = tuple[SoundPage, State]

PAGES_PER_SEARCH = 10
FRUITLESS_PAGES = 2 * PAGES_PER_SEARCH
TRIES_AT_ONCE = 2
LONGEST_WAIT = 32  # days
REPEAT = 30  # days


class RepeatedPageError(Exception):
    """The server sends the page before again; the walk continues another night."""


@dataclass(frozen=True)
class Direction:
    """One way to walk: how to search, and which of several times comes first or last."""

    sort: str
    filters: str
    first: Callable[[Iterable[str]], str]
    last: Callable[[Iterable[str]], str]


UP = Direction("created_asc", "created:[{} TO *]", min, max)
DOWN = Direction("created_desc", "created:[* TO {}]", max, min)


class Walk:
    """A walk during one night.

    `overlap_days`: how far before `high` to look again, for sounds approved long after upload.
    `known` counts the sounds that arrived, `forget` starts that count again for a search, and
    `distrust` takes what the answers contradict.
    """

    def __init__(
        self,
        client: FreesoundClient,
        state: State,
        *,
        query: str,
        overlap_days: float,
        known: Callable[[], int],
        forget: Callable[[], None],
        distrust: Callable[[str], None],
    ) -> None:
        self._client = client
        self._query = query
        self._overlap_days = overlap_days
        self._known = known
        self._forget = forget
        self._distrust = distrust
        self._state = {**state, **{way: _new_search(state.get(way)) for way in ("up", "down")}}
        self._last_answer: tuple[str, str, list[int]] = ("", "", [])

    def pages(self) -> Iterator[Step]:
        """Yield each page with the state to save along with it: first new sounds, then old ones.

        The caller saves a page before it takes the next one.
        """
        try:
            yield from self._pages()
        except RepeatedPageError as error:
            self._distrust(str(error))

    def _pages(self) -> Iterator[Step]:
        if self._state.get("owed") and not self._state.get("done"):
            # Nights of one request would otherwise only ever look for new sounds.
            yield self._down()
        if high := self._state.get("high"):
            start = times.before(min(high, times.now()), days=self._overlap_days)
            self._state["up"] = self._state["up"] or _start_at(start)
        while self._state["up"]:
            yield self._up()
        is_checked = bool(self._state.get("done"))
        if is_checked:
            yield from self._check()
        yield from self._downward()
        if self._state.get("done") and not is_checked:
            yield from self._check()

    def _downward(self) -> Iterator[Step]:
        fruitless_pages = 0
        while not self._state.get("done") and fruitless_pages < FRUITLESS_PAGES:
            known = self._known()
            yield self._down()
            fruitless_pages = 0 if self._known() > known else fruitless_pages + 1

    def _check(self) -> Iterator[Step]:
        page = api.search(self._client, query=self._query, filters="", sort=DOWN.sort, page=1)
        yield page, self._state
        known = self._known()
        now = times.now()
        if page.count is not None and page.count > known:
            if now >= self._state.get("again", ""):
                self._distrust(
                    f"the walk has ended, but Freesound counts {page.count} sounds and {known}"
                    " arrived: walking again"
                )
                self._start_again(tries=self._state.get("tries", 0) + 1)
        elif self._query and now >= self._state.get("repeat", ""):
            self._start_again(tries=0)

    def _start_again(self, tries: int) -> None:
        days = min(2 ** (tries - TRIES_AT_ONCE), LONGEST_WAIT) if tries >= TRIES_AT_ONCE else 0
        again = times.before(times.now(), days=-days)
        self._state = {**self._state, "done": False, "tries": tries, "again": again}
        if self._query and not self._state["down"]:
            self._forget()

    def _up(self) -> Step:
        page, position, ended = self._read(UP, self._state["up"])
        self._state = {**self._state, "up": position}
        if ended:
            # A time in the future would hide all sounds uploaded until then.
            reached = min(UP.last([position["reached"], position["pending"]]), times.now())
            high = max(self._state["high"], reached)
            self._state |= {"high": high, "up": None, "owed": True}
        return page, self._state

    def _down(self) -> Step:
        start = self._state["down"] or _start_at(times.now())
        page, position, ended = self._read(DOWN, start)
        newest = max((sound.created for sound in page.sounds), default="")
        self._state = {
            **self._state,
            "high": self._state.get("high") or min(newest, times.now()) or None,
            "down": _resumed(start, position, page) if ended else position,
            "done": ended,
            "owed": False,
        }
        if ended and self._query:
            self._state["repeat"] = times.before(times.now(), days=-REPEAT)
        return page, self._state

    def _read(self, way: Direction, position: Position) -> tuple[SoundPage, Position, bool]:
        """Read a page; returns it, the position after it, and whether it is the last one."""
        filters = way.filters.format(position["from"])
        page = api.search(
            self._client, query=self._query, filters=filters, sort=way.sort, page=position["page"]
        )
        answer = (way.sort, filters, [sound.id for sound in page.sounds])
        if page.sounds and position["page"] > 1 and answer == self._last_answer:
            raise RepeatedPageError(f"page {position['page']} of a search repeats the page before")
        self._last_answer = answer
        ended = page.last or page.is_empty
        return page, self._advanced(way, position, page, ended=ended), ended

    def _advanced(
        self, way: Direction, position: Position, page: SoundPage, *, ended: bool
    ) -> Position:
        created = [sound.created for sound in page.sounds]
        start, reached = position["from"], position["reached"]
        pending = position.get("pending") or reached
        if created:
            first = way.first(created)
            if way.last([pending, first]) == first:
                reached = way.last([reached, pending])
            else:
                self._distrust(f"a page ended at {pending}, but the next one starts at {first}")
            pending = way.last(created)
        if not ended and position["page"] >= PAGES_PER_SEARCH and reached != start:
            return _start_at(reached)
        page_number = position["page"] + 1
        return {"from": start, "page": page_number, "reached": reached, "pending": pending}


def _resumed(start: Position, position: Position, page: SoundPage) -> Position | None:
    """Where a walk that ended goes on if sounds are missing: None for the newest sound."""
    moved = start["page"] > 1 or start["reached"] != start["from"]
    return _start_at(position["reached"]) if page.is_empty and moved else None


def _start_at(time: str) -> Position:
    return {"from": time, "page": 1, "reached": time, "pending": time}


def _new_search(position: Position | None) -> Position | None:
    if position is None or position["reached"] == position["from"]:
        return position
    return _start_at(position["reached"])
