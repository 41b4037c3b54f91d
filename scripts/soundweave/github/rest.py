"""GitHub's REST API for one repository, with the standard library alone.

https://docs.github.com/rest
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from soundweave.base.errors import SoundweaveError
from soundweave.base.text import one_line
from soundweave.github.fetch import fetch, reason

API_URL, SERVER_URL = "https://api.github.com", "https://github.com"
NO_ANSWER = 0


class GitHubError(SoundweaveError):
    """GitHub did not do what it was asked; `status` is HTTP's, or 0 without an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Rest:
    """Requests about `repository` ("owner/name"); `token` may be empty."""

    repository: str
    token: str = field(default="", repr=False)
    api_url: str = API_URL
    server_url: str = SERVER_URL
    clock_ahead: float | None = None  # seconds, by the newest answer

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], repository: str) -> "Rest":
        """Use the addresses and the token of GitHub Actions, or those of github.com."""
        return cls(
            repository,
            environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN", ""),
            environ.get("GITHUB_API_URL", API_URL).rstrip("/"),
            environ.get("GITHUB_SERVER_URL", SERVER_URL).rstrip("/"),
        )

    @property
    def url(self) -> str:
        """The address of the repository's page."""
        return f"{self.server_url}/{self.repository}"

    def get(self, path: str = "", **query: str | int) -> dict[str, Any]:
        """Get the object at `path` below the repository; raises GitHubError."""
        value = self._send("GET", path, query)
        if not isinstance(value, dict):
            raise GitHubError(200, f"{self.api_url}: the answer to {path!r} is not an object")
        return value

    def get_list(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """Get the list of objects at `path` below the repository; raises GitHubError."""
        value = self._send("GET", path, query)
        if not isinstance(value, list):
            raise GitHubError(200, f"{self.api_url}: the answer to {path!r} is not a list")
        return [item for item in value if isinstance(item, dict)]

    def send(self, method: str, path: str, value: object = None) -> Any:
        """Send a JSON value, or none, to `path` below the repository; raises GitHubError."""
        return self._send(method, path, {}, None if value is None else json.dumps(value).encode())

    def _send(
        self, method: str, path: str, query: Mapping[str, str | int], body: bytes | None = None
    ) -> Any:
        url = f"{self.api_url}/repos/{quote(self.repository)}{path}"
        address = f"{url}?{urlencode(query)}" if query else url
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            response = fetch(address, method=method, headers=headers, body=body)
        except OSError as error:
            host = urlsplit(self.api_url).hostname
            raise GitHubError(NO_ANSWER, f"{host} does not answer ({reason(error)})") from error
        self.clock_ahead = response.clock_ahead()
        value = response.json()
        if not 200 <= response.status < 300:
            raise GitHubError(response.status, _problem(response.status, value))
        return value


def _problem(status: int, value: Any) -> str:
    message = value.get("message") if isinstance(value, dict) else None
    return f"GitHub answered HTTP {status}" + (
        f" ({one_line(message, limit=200)})" if isinstance(message, str) else ""
    )
