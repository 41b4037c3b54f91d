"""Who may ask, and what kind of answer the client takes."""

from collections.abc import Collection

from soundweave.standin.answers import messages
from soundweave.standin.answers.messages import ApiError, Request

_LONGEST_KEY = 80


def key_of(request: Request, keys: Collection[str] | None) -> str:
    """Return the API key of a request; raises ApiError 401 for none or a wrong one.

    Any Authorization header goes before the `token` parameter, even one that is of no use.
    """
    header = request.headers.get("Authorization")
    key = request.query.get("token") if header is None else _token(header)
    if not key:
        raise ApiError(401, messages.NO_CREDENTIALS)
    known = len(key) <= _LONGEST_KEY if keys is None else key in keys
    if not known:
        raise ApiError(401, messages.UNKNOWN_KEY)
    return key


def _token(header: str) -> str | None:
    parts = header.split()
    if not parts or parts[0].lower() != "token":
        return None
    if len(parts) == 1:
        raise ApiError(401, messages.EMPTY_HEADER)
    if len(parts) > 2:
        raise ApiError(401, messages.SPACED_HEADER)
    return parts[1]


def prefers_html(request: Request) -> bool:
    """Return whether the client asked for a page; raises ApiError 406 if it takes nothing here."""
    if request.query.get("format") == "json":
        return False
    accept = request.headers.get("Accept") or "*/*"
    types = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    # The most precise of the types decides; among equals, JSON.
    for wanted, html in (
        ("application/json", False),
        ("text/html", True),
        ("application/*", False),
        ("text/*", True),
        ("*/*", False),
    ):
        if wanted in types:
            return html
    raise ApiError(406, messages.NOT_ACCEPTABLE)
