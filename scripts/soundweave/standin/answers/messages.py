"""Requests and answers, and the exact bodies of errors."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json"
HTML = "text/html; charset=utf-8"
NOT_FOUND = "Not found"
SERVER_ERROR = "Server error"

_REALM = 'Bearer realm="api"'
_BAD_BEARER = ',error="invalid_token",error_description="The access token is invalid."'


class ApiError(Exception):
    """The API refuses a request; `detail` is all that its answer contains."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Request:
    """One request. `path` is decoded and, below the API's root, relative to it: `search/`.

    `shift` moves the first result of the page, as an index that changes between pages does.
    """

    method: str
    path: str
    raw_path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    shift: int = 0

    @property
    def page(self) -> int:
        """The number of the page; 1 if it is missing or not a number."""
        return self.integer("page", 1)

    @property
    def fields(self) -> str:
        """The comma-separated fields to send."""
        return self.query.get("fields", "")

    def integer(self, name: str, default: int) -> int:
        """Read a parameter; `default` if it is missing or not an integer."""
        try:
            return int(self.query.get(name, ""))
        except ValueError:
            return default


@dataclass(frozen=True)
class Answer:
    """One answer; `sent` is how many bytes of the body are sent, None for all of them."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None


def as_json(value: object, status: int = 200) -> Answer:
    """Answer with compact JSON, the way the API writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Answer(status, text.encode(errors="replace"))


def failed(error: ApiError, request: Request) -> Answer:
    """Answer with an error; every 401 names the scheme that the API prefers."""
    answer = as_json({"detail": error.detail}, error.status)
    if error.status != 401:
        return answer
    is_bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
    realm = _REALM + (_BAD_BEARER if is_bearer else "")
    return Answer(401, answer.body, headers={"WWW-Authenticate": realm})


def as_page(answer: Answer) -> Answer:
    """Turn a JSON answer into the HTML page that a browser gets."""
    text = html.escape(json.dumps(json.loads(answer.body), ensure_ascii=False, indent=4))
    body = f"<!DOCTYPE html>\n<html><body><pre>{text}</pre></body></html>\n"
    return Answer(answer.status, body.encode(), HTML, answer.headers)


def error_page(status: int, title: str) -> Answer:
    """Answer with an HTML page, as the site or its gateway does."""
    body = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n"
        f"<body>\r\n<center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, body.encode(), HTML)
