"""A local stand-in for GitHub's REST API: releases and their assets, and routes that tests add.

https://docs.github.com/rest/releases
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "ghs_" + "0123456789" * 3
REPOSITORY = "acme/demo"


@dataclass(frozen=True)
class Request:
    """A request as a route sees it; `parts` are the groups of its path's pattern."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    parts: tuple[str, ...] = ()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """Status, and either a JSON value or, if given, bytes."""

    status: int = 200
    value: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Answer]


@dataclass
class GitHub:
    """Answers by the newest route that fits; everything else is 404, a wrong token 401."""

    url: str = ""
    token: str = TOKEN
    schemes: list[str] = field(default_factory=lambda: ["Bearer"])  # "Token": any key will do
    requests: list[Request] = field(default_factory=list)
    routes: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Answer requests whose whole path fits `pattern`; a later route goes first."""
        self.routes.insert(0, (method, re.compile(pattern), handler))

    def fail(self, method: str, pattern: str, status: int = 503) -> None:
        """Answer such requests with an error from now on."""
        error = Answer(status, {"message": f"HTTP {status}"})
        self.route(method, pattern, lambda _: error)

    def environment(self) -> dict[str, str]:
        """What a step of a workflow would have in its environment."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REPOSITORY_ID": "1234",
            "GITHUB_TOKEN": self.token,
        }

    def answer(self, request: Request) -> Answer:
        """Find the route and run it."""
        self.requests.append(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme not in self.schemes or (scheme == "Bearer" and token != self.token):
            return Answer(401, {"message": "Bad credentials"})
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return handler(Request(**{**vars(request), "parts": match.groups()}))
        return Answer(404, {"message": "Not Found"})


@dataclass
class Releases:
    """The releases of the repository, and the content of their assets by id."""

    github: GitHub
    releases: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)
    last_id: int = 0

    def install(self) -> None:
        """Add the routes."""
        folder = f"/repos/{REPOSITORY}/releases"
        route = self.github.route
        route("GET", folder, lambda _: Answer(200, self.releases))
        route("POST", folder, self._create)
        route("POST", rf"/uploads{folder}/(\d+)/assets", self._upload)
        route("GET", rf"{folder}/assets/(\d+)", self._download)
        route("DELETE", rf"{folder}/assets/(\d+)", self._delete)

    def assets(self) -> list[dict[str, Any]]:
        """The assets of all releases."""
        return [asset for release in self.releases for asset in release["assets"]]

    def clear(self) -> None:
        """Delete all releases."""
        self.releases.clear()
        self.contents.clear()

    def _create(self, request: Request) -> Answer:
        number = self._next_id()
        address = f"{self.github.url}/uploads/repos/{REPOSITORY}/releases/{number}/assets"
        fixed = {"id": number, "assets": [], "upload_url": f"{address}{{?name,label}}"}
        self.releases.append({"draft": False, **request.json(), **fixed})
        return Answer(201, self.releases[-1])

    def _upload(self, request: Request) -> Answer:
        (release,) = (item for item in self.releases if item["id"] == int(request.parts[0]))
        name = request.query["name"]
        if any(asset["name"] == name for asset in release["assets"]):
            return Answer(422, {"message": "Validation Failed"})
        number = self._next_id()
        self.contents[number] = request.body
        asset = {
            "id": number,
            "name": name,
            "state": "uploaded",
            "size": len(request.body),
            "digest": f"sha256:{hashlib.sha256(request.body).hexdigest()}",
            "url": f"{self.github.url}/repos/{REPOSITORY}/releases/assets/{number}",
        }
        release["assets"].append(asset)
        return Answer(201, asset)

    def _download(self, request: Request) -> Answer:
        content = self.contents.get(int(request.parts[0]))
        if content is None:
            return Answer(404, {"message": "Not Found"})
        return Answer(200, content=content)

    def _delete(self, request: Request) -> Answer:
        number = int(request.parts[0])
        for release in self.releases:
            release["assets"] = [item for item in release["assets"] if item["id"] != number]
        return Answer(204 if self.contents.pop(number, None) is not None else 404)

    def _next_id(self) -> int:
        self.last_id += 1
        return self.last_id


@contextmanager
def github_server() -> Iterator[tuple[GitHub, Releases]]:
    """Start the server; gives it and its releases."""
    github = GitHub()
    releases = Releases(github)
    releases.install()

    class RequestHandler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = github.answer(
                Request(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
            )
            content = answer.content
            if content is None:
                content = b"" if answer.value is None else json.dumps(answer.value).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(RequestHandler, f"do_{method}", RequestHandler.handle_any)
    with ThreadingHTTPServer(("127.0.0.1", 0), RequestHandler) as server:
        github.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield github, releases
        finally:
            server.shutdown()
            thread.join()
