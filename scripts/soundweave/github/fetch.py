"""One request with the standard library alone: it also works before anything is installed.

Clients that send many use soundweave.base.http.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

from soundweave import __version__
from soundweave.base.text import one_line

USER_AGENT = f"Soundweave/{__version__}"
LONGEST_ANSWER = 4_000_000  # bytes
CHUNK = 65_536


@dataclass(frozen=True)
class Response:
    """A complete answer, whatever its status."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None when it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def clock_ahead(self) -> float | None:
        """How many seconds this machine's clock is ahead of the server's, if it told the time."""
        try:
            return time.time() - parsedate_to_datetime(self.headers.get("Date", "")).timestamp()
        except ValueError:
            return None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the key goes to one host only."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def fetch(
    url: str,
    *,
    headers: Mapping[str, str],
    method: str = "GET",
    body: bytes | None = None,
    seconds: float = 20.0,
) -> Response:
    """Send one request; raises OSError when no complete answer came within `seconds`.

    Redirects are not followed. An answer of more than LONGEST_ANSWER bytes is an OSError too.
    """
    if not url.startswith(("http://", "https://")):
        raise OSError("the address does not begin with http:// or https://")
    end = time.monotonic() + seconds
    try:
        request = urllib.request.Request(  # noqa: S310 - http(s), see above
            url, body, {"User-Agent": USER_AGENT, **headers}, method=method
        )
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=seconds) as answer:
            return Response(answer.status, answer.headers, _read(answer, end))
    except urllib.error.HTTPError as answer:
        with answer:
            return Response(answer.code, answer.headers, _read(answer, end))
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no readable answer ({type(error).__name__})") from error


def reason(error: OSError) -> str:
    """Say in a few words why no answer came."""
    return one_line(str(getattr(error, "reason", "") or error), type(error).__name__, 200)


def _read(answer: Any, end: float) -> bytes:
    body = bytearray()
    # One read1 is at most one wait for the server, so that the time limit holds.
    while chunk := answer.read1(CHUNK):
        body += chunk
        if len(body) > LONGEST_ANSWER or time.monotonic() > end:
            raise TimeoutError("the answer does not end")
    return bytes(body)
