"""Searching: which entries of the index match, in which order."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from urllib.parse import unquote

from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.catalog.document import Document
from soundweave.standin.query import filters
from soundweave.standin.query.similar import Neighbors
from soundweave.standin.query.text import Query

_SORT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "duration": ("duration",),
    "created": ("created",),
    "downloads": ("num_downloads",),
    "rating": ("avg_rating", "num_ratings"),
}
SORTS = frozenset(f"{name}_{order}" for name in _SORT_FIELDS for order in ("asc", "desc"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its entry, its score, and what grouping or a numeric target adds to it."""

    document: Document
    score: float
    pack_hits: int = 0
    distance: float | None = None


@dataclass(frozen=True)
class Search:
    """The parameters that decide what is found; texts as received, decoded once."""

    query: str = ""
    filter: str = ""
    sort: str = "score"
    group_by_pack: bool = False
    similar_to: int | None = None
    target: tuple[tuple[str, float], ...] = ()


class Engine:
    """The search engine of one catalog; it caches results until the catalog changes."""

    def __init__(self, catalog: Catalog, clock: Callable[[], float]) -> None:
        self._catalog = catalog
        self._clock = clock
        self._neighbors = Neighbors(catalog)
        self._cached_hits = lru_cache(maxsize=64)(self._hits)
        self._sorted = lru_cache(maxsize=16)(self._sorted_index)

    def hits(self, search: Search) -> list[Hit]:
        """List all hits in order. Raises FilterError for a filter that the engine rejects."""
        hits = self._hits if "NOW" in search.filter else self._cached_hits
        with self._catalog.lock:
            return hits(search, self._catalog.version)

    def _hits(self, search: Search, version: int) -> list[Hit]:
        hits = self._matches(search, version)
        if search.target:
            return _by_distance(hits, search.target)
        if search.sort == "score":
            hits.sort(key=attrgetter("score"), reverse=True)
        return _grouped(hits) if search.group_by_pack else hits

    def _matches(self, search: Search, version: int) -> list[Hit]:
        # The server decodes both texts a second time.
        query = Query(unquote(search.query))
        documents = self._sorted(search.sort, version)
        if search.filter:
            documents = list(
                filter(filters.parse(unquote(search.filter), self._clock()), documents)
            )
        if search.similar_to is None:
            scored = [(document, query.score(document)) for document in documents]
        else:
            scores = self._neighbors.of(search.similar_to)
            scored = [(document, scores.get(document.id, 0.0)) for document in documents]
        return [Hit(document, score) for document, score in scored if score]

    def _sorted_index(self, sort: str, _version: int) -> list[Document]:
        documents = sorted(self._catalog.index.values(), key=lambda document: document.tie)
        name, _, order = sort.partition("_")
        for field in reversed(_SORT_FIELDS.get(name, ())):
            documents.sort(key=_by(field), reverse=order == "desc")
        return documents


def _by(field: str) -> Callable[[Document], float]:
    return lambda document: document.values[field] or 0


def _by_distance(hits: list[Hit], target: tuple[tuple[str, float], ...]) -> list[Hit]:
    def distance(hit: Hit) -> float:
        return math.hypot(*((hit.document.values[name] or 0) - value for name, value in target))

    return sorted(
        (replace(hit, distance=distance(hit)) for hit in hits), key=lambda hit: hit.distance or 0
    )


def _grouped(hits: list[Hit]) -> list[Hit]:
    packs: dict[str, list[Hit]] = {}
    for hit in hits:
        packs.setdefault(hit.document.values["pack_grouping"], []).append(hit)
    return [
        replace(max(pack, key=_created), pack_hits=len(pack) if len(pack) > 1 else 0)
        for pack in packs.values()
    ]


def _created(hit: Hit) -> float:
    return hit.document.values["created"] or 0
