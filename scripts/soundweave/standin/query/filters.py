"""The `filter` parameter: the part of the Lucene syntax that the API documents.

Clauses are required, optional or excluded. The server puts a `+` before every `name:`, so
`tag:a OR tag:b` requires both; `tag:(a OR b)` means either.
"""

import re
from collections.abc import Iterator
from typing import Literal

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse as parse_lucene

from soundweave.standin.catalog.document import KINDS, Document
from soundweave.standin.query import terms
from soundweave.standin.query.terms import FilterError, Test

Occur = Literal["must", "should", "not"]
Clause = tuple[Occur, Test]

_GEOFILT = re.compile(r"\{!geofilt\s+sfield=geotag\s+pt=([-.\d]+),([-.\d]+)\s+d=([.\d]+)\}")
# A time without quotes, which Solr rejects too; the API does not document the signs for AND and OR.
_UNSUPPORTED = re.compile(r"(?<!\\):|&&|\|\|")
_MAX_DEPTH = 100


def parse(text: str, now: float) -> Test:
    """Compile a filter; raises FilterError with the search engine's message."""
    syntax_error = FilterError(f"org.apache.solr.search.SyntaxError: Cannot parse '{text}'")
    if text.count("(") > _MAX_DEPTH:
        raise syntax_error
    # Solr's own syntax, which Lucene parsers do not know, becomes an ordinary value.
    lucene = _GEOFILT.sub(r'geotag:"geofilt(\1 \2 \3)"', text)
    try:
        clauses = list(_clauses(parse_lucene(lucene), None, "should", now))
    except (ParseError, RecursionError) as error:
        raise syntax_error from error
    if all(occur == "not" for occur, _ in clauses):
        clauses.append(("must", lambda _: True))  # everything except these
    return _combined(clauses)


def _clauses(node: tree.Item, field: str | None, occur: Occur, now: float) -> Iterator[Clause]:
    """Flatten the operators, as Lucene does: AND only makes the clauses next to it required."""
    match node:
        case tree.BaseOperation():
            inner: Occur = "must" if isinstance(node, tree.AndOperation) else occur
            for operand in node.operands:
                yield from _clauses(operand, field, inner, now)
        case tree.Not() | tree.Prohibit():
            yield from _clauses(node.a, field, "not", now)
        case tree.Plus():
            yield from _clauses(node.a, field, "must", now)
        case tree.SearchField():
            yield "not" if occur == "not" else "must", _test(node.expr, node.name, now)
        case _:
            yield occur, _test(node, field, now)


def _test(node: tree.Item, field: str | None, now: float) -> Test:
    if isinstance(node, tree.BaseGroup):
        return _group(node.expr, field, now)
    if field is None:
        raise FilterError(
            "no field name specified in query and no default specified via 'df' param"
        )
    match node:
        case tree.Range():
            closed = (node.include_low, node.include_high)
            return terms.within(field, _value(node.low), _value(node.high), now, closed=closed)
        case tree.Word() if _UNSUPPORTED.search(node.value):
            raise ParseError(node.value)
        case tree.Word() if node.has_wildcard():
            return terms.matching(field, node.value)
    return terms.exactly(field, _value(node), now)


def _group(node: tree.Item, field: str | None, now: float) -> Test:
    either = node.operands if isinstance(node, tree.OrOperation) else ()
    if KINDS.get(field or "") in ("key", "tag") and either and all(map(_is_plain, either)):
        return terms.any_of(str(field), {_value(operand) for operand in either})
    return _combined(list(_clauses(node, field, "should", now)))


def _is_plain(node: tree.Item) -> bool:
    is_term = isinstance(node, tree.Word | tree.Phrase)
    return is_term and not node.has_wildcard() and not _UNSUPPORTED.search(node.value)


def _value(node: tree.Item) -> str:
    match node:
        case tree.Word():
            return str(node.unescaped_value)
        case tree.Phrase():
            return str(node.unescaped_value[1:-1])
        case tree.Prohibit():
            return f"-{_value(node.a)}"  # a negative number
    raise ParseError(f"{type(node).__name__} is not documented by the API")


def _combined(clauses: list[Clause]) -> Test:
    must, should, excluded = (
        [test for occur, test in clauses if occur == kind] for kind in ("must", "should", "not")
    )

    def test(document: Document) -> bool:
        if any(exclude(document) for exclude in excluded):
            return False
        if must:
            return all(require(document) for require in must)
        return any(accept(document) for accept in should)

    return test
