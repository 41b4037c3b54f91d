"""Similarity without audio: the cosine of two sounds' sets of tags takes its place."""

from collections import Counter, defaultdict
from functools import lru_cache

from soundweave.standin.catalog.catalog import Catalog

MIN_SCORE = 0.7
ROUNDING = 0.00001  # by which the real server's scores of about half of the exact twins exceed 1
SPACES = ("laion_clap", "freesound_classic")


class Neighbors:
    """The similar sounds of each sound; symmetric, the same for the same tags."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._ids_by_tag = lru_cache(maxsize=1)(self._grouped_by_tag)

    def of(self, sound_id: int) -> dict[int, float]:
        """Score all sounds that are similar enough, by id: (1 + cosine) / 2."""
        with self._catalog.lock:
            index = self._catalog.index
            target = index.get(sound_id)
            if target is None:
                return {}
            ids_by_tag = self._ids_by_tag(self._catalog.version)
            shared = Counter(neighbor for tag in target.tags for neighbor in ids_by_tag[tag])
            del shared[sound_id]
            size = len(target.tags)
            scores = {
                neighbor: round((1 + count / (size * len(index[neighbor].tags)) ** 0.5) / 2, 4)
                for neighbor, count in shared.items()
            }
        return {
            neighbor: score + ROUNDING * (score == 1 and (neighbor + sound_id) % 2)
            for neighbor, score in scores.items()
            if score >= MIN_SCORE
        }

    def _grouped_by_tag(self, _version: int) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = defaultdict(list)
        for document in self._catalog.index.values():
            for tag in document.tags:
                groups[tag].append(document.id)
        return groups
