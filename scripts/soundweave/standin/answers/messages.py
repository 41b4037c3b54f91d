"""Requests and answers, and the exact bodies of what goes wrong."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json"
HTML = "text/html; charset=utf-8"

NO_CREDENTIALS = "Authentication credentials were not provided."
UNKNOWN_KEY = "Invalid token"
SUSPENDED_KEY = "Suspended token or token pending for approval"
EMPTY_HEADER = "Invalid token header. No credentials provided."
SPACED_HEADER = "Invalid token header. Token string should not contain spaces."
NOT_FOUND = "Not found"
INVALID_PAGE = "Invalid page."
INVALID_FILTER = "Invalid filter."
NOT_A_SOUND_ID = "The 'similar_to' parameter is not a valid sound ID"
NOT_A_VECTOR = "The 'similar_to' parameter is not a valid serialized vector"
NOT_ACCEPTABLE = "Could not satisfy the request Accept header."
OVERLOADED = "Search is overloaded, please try again later."
SEARCH_DOWN = "The search server could not be reached or some unexpected error occurred."
SERVER_ERROR = "Server error"

_REALM = 'Bearer realm="api"'
_BAD_BEARER = ',error="invalid_token",error_description="The access token is invalid."'


class ApiError(Exception):
    """The API refuses; `detail` is the whole of the answer's object."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Request:
    """One request. `path` is decoded and, below the API's root, relative to it: `search/`."""

    method: str
    path: str
    raw_path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def page(self) -> int:
        """The page asked for, as far as it is a number."""
        return whole(self.query.get("page"), 1)


@dataclass(frozen=True)
class Answer:
    """One answer; `sent` is how much of the body is sent, None for all of it."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None


def whole(text: str | None, default: int) -> int:
    """Return the whole number in a parameter, `default` when it is missing or none."""
    try:
        return int(text or "")
    except ValueError:
        return default


def as_json(value: object, status: int = 200) -> Answer:
    """Return an answer that carries `value` as compact JSON, the way the API writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Answer(status, text.encode(errors="replace"))


def failed(error: ApiError, headers: Mapping[str, str]) -> Answer:
    """Return the answer for an error; every 401 names the scheme the API prefers."""
    answer = as_json({"detail": error.detail}, error.status)
    if error.status != 401:
        return answer
    bearer = headers.get("Authorization", "").lower().startswith("bearer ")
    realm = _REALM + (_BAD_BEARER if bearer else "")
    return Answer(401, answer.body, headers={"WWW-Authenticate": realm})


def as_page(answer: Answer) -> Answer:
    """Return a JSON answer as the HTML page that a browser gets."""
    shown = html.escape(json.dumps(json.loads(answer.body), ensure_ascii=False, indent=4))
    body = f"<!DOCTYPE html>\n<html><body><pre>{shown}</pre></body></html>\n"
    return Answer(answer.status, body.encode(), HTML, answer.headers)


def page(status: int, title: str) -> Answer:
    """Return an HTML error page, as the site or its gateway sends it."""
    heading = html.escape(f"{status} {title}")
    body = (
        f"<html>\r\n<head><title>{heading}</title></head>\r\n"
        f"<body>\r\n<center><h1>{heading}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, body.encode(), HTML)
