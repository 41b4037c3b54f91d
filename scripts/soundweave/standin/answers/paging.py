"""Pages of results and the links between them.

Searches build their own links; lists, which read the database, repeat the request's parameters.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from soundweave.standin.answers.messages import ApiError, Request

PAGE_SIZE, MAX_PAGE_SIZE = 15, 150
_LINK_SAFE = ",:[]*+()'"
_PATH_SAFE = "/:@&=+$,!~*'()"


def search_link(url: str, form: Mapping[str, str], page: int) -> str:
    """Link to a page of a search; `form` has its parameters, `page` included, in link order.

    Empty parameters are left out, except query and weights.
    """
    link = f"{url}?"
    for name, value in {**form, "page": str(page)}.items():
        if value or name in ("query", "weights"):
            link += f"&{name}={quote(value, safe=_LINK_SAFE, errors='replace')}"
    return link


def list_page(request: Request, base: str, items: Sequence[Any]) -> dict[str, Any]:
    """Cut the requested page out of a list, in the envelope and key order of lists.

    Raises ApiError for a page that does not exist; an empty list has a first page.
    """
    size = request.integer("page_size", PAGE_SIZE)
    size = min(size, MAX_PAGE_SIZE) if size > 0 else PAGE_SIZE
    pages = max(1, -(-len(items) // size))
    number = request.query.get("page")
    page = pages if number == "last" else request.integer("page", 0) if number else 1
    if not 1 <= page <= pages:
        raise ApiError(404, "Invalid page.")
    url = base + quote(request.path, safe=_PATH_SAFE)
    start = (page - 1) * size + request.shift
    return {
        "count": len(items),
        "next": _list_link(url, request.raw_query, page + 1) if page < pages else None,
        "previous": _list_link(url, request.raw_query, page - 1) if page > 1 else None,
        "results": items[start : start + size],
    }


def _list_link(url: str, raw_query: str, page: int) -> str:
    query = parse_qs(raw_query, keep_blank_values=True, errors="replace")
    query.pop("page", None)
    if page > 1:
        query["page"] = [str(page)]
    text = urlencode(sorted(query.items()), doseq=True)
    return f"{url}?{text}" if text else url
