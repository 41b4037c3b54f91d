"""The resources: from a request that may pass to the JSON value of its answer."""

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from soundweave.standin.answers import listing, messages
from soundweave.standin.answers.links import LARGEST_PAGE, PAGE_SIZE, search_link
from soundweave.standin.answers.messages import ApiError, Request, whole
from soundweave.standin.answers.shown import Shown
from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.query import terms
from soundweave.standin.query.search import SORTS, Engine, Hit, Wanted
from soundweave.standin.query.similar import SPACES
from soundweave.standin.query.text import is_blank

_HINT = "(please check that your filter syntax and field names are correct)"

View = Callable[..., object]


class Views:
    """The API's resources over a catalogue; `root` is the URL everything is below."""

    def __init__(self, catalogue: Catalogue, engine: Engine, root: str) -> None:
        self._catalogue = catalogue
        self._engine = engine
        self._shown = Shown(root)
        self._base = f"{root}apiv2/"
        self._routes: tuple[tuple[str, View], ...] = (
            (r"search/(?:text/)?", self._search),
            (r"sounds/(\d{1,18})/", lambda request, _, number: self._sound(request, number)),
            (r"sounds/(\d{1,18})/similar/", self._similar),
            (r"sounds/(\d{1,18})/comments/", self._comments),
            (r"users/([^/]+)/", lambda *given: self._user(given[-1])),
            (r"users/([^/]+)/sounds/", self._user_sounds),
            (r"users/([^/]+)/packs/", self._user_packs),
            (r"packs/(\d{1,18})/", lambda *given: self._pack(given[-1])),
            (r"packs/(\d{1,18})/sounds/", self._pack_sounds),
        )

    def route(self, path: str) -> Callable[[Request, int], object] | None:
        """Return what answers a path: a function of the request and a shift; None: no such path.

        A shift of -1 or 1 moves a page's first result, as a changing index does between pages.
        """
        for pattern, view in self._routes:
            if match := re.fullmatch(pattern, path):
                return functools.partial(_call, view, match.groups())
        return None

    def _search(self, request: Request, shift: int) -> object:
        query = request.query
        form = {
            "query": "" if is_blank(unquote(query.get("query", ""))) else query["query"].strip(),
            "weights": query.get("weights", ""),
            "filter": query.get("filter", "").strip(),
            "sort": _sort(query.get("sort", "")),
            "fields": query.get("fields", ""),
            "group_by_pack": "1" if query.get("group_by_pack") == "1" else "",
            "similar_to": query.get("similar_to", ""),
            "similarity_space": query.get("similarity_space", ""),
        }
        if "filter" in query and not form["filter"]:
            raise ApiError(400, messages.INVALID_FILTER)
        wanted = Wanted(
            query="" if form["similar_to"] else form["query"],
            filter=form["filter"],
            sort=form["sort"] if form["sort"] in SORTS else "score",
            group_by_pack=bool(form["group_by_pack"]),
            similar_to=_similar_to(form["similar_to"], form["similarity_space"]),
            target=_target(form["sort"]),
        )
        if form["sort"] == "score":
            form["sort"] = ""
        return self._hits(request, wanted, form, "search/", shift)

    def _similar(self, request: Request, shift: int, sound_id: str) -> object:
        space = request.query.get("similarity_space", "")
        sort = _sort(request.query.get("sort", ""))
        wanted = Wanted(similar_to=_similar_to(sound_id, space), sort=sort, target=_target(sort))
        form = {
            "sort": "" if sort == "score" else sort,
            "fields": request.query.get("fields", ""),
            "similar_to": str(int(sound_id)),
            "similarity_space": space,
        }
        return self._hits(request, wanted, form, f"sounds/{int(sound_id)}/similar/", shift)

    def _hits(
        self, request: Request, wanted: Wanted, form: dict[str, str], path: str, shift: int
    ) -> object:
        size = min(whole(request.query.get("page_size"), PAGE_SIZE), LARGEST_PAGE)
        page = request.page
        if page < 1 or size < 1:
            raise ApiError(404, messages.NOT_FOUND)
        form["page_size"] = "" if size == PAGE_SIZE else str(size)
        try:
            hits = self._engine.search(wanted)
        except terms.FilterError as error:
            raise ApiError(400, f"Search server error: {error} {_HINT}") from error
        pages = -(-hits.count // size)
        if hits.count and page > pages:
            raise ApiError(404, messages.NOT_FOUND)
        base = self._base + path
        start = (page - 1) * size
        start = max(0, start + shift) if page > 1 else start
        return {
            "count": hits.count,
            "previous": search_link(base, form, page - 1) if hits.count and page > 1 else None,
            "next": search_link(base, form, page + 1) if page < pages else None,
            "results": [self._result(request, hit, form, base) for hit in hits.page(start, size)],
        }

    def _result(
        self, request: Request, hit: Hit, form: Mapping[str, str], base: str
    ) -> dict[str, Any] | None:
        sound = self._catalogue.sounds.get(hit.id)
        fields = request.query.get("fields", "")
        if sound is None or self._shown.breaks(fields):
            return None
        shown = self._shown.sound(sound, fields, listed=True, score=hit.score)
        if hit.distance is not None:
            shown["distance_to_target"] = hit.distance
        if hit.same_pack:
            grouping = self._catalogue.index[hit.id].group
            replaced = {"filter": f'pack_grouping:"{grouping}"', "group_by_pack": "0"}
            shown["more_from_same_pack"] = search_link(base, form, 1, replaced=replaced)
            shown["n_from_same_pack"] = hit.same_pack
        return shown

    def _sound(self, request: Request, sound_id: str) -> object:
        sound = self._catalogue.sounds.get(int(sound_id))
        if sound is None:
            raise ApiError(404, "No Sound matches the given query.")
        fields = request.query.get("fields", "")
        if self._shown.breaks(fields):
            raise ApiError(500, messages.SERVER_ERROR)
        return self._shown.sound(sound, fields, listed=False)

    def _comments(self, request: Request, shift: int, sound_id: str) -> object:
        sound = self._catalogue.sounds.get(int(sound_id))
        return listing.answer(request, self._base, listing.comments(sound), shift)

    def _user(self, username: str) -> object:
        user = self._catalogue.users.get(username)
        if user is None:
            raise ApiError(404, "No User matches the given query.")
        counts = {
            "num_sounds": len(self._catalogue.user_sounds(username)),
            "num_packs": len(self._catalogue.user_packs(username)),
        }
        return self._shown.local(user | counts)

    def _user_sounds(self, request: Request, shift: int, username: str) -> object:
        _require(username in self._catalogue.users)
        return self._sounds(request, self._catalogue.user_sounds(username), shift)

    def _user_packs(self, request: Request, shift: int, username: str) -> object:
        _require(username in self._catalogue.users)
        packs = [self._counted(pack) for pack in self._catalogue.user_packs(username)]
        return listing.answer(request, self._base, packs, shift)

    def _pack(self, number: str) -> object:
        pack = self._catalogue.packs.get(int(number))
        if pack is None:
            raise ApiError(404, "No Pack matches the given query.")
        return self._counted(pack)

    def _pack_sounds(self, request: Request, shift: int, number: str) -> object:
        _require(int(number) in self._catalogue.packs)
        return self._sounds(request, self._catalogue.pack_sounds(int(number)), shift)

    def _sounds(self, request: Request, sounds: list[dict[str, Any]], shift: int) -> object:
        fields = request.query.get("fields", "")
        if self._shown.breaks(fields):
            raise ApiError(500, messages.SERVER_ERROR)

        def show(page: Iterable[Mapping[str, Any]]) -> list[object]:
            return [self._shown.sound(sound, fields, listed=True) for sound in page]

        return listing.answer(request, self._base, sounds, shift, show)

    def _counted(self, pack: Mapping[str, Any]) -> dict[str, Any]:
        count = len(self._catalogue.pack_sounds(pack["id"]))
        return self._shown.local({**pack, "num_sounds": count})


def _call(view: View, parts: tuple[str, ...], request: Request, shift: int) -> object:
    return view(request, shift, *parts)


def _require(known: object) -> None:
    if not known:
        raise ApiError(404, messages.NOT_FOUND)


def _sort(text: str) -> str:
    return text if text in SORTS or ":" in text else "score"


def _target(sort: str) -> tuple[tuple[str, float], ...]:
    if ":" not in sort:
        return ()
    pairs = [part.partition(":") for part in sort.split(",")]
    try:
        target = tuple((name.strip(), float(value)) for name, _, value in pairs)
    except ValueError:
        raise ApiError(400, f"Search server error: invalid sort '{sort}' {_HINT}") from None
    for name, _ in target:
        if terms.FIELD_KINDS.get(name) != "number":
            raise ApiError(400, f"Search server error: undefined field {name} {_HINT}")
    return target


def _similar_to(text: str, space: str) -> int | None:
    """Return the target's id; 0, which no sound has, where the answer is to be empty."""
    if not text:
        return None
    if text.lstrip().startswith("["):
        try:
            json.loads(text)
        except ValueError:
            raise ApiError(400, messages.NOT_A_VECTOR) from None
        return 0  # there are no vectors here to compare with
    try:
        target = int(text)
    except ValueError:
        raise ApiError(400, messages.NOT_A_SOUND_ID) from None
    return target if space in ("", *SPACES) else 0
