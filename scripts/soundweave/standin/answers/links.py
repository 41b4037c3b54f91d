"""The `next` and `previous` links: search builds its own, lists repeat the request's."""

from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlencode

_SAFE = ",:[]*+()'"
PAGE_SIZE, LARGEST_PAGE = 15, 150


def search_link(
    base: str, form: Mapping[str, str], page: int, *, replaced: Mapping[str, str] | None = None
) -> str:
    """Return the link to a page of a search, its parameters in the server's own order.

    `form` holds cleaned parameters; empty ones are left out, except query and weights, which are
    there whenever the form has them. `replaced` goes before the form: for `more_from_same_pack`.
    """
    values = {**form, "page": str(page), **(replaced or {})}
    link = "?"
    order = "query filter weights sort page page_size fields group_by_pack similar_to"
    for name in [*order.split(), "similarity_space"]:
        value = values.get(name)
        if value is None or (not value and name not in ("query", "weights")):
            continue
        link += f"&{name}={quote(value, safe=_SAFE, errors='replace')}"
    return base + link


def list_link(url: str, raw_query: str, page: int) -> str:
    """Return the link to a page of a list: the request's parameters, sorted; page 1 has none."""
    query = parse_qs(raw_query, keep_blank_values=True, errors="replace")
    query.pop("page", None)
    if page > 1:
        query["page"] = [str(page)]
    text = urlencode(sorted(query.items()), doseq=True)
    return f"{url}?{text}" if text else url
