"""The `query` parameter: ANDed words, "phrases", -refused words; how well an entry matches."""

import re
from dataclasses import dataclass

from soundweave.standin.catalog.document import Document, letters, words
from soundweave.standin.query.terms import follows

_PART = re.compile(r'([-+]?)(?:"([^"]*)"?|([^\s"]+))')
_WEIGHTS = {"name": 2, "description": 3, "pack": 2}
_USERNAME_WEIGHT, _TAG_WEIGHT, _ID_WEIGHT = 1, 4, 4


@dataclass(frozen=True, slots=True)
class _Term:
    refused: bool
    raw: str
    words: tuple[str, ...]
    letters: tuple[str, ...]

    def weight(self, document: Document) -> int:
        """Return the sum of the weights of the fields that hold the term; 0 is no match."""
        values = document.values
        found = sum(
            weight for field, weight in _WEIGHTS.items() if follows(values[field], self.words)
        )
        found += _USERNAME_WEIGHT * follows(values["username"], self.letters)
        found += _TAG_WEIGHT * (self.raw in document.tags)
        return found + _ID_WEIGHT * bool(self.raw == values["id"])


class Query:
    """A parsed `query`. A term of stop words alone only counts where it is a tag."""

    def __init__(self, text: str) -> None:
        parts = [_term(*match.groups("")) for match in _PART.finditer(text)]
        self._wanted = [term for term in parts if not term.refused]
        self._refused = [term for term in parts if term.refused]

    @property
    def everything(self) -> bool:
        """Whether the query asks for nothing in particular."""
        return not self._wanted and not self._refused

    def score(self, document: Document) -> float:
        """Return how well an entry matches: 0 not at all; 1 when everything was asked for."""
        if any(term.weight(document) for term in self._refused):
            return 0.0
        total = 0
        for term in self._wanted:
            weight = term.weight(document)
            if not weight:
                return 0.0
            total += weight
        return float(total) if self._wanted else 1.0


def _term(sign: str, phrase: str, word: str) -> _Term:
    raw = (phrase or word).lower()
    return _Term(sign == "-", raw, words(raw), letters(raw))


def is_blank(text: str) -> bool:
    """Return whether a query is empty, blanks or only quotes: then it asks for all sounds."""
    return not text.strip().strip("\"'").strip()
