"""Finding: which entries of the index match, in which order."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import unquote

from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.catalog.document import Document
from soundweave.standin.query import filters
from soundweave.standin.query.similar import Neighbours
from soundweave.standin.query.text import Query

_SORTS: Mapping[str, tuple[str, ...]] = {
    "duration": ("duration",),
    "created": ("created",),
    "downloads": ("num_downloads",),
    "rating": ("avg_rating", "num_ratings"),
}
SORTS = frozenset(f"{name}_{way}" for name in _SORTS for way in ("asc", "desc"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its id, its score, and what grouping or a numeric target add to it."""

    id: int
    score: float
    same_pack: int = 0
    distance: float | None = None


@dataclass(frozen=True)
class Wanted:
    """The parameters that decide what is found; text as it came, decoded once."""

    query: str = ""
    filter: str = ""
    sort: str = "score"
    group_by_pack: bool = False
    similar_to: int | None = None
    target: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Hits:
    """All that was found, in order; what a page needs is made when it is asked for."""

    found: list[tuple[Document, float]]
    distances: list[float] | None = None
    pack_sizes: list[int] | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.found)

    def page(self, start: int, size: int) -> list[Hit]:
        """Return the hits from `start` on, at most `size`."""
        return [self._hit(number) for number in range(start, min(start + size, self.count))]

    def _hit(self, number: int) -> Hit:
        document, score = self.found[number]
        same_pack = self.pack_sizes[number] if self.pack_sizes else 0
        distance = self.distances[number] if self.distances else None
        return Hit(document.id, score, same_pack, distance)


class Engine:
    """The search engine over one catalogue; finished searches are kept until it changes."""

    def __init__(self, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._neighbours = Neighbours(catalogue)
        self._kept = functools.lru_cache(maxsize=64)(self._search)
        self._ordered = functools.lru_cache(maxsize=16)(self._order)

    def search(self, wanted: Wanted) -> Hits:
        """Return all hits in order. Raises FilterError when the filter is refused."""
        with self._catalogue.lock:
            if "NOW" in wanted.filter:
                return self._search(wanted, self._catalogue.version)
            return self._kept(wanted, self._catalogue.version)

    def _search(self, wanted: Wanted, version: int) -> Hits:
        found = self._found(wanted, version)
        if wanted.target:
            return _by_distance(found, wanted.target)
        if wanted.sort == "score":
            found.sort(key=lambda pair: -pair[1])
        return _grouped(found) if wanted.group_by_pack else Hits(found)

    def _found(self, wanted: Wanted, version: int) -> list[tuple[Document, float]]:
        # The server decodes both texts a second time.
        query = Query(unquote(wanted.query))
        if wanted.similar_to is not None:
            scores = self._neighbours.of(wanted.similar_to)
        keep = filters.parse(unquote(wanted.filter), self._clock()) if wanted.filter else None
        found = []
        for document in self._ordered(wanted.sort, version):
            if keep is not None and not keep(document):
                continue
            if wanted.similar_to is not None:
                score = scores.get(document.id, 0.0)
            else:
                score = 1.0 if query.everything else query.score(document)
            if score:
                found.append((document, score))
        return found

    def _order(self, sort: str, version: int) -> list[Document]:
        del version  # only there so that a changed catalogue is sorted anew
        documents = sorted(self._catalogue.index.values(), key=attrgetter("tie"))
        name, _, way = sort.partition("_")
        for field in reversed(_SORTS.get(name, ())):
            documents.sort(key=_by(field), reverse=way == "desc")
        return documents


def _by(field: str) -> Callable[[Document], float]:
    return lambda document: document.values[field] or 0


def _by_distance(
    found: list[tuple[Document, float]], target: tuple[tuple[str, float], ...]
) -> Hits:
    def distance(pair: tuple[Document, float]) -> float:
        parts = ((pair[0].values[field] or 0) - value for field, value in target)
        return float(sum(part * part for part in parts) ** 0.5)

    found = sorted(found, key=distance)
    return Hits(found, distances=[distance(pair) for pair in found])


def _grouped(found: list[tuple[Document, float]]) -> Hits:
    groups: dict[str, list[tuple[Document, float]]] = {}
    for pair in found:
        groups.setdefault(pair[0].group, []).append(pair)
    newest = [
        max(members, key=lambda pair: pair[0].values["created"] or 0) for members in groups.values()
    ]
    sizes = [len(members) if len(members) > 1 else 0 for members in groups.values()]
    return Hits(newest, pack_sizes=sizes)
