"""Who may send a request, and what kind of answer the client accepts."""

from collections.abc import Collection

from soundweave.standin.answers.messages import ApiError, Request

UNKNOWN_KEY = "Invalid token"
_MAX_KEY_LENGTH = 80
# The most precise type decides; among equals, JSON.
_IS_HTML = {
    "application/json": False,
    "text/html": True,
    "application/*": False,
    "text/*": True,
    "*/*": False,
}


def key_of(request: Request, keys: Collection[str] | None) -> str:
    """Find the API key of a request; raises ApiError 401 for a missing or wrong one.

    Any Authorization header, even a useless one, overrides the `token` parameter.
    """
    header = request.headers.get("Authorization")
    key = request.query.get("token") if header is None else _token(header)
    if not key:
        raise ApiError(401, "Authentication credentials were not provided.")
    is_valid = len(key) <= _MAX_KEY_LENGTH if keys is None else key in keys
    if not is_valid:
        raise ApiError(401, UNKNOWN_KEY)
    return key


def _token(header: str) -> str | None:
    scheme, *tokens = header.split() or [""]
    if scheme.lower() != "token":
        return None
    if not tokens:
        raise ApiError(401, "Invalid token header. No credentials provided.")
    if len(tokens) > 1:
        raise ApiError(401, "Invalid token header. Token string should not contain spaces.")
    return tokens[0]


def prefers_html(request: Request) -> bool:
    """Whether the client wants an HTML page; raises ApiError 406 if it accepts nothing here."""
    if request.query.get("format") == "json":
        return False
    accept = request.headers.get("Accept") or "*/*"
    types = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for name, is_html in _IS_HTML.items():
        if name in types:
            return is_html
    raise ApiError(406, "Could not satisfy the request Accept header.")
