"""The `filter` parameter: the part of the Lucene syntax that the API documents, as a test.

Clauses are required, refused or optional. The server puts a `+` before every `name:`, so
`tag:a OR tag:b` asks for both; `tag:(a OR b)` is how to say either.
"""

import re
from dataclasses import dataclass

from soundweave.standin.catalog.document import Document
from soundweave.standin.query import terms
from soundweave.standin.query.terms import FilterError, Test

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<geo>\{!geofilt\s+sfield=geotag\s+pt=(?P<lat>-?\d+(?:\.\d+)?),(?P<lon>-?\d+(?:\.\d+)?)
          \s+d=(?P<km>\d+(?:\.\d+)?)\})
      | (?P<range>(?P<left>[\[{])\s*(?P<low>"[^"]*"|[^\s\]}"]+)\s+TO\s+(?P<high>"[^"]*"|[^\s\]}"]+)
          \s*(?P<right>[\]}]))
      | (?P<phrase>"(?P<text>(?:\\.|[^"\\])*)")
      | (?P<mark>[()]|&&|\|\|)
      | (?P<sign>[-+!])
      | (?P<name>[A-Za-z_]\w*):
      | (?P<word>(?:\\.|[^\s()\[\]{}":\\])+)
    )""",
    re.VERBOSE | re.DOTALL,
)
# A time outside a range or quotes is no token: its colons are a syntax error there too.
_JOINS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DEEPEST = 100
_COLLAPSIBLE = ("key", "tag")


@dataclass(slots=True)
class _Clause:
    test: Test
    occur: str  # "must", "should" or "not"
    key: tuple[str, str] | None = None  # (field, value) of a plain term on a key or tag field


def parse(text: str, now: float) -> Test:
    """Return the test for a filter; raises FilterError with the search engine's words."""
    parser = _Parser(text, now)
    clauses = parser.clauses(field=None, closing=False)
    if all(clause.occur == "not" for clause in clauses):
        # A filter that only refuses is taken as "everything but".
        clauses.append(_Clause(lambda _: True, "must"))
    return _combined(clauses)


class _Parser:
    def __init__(self, text: str, now: float) -> None:
        self.text = text
        self.now = now
        if text.count("(") > _DEEPEST:
            raise self.error()
        self.tokens = self._tokens()
        self.position = 0

    def _tokens(self) -> list[re.Match[str]]:
        found, position, end = [], 0, len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise self.error()
            found.append(match)
            position = match.end()
        return found

    def error(self) -> FilterError:
        return FilterError(f"org.apache.solr.search.SyntaxError: Cannot parse '{self.text}'")

    def peek(self) -> re.Match[str] | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def next(self) -> re.Match[str]:
        token = self.peek()
        if token is None:
            raise self.error()
        self.position += 1
        return token

    def clauses(self, field: str | None, *, closing: bool) -> list[_Clause]:
        found: list[_Clause] = []
        join = ""
        while (token := self.peek()) is not None and token["mark"] != ")":
            joined = _JOINS.get(token["word"] or token["mark"] or "")
            if joined:
                if join or not found:
                    raise self.error()
                join = joined
                self.position += 1
                continue
            found.append(self.clause(field))
            if join == "AND":
                _require(found[-2:])
            join = ""
        if join or not found or (token is not None) != closing:
            raise self.error()
        return found

    def clause(self, field: str | None) -> _Clause:
        occur = "should"
        token = self.next()
        if token["sign"] or token["word"] == "NOT":
            occur = "must" if token["sign"] == "+" else "not"
            token = self.next()
        if token["name"]:
            terms.kind_of(token["name"])
            made = self.value(token["name"], self.next())
            occur = "not" if occur == "not" else "must"
        else:
            made = self.value(field, token)
        made.occur = occur
        return made

    def value(self, field: str | None, token: re.Match[str]) -> _Clause:
        if token["mark"] == "(":
            inner = self.clauses(field, closing=True)
            self.next()
            return _Clause(_combined(inner), "should")
        if token["geo"]:
            point = (float(token["lat"]), float(token["lon"]), float(token["km"]))
            return _Clause(terms.near(*point), "should")
        if field is None:
            raise FilterError(
                "no field name specified in query and no default specified via 'df' param"
            )
        return self.term(field, token)

    def term(self, field: str, token: re.Match[str]) -> _Clause:
        if token["range"]:
            closed = (token["left"] == "[", token["right"] == "]")
            low, high = token["low"].strip('"'), token["high"].strip('"')
            return _Clause(terms.within(field, low, high, self.now, closed=closed), "should")
        if token["phrase"]:
            value = _ESCAPE.sub(r"\1", token["text"])
        elif token["word"]:
            if "*" in token["word"] or "?" in token["word"]:
                return _Clause(terms.matching(field, token["word"]), "should")
            value = _ESCAPE.sub(r"\1", token["word"])
        elif token["sign"] == "-" and (number := self.next())["word"]:
            value = f"-{number['word']}"
        else:
            raise self.error()
        key = (field, value) if terms.kind_of(field) in _COLLAPSIBLE else None
        return _Clause(terms.exactly(field, value, self.now), "should", key)


def _require(clauses: list[_Clause]) -> None:
    for clause in clauses:
        if clause.occur == "should":
            clause.occur = "must"


def _combined(clauses: list[_Clause]) -> Test:
    keys = [clause.key for clause in clauses if clause.key and clause.occur == "should"]
    if len(keys) == len(clauses) and len({field for field, _ in keys}) == 1:
        return terms.any_of(keys[0][0], {value for _, value in keys})
    must = [clause.test for clause in clauses if clause.occur == "must"]
    refused = [clause.test for clause in clauses if clause.occur == "not"]
    should = [clause.test for clause in clauses if clause.occur == "should"]

    def test(document: Document) -> bool:
        if any(refuse(document) for refuse in refused):
            return False
        if must:
            return all(need(document) for need in must)
        return any(may(document) for may in should)

    return test
