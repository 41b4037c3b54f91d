"""Similarity without audio: the cosine of two sounds' sets of tags stands for it."""

from collections import Counter

from soundweave.standin.catalog.catalog import Catalogue

LEAST_SCORE = 0.7
SPACES = ("laion_clap", "freesound_classic")


class Neighbours:
    """Who is near whom; symmetric, the same for the same tags. No tags, no neighbours."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._version = -1
        self._holders: dict[str, list[int]] = {}

    def of(self, sound_id: int) -> dict[int, float]:
        """Return id -> score, (1 + cosine) / 2, of all others that reach the least score."""
        with self._catalogue.lock:
            index = self._catalogue.index
            target = index.get(sound_id)
            if target is None:
                return {}
            self._refresh()
            shared = Counter(other for tag in target.tags for other in self._holders[tag])
            del shared[sound_id]
            size = len(target.tags)
            scores = {
                other: round((1 + count / (size * len(index[other].tags)) ** 0.5) / 2, 4)
                for other, count in shared.items()
            }
        return {other: score for other, score in scores.items() if score >= LEAST_SCORE}

    def _refresh(self) -> None:
        if self._version == self._catalogue.version:
            return
        self._holders = {}
        for document in self._catalogue.index.values():
            for tag in document.tags:
                self._holders.setdefault(tag, []).append(document.id)
        self._version = self._catalogue.version
