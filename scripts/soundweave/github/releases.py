"""Files in a draft release, which only people with write access to the repository can see.

https://docs.github.com/rest/releases
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import tenacity

from soundweave.base.errors import PublishError
from soundweave.base.http import USER_AGENT, authorization

TAG = "library-storage"
NAME = "Library storage (never publish this)"
TEXT = (
    "The nightly pipeline keeps copies of its library here. Freesound's terms of use do not allow"
    " publishing them, so this must stay a draft. If you delete it, the pipeline makes a new one."
)
PAGE_SIZE = 100
ATTEMPTS = 3
TIMEOUTS = (10, 120)  # seconds to connect, and between two parts of an answer
CHUNK_BYTES = 1 << 20


class TransientError(PublishError):
    """A failure that may go away."""


@dataclass(frozen=True)
class Asset:
    """A file of the release; `digest` is like sha256:0123..., or empty."""

    id: int
    name: str
    digest: str


class DraftRelease:
    """The draft release of a repository; raises PublishError when GitHub does not do as asked."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        api = environ.get("GITHUB_API_URL") or "https://api.github.com"
        self._releases = f"{api}/repos/{environ.get('GITHUB_REPOSITORY', '')}/releases"
        self._session = requests.Session()
        self._session.auth = authorization(f"Bearer {environ.get('GITHUB_TOKEN', '')}")
        self._session.headers.update(
            {"User-Agent": USER_AGENT, "X-GitHub-Api-Version": "2022-11-28"}
        )

    def assets(self) -> list[Asset]:
        """The complete files, oldest first."""
        release = self._find()
        assets = release["assets"] if release else []
        return [
            Asset(int(asset["id"]), str(asset["name"]), str(asset.get("digest") or ""))
            for asset in sorted(assets, key=lambda asset: int(asset["id"]))
            if asset.get("state") == "uploaded"
        ]

    def upload(self, path: Path, name: str) -> None:
        """Add a file; makes the release if there is none."""
        release = self._find() or self._create()
        address = str(release["upload_url"]).partition("{")[0]
        with path.open("rb") as content, _translated_errors("upload"):
            answer = self._session.post(
                address,
                params={"name": name},
                data=content,
                headers={"Content-Type": "application/gzip"},
                timeout=TIMEOUTS,
            )
            _check(answer)

    def download(self, asset: Asset, target: Path) -> None:
        """Write a file's content to `target`; raises PublishError if it changed on the way."""
        digest = hashlib.sha256()
        with (
            _translated_errors("download"),
            self._session.get(
                f"{self._releases}/assets/{asset.id}",
                headers={"Accept": "application/octet-stream"},
                stream=True,
                timeout=TIMEOUTS,
            ) as answer,
            target.open("wb") as stream,
        ):
            _check(answer)
            for chunk in answer.iter_content(CHUNK_BYTES):
                digest.update(chunk)
                stream.write(chunk)
        if asset.digest.startswith("sha256:") and asset.digest != f"sha256:{digest.hexdigest()}":
            raise PublishError(f"{asset.name} is not what was uploaded")

    def delete(self, asset: Asset) -> None:
        """Delete a file."""
        self._request("DELETE", f"{self._releases}/assets/{asset.id}")

    def _find(self) -> dict[str, Any] | None:
        releases = self._request("GET", f"{self._releases}?per_page={PAGE_SIZE}")
        try:
            ours = [item for item in releases if item["tag_name"] == TAG]
            is_public = not all(item["draft"] for item in ours)
            newest: dict[str, Any] | None = max(ours, key=lambda item: item["id"], default=None)
        except (KeyError, TypeError) as error:
            raise PublishError("GitHub's list of releases cannot be read") from error
        if is_public:
            raise PublishError(
                f"the release '{NAME}' was published, which Freesound's terms do not allow;"
                " delete it under Releases, and the next night makes a draft again"
            )
        return newest

    def _create(self) -> dict[str, Any]:
        release = {"tag_name": TAG, "name": NAME, "body": TEXT, "draft": True}
        created: dict[str, Any] = self._request("POST", self._releases, release)
        return created

    def _request(self, method: str, address: str, value: object = None) -> Any:
        return _retrying()(self._send, method, address, value)

    def _send(self, method: str, address: str, value: object) -> Any:
        with _translated_errors(method):
            answer = self._session.request(method, address, json=value, timeout=TIMEOUTS)
            _check(answer)
            return answer.json() if answer.content else None


@contextmanager
def _translated_errors(action: str) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise TransientError(f"{action}: no answer from GitHub ({type(error).__name__})") from error


def _check(answer: requests.Response) -> None:
    status = answer.status_code
    if status < requests.codes.multiple_choices:
        return
    kind = TransientError if status >= requests.codes.internal_server_error else PublishError
    raise kind(f"GitHub answered HTTP {status} about its releases")


def _retrying() -> tenacity.Retrying:
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential_jitter(multiplier=0.5, max=5),
        reraise=True,
    )
