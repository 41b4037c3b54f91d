"""The `query` parameter: ANDed words, "phrases", -excluded words; how well an entry matches."""

import re
from dataclasses import dataclass

from soundweave.standin.catalog.document import Document, letters, words
from soundweave.standin.query.terms import contains

_PART = re.compile(r'([-+]?)(?:"([^"]*)"?|([^\s"]+))')
_WEIGHTS = {"name": 2, "description": 3, "pack": 2}
_USERNAME_WEIGHT, _TAG_WEIGHT, _ID_WEIGHT = 1, 4, 4


@dataclass(frozen=True, slots=True)
class _Term:
    raw: str
    words: tuple[str, ...]
    letters: tuple[str, ...]

    def weight(self, document: Document) -> int:
        """Add up the weights of the fields that contain the term; 0 is no match."""
        values = document.values
        weight: int = (
            sum(_WEIGHTS[name] * contains(values[name], self.words) for name in _WEIGHTS)
            + _USERNAME_WEIGHT * contains(values["username"], self.letters)
            + _TAG_WEIGHT * (self.raw in document.tags)
            + _ID_WEIGHT * (self.raw == values["id"])
        )
        return weight


class Query:
    """A parsed `query`. A term that is only stop words matches only as a tag."""

    def __init__(self, text: str) -> None:
        self._required: list[_Term] = []
        self._excluded: list[_Term] = []
        for sign, phrase, word in _PART.findall(text):
            raw = (phrase or word).lower()
            term = _Term(raw, words(raw), letters(raw))
            (self._excluded if sign == "-" else self._required).append(term)

    def score(self, document: Document) -> float:
        """Rate how well an entry matches: 0 for not at all, 1 if the query requires nothing."""
        if any(term.weight(document) for term in self._excluded):
            return 0.0
        weights = [term.weight(document) for term in self._required]
        return (float(sum(weights)) or 1.0) if all(weights) else 0.0


def is_blank(text: str) -> bool:
    """Whether a query is empty, spaces or only quotes, and so asks for all sounds."""
    return not text.strip().strip("\"'").strip()
