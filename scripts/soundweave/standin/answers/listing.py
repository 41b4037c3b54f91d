"""The lists that read the database: sounds of a pack or user, packs of a user, comments."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from soundweave.standin.answers import messages
from soundweave.standin.answers.links import LARGEST_PAGE, PAGE_SIZE, list_link
from soundweave.standin.answers.messages import ApiError, Request, whole
from soundweave.standin.catalog.document import seconds

_PATH_SAFE = "/:@&=+$,!~*'()"
_REMARKS = ("nice", "Thank you!", "Great recording.", "used it in a short film", "lovely 🎧")


def answer(
    request: Request,
    base: str,
    items: Sequence[Any],
    shift: int,
    show: Callable[[Sequence[Any]], list[object]] = list,
) -> dict[str, object]:
    """Return the page of a list that was asked for, in the envelope and key order of lists.

    Raises ApiError for a page there is not; an empty list has a first page.
    """
    size = whole(request.query.get("page_size"), PAGE_SIZE)
    size = min(size, LARGEST_PAGE) if size > 0 else PAGE_SIZE
    last = max(1, -(-len(items) // size))
    asked = request.query.get("page") or "1"
    page = last if asked == "last" else whole(asked, 0)
    if not 1 <= page <= last:
        raise ApiError(404, messages.INVALID_PAGE)
    url = base + quote(request.path, safe=_PATH_SAFE)
    start = (page - 1) * size
    start = max(0, start + shift) if page > 1 else start
    return {
        "count": len(items),
        "next": list_link(url, request.raw_query, page + 1) if page < last else None,
        "previous": list_link(url, request.raw_query, page - 1) if page > 1 else None,
        "results": show(items[start : start + size]),
    }


def comments(sound: Mapping[str, Any] | None) -> list[dict[str, object]]:
    """Return a sound's comments, newest first; an unknown sound has none."""
    count = sound["num_comments"] if sound else 0
    if sound is None or not isinstance(count, int):
        return []
    made = seconds(sound["created"]) or 0.0
    return [
        {
            "username": f"listener_{(sound['id'] + number) % 997}",
            "comment": _REMARKS[(sound["id"] + number) % len(_REMARKS)],
            "created": _text(made + 86_400.0 * number),
        }
        for number in range(count, 0, -1)
    ]


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
