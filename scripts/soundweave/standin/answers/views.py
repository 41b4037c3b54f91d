"""The resources: from an accepted request to the JSON value of its answer."""

import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from soundweave.standin.answers.messages import NOT_FOUND, SERVER_ERROR, ApiError, Request
from soundweave.standin.answers.paging import MAX_PAGE_SIZE, PAGE_SIZE, list_page, search_link
from soundweave.standin.answers.rendering import Renderer, has_unknown_space
from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.catalog.document import KINDS
from soundweave.standin.query.search import SORTS, Engine, Hit, Search
from soundweave.standin.query.similar import SPACES
from soundweave.standin.query.terms import FilterError
from soundweave.standin.query.text import is_blank

_NO_SOUND = 0  # the id of no sound: nothing is similar to it

View = Callable[[Request], object]
K = TypeVar("K")
V = TypeVar("V")


class Views:
    """The API's resources for a catalog; `root` is the URL that everything is below."""

    def __init__(self, catalog: Catalog, engine: Engine, root: str) -> None:
        self._catalog = catalog
        self._engine = engine
        self._renderer = Renderer(root)
        self._base = f"{root}apiv2/"
        self._routes: dict[str, Callable[..., object]] = {
            r"search/(?:text/)?": self._search,
            r"sounds/(\d{1,18})/": self._sound,
            r"sounds/(\d{1,18})/similar/": self._similar,
            r"sounds/(\d{1,18})/comments/": self._comments,
            r"users/([^/]+)/": self._user,
            r"users/([^/]+)/sounds/": self._user_sounds,
            r"users/([^/]+)/packs/": self._user_packs,
            r"packs/(\d{1,18})/": self._pack,
            r"packs/(\d{1,18})/sounds/": self._pack_sounds,
        }

    def route(self, path: str) -> View | None:
        """Find the view that answers a path; None for an unknown path."""
        for pattern, view in self._routes.items():
            if match := re.fullmatch(pattern, path):
                return functools.partial(view, *match.groups())
        return None

    def _search(self, request: Request) -> object:
        query = request.query
        form = {
            "query": "" if is_blank(unquote(query.get("query", ""))) else query["query"].strip(),
            "filter": query.get("filter", "").strip(),
            "weights": query.get("weights", ""),
            **_form(request),
        }
        if "filter" in query and not form["filter"]:
            raise ApiError(400, "Invalid filter.")
        return self._page(request, "search/", form)

    def _similar(self, sound_id: str, request: Request) -> object:
        form = {**_form(request), "group_by_pack": "", "similar_to": str(int(sound_id))}
        return self._page(request, f"sounds/{int(sound_id)}/similar/", form)

    def _page(self, request: Request, path: str, form: Mapping[str, str]) -> object:
        hits = self._hits(form)
        page, size = request.page, int(form["page_size"] or PAGE_SIZE)
        pages = -(-len(hits) // size) if size > 0 else 0
        if page < 1 or size < 1 or (hits and page > pages):
            raise ApiError(404, NOT_FOUND)
        link = functools.partial(search_link, self._base + path, form)
        start = (page - 1) * size + request.shift
        results = [self._result(hit, form) for hit in hits[start : start + size]]
        return {
            "count": len(hits),
            "previous": link(page - 1) if hits and page > 1 else None,
            "next": link(page + 1) if page < pages else None,
            "results": results,
        }

    def _hits(self, form: Mapping[str, str]) -> list[Hit]:
        search = Search(
            query="" if form["similar_to"] else form["query"],
            filter=form.get("filter", ""),
            sort=form["sort"] or "score",
            group_by_pack=bool(form["group_by_pack"]),
            similar_to=_similar_to(form["similar_to"], form["similarity_space"]),
            target=_target(form["sort"]),
        )
        try:
            return self._engine.hits(search)
        except FilterError as error:
            raise _search_error(str(error)) from error

    def _result(self, hit: Hit, form: Mapping[str, str]) -> dict[str, Any] | None:
        sound = self._catalog.sounds.get(hit.document.id)
        if sound is None or has_unknown_space(form["fields"]):
            return None
        result = self._renderer.sound(sound, form["fields"], listed=True, score=hit.score)
        if hit.distance is not None:
            result["distance_to_target"] = hit.distance
        if hit.pack_hits:
            grouping = f'pack_grouping:"{hit.document.values["pack_grouping"]}"'
            pack_form = {**form, "filter": grouping, "group_by_pack": "0"}
            result["more_from_same_pack"] = search_link(f"{self._base}search/", pack_form, 1)
            result["n_from_same_pack"] = hit.pack_hits
        return result

    def _sound(self, sound_id: str, request: Request) -> object:
        sound = _find(self._catalog.sounds, int(sound_id), "No Sound matches the given query.")
        return self._renderer.sound(sound, _fields(request), listed=False)

    def _comments(self, sound_id: str, request: Request) -> object:
        return list_page(request, self._base, self._catalog.comments(int(sound_id)))

    def _user(self, username: str, _request: Request) -> object:
        user = _find(self._catalog.users, username, "No User matches the given query.")
        sounds, packs = self._catalog.sounds_of(username), self._catalog.user_packs(username)
        return self._renderer.local(user | {"num_sounds": len(sounds), "num_packs": len(packs)})

    def _user_sounds(self, username: str, request: Request) -> object:
        _find(self._catalog.users, username)
        return self._sounds(request, self._catalog.sounds_of(username))

    def _user_packs(self, username: str, request: Request) -> object:
        _find(self._catalog.users, username)
        page = list_page(request, self._base, self._catalog.user_packs(username))
        return {**page, "results": [self._counted(pack) for pack in page["results"]]}

    def _pack(self, number: str, _request: Request) -> object:
        return self._counted(
            _find(self._catalog.packs, int(number), "No Pack matches the given query.")
        )

    def _pack_sounds(self, number: str, request: Request) -> object:
        _find(self._catalog.packs, int(number))
        return self._sounds(request, self._catalog.sounds_of(int(number)))

    def _sounds(self, request: Request, sounds: list[dict[str, Any]]) -> object:
        fields = _fields(request)
        page = list_page(request, self._base, sounds)
        results = [self._renderer.sound(sound, fields, listed=True) for sound in page["results"]]
        return {**page, "results": results}

    def _counted(self, pack: Mapping[str, Any]) -> dict[str, Any]:
        count = len(self._catalog.sounds_of(pack["id"]))
        return self._renderer.local({**pack, "num_sounds": count})


def _find(items: Mapping[K, V], key: K, detail: str = NOT_FOUND) -> V:
    if key not in items:
        raise ApiError(404, detail)
    return items[key]


def _fields(request: Request) -> str:
    if has_unknown_space(request.fields):
        raise ApiError(500, SERVER_ERROR)
    return request.fields


def _form(request: Request) -> dict[str, str]:
    """The parameters that search and similar sounds share; empty where they are the default."""
    query = request.query
    sort = query.get("sort", "")
    size = min(request.integer("page_size", PAGE_SIZE), MAX_PAGE_SIZE)
    return {
        "sort": sort if sort in SORTS or ":" in sort else "",
        "page": "",
        "page_size": "" if size == PAGE_SIZE else str(size),
        "fields": request.fields,
        "group_by_pack": "1" if query.get("group_by_pack") == "1" else "",
        "similar_to": query.get("similar_to", ""),
        "similarity_space": query.get("similarity_space", ""),
    }


def _search_error(message: str) -> ApiError:
    hint = "(please check that your filter syntax and field names are correct)"
    return ApiError(400, f"Search server error: {message} {hint}")


def _target(sort: str) -> tuple[tuple[str, float], ...]:
    if ":" not in sort:
        return ()
    pairs = [part.partition(":") for part in sort.split(",")]
    try:
        target = tuple((name.strip(), float(value)) for name, _, value in pairs)
    except ValueError:
        raise _search_error(f"invalid sort '{sort}'") from None
    for name, value in target:
        if KINDS.get(name) != "number":
            raise _search_error(f"undefined field {name}")
        if not math.isfinite(value):
            raise _search_error(f"invalid sort '{sort}'")
    return target


def _similar_to(text: str, space: str) -> int | None:
    if not text:
        return None
    if text.lstrip().startswith("["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            message = "The 'similar_to' parameter is not a valid serialized vector"
            raise ApiError(400, message) from None
        return _NO_SOUND  # there are no vectors here to compare with
    try:
        sound_id = int(text)
    except ValueError:
        raise ApiError(400, "The 'similar_to' parameter is not a valid sound ID") from None
    return sound_id if space in ("", *SPACES) else _NO_SOUND
