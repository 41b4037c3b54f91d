"""Lighthouse on the site's own pages: serves a generated site on this machine and measures it."""

import gzip
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from soundweave.base import paths
from soundweave.base.errors import ConfigError, SoundweaveError

PROGRAM = paths.ROOT / "website" / "node_modules" / ".bin" / "lighthouse"
# What Debian calls the shell is Chromium without windows: it starts and paints in half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --enable-unsafe-swiftshader"
REQUIRED = ("accessibility", "best-practices", "seo")
CATEGORIES = (*REQUIRED, "performance")  # the last depends on the machine: for information
FOLDER = "soundweave"  # of the address, as on a project's Pages
PACKED = {".html", ".css", ".js", ".json", ".xml", ".csv"}
LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Measured:
    """A page's scores, 0 to 100 by category, and what it failed in the required ones."""

    page: str
    scores: dict[str, int]
    failed: list[str]

    @property
    def passed(self) -> bool:
        """Whether the required scores are full."""
        return all(self.scores[name] == 100 for name in REQUIRED)


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve the folder `root`/FOLDER, gzipped like on Pages; yields the address of the site.

    Nothing has to be there yet: the site may need to know its address.
    """
    handler = partial(_Handler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{FOLDER}/"
        finally:
            server.shutdown()


def pages(site: Path) -> list[str]:
    """Return the pages that are measured: front page, map, list and a translation."""
    texts = sorted(site.glob("translations/*/*.html")) + sorted(site.glob("translations/*.html"))
    translation = next((one for one in texts if one.name != "index.html"), None)
    found = ["index.html", "map.html", "sounds/index.html"]
    return [*found, str(translation.relative_to(site))] if translation else found


def measure(address: str, page: str) -> Measured:
    """Measure one page of the site at `address`; raises SoundweaveError when that fails."""
    report = _run(address + page.removesuffix("index.html"))
    scores = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return Measured(page, scores, list(_failed(report)))


def table(measured: Sequence[Measured]) -> str:
    """Return the scores as a Markdown table."""
    head = ["page", *(name.replace("-", " ") for name in CATEGORIES)]
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * len(CATEGORIES)}"]
    for one in measured:
        cells = [f"`{one.page}`", *(str(one.scores[name]) for name in CATEGORIES)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _run(url: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        output = Path(folder) / "report.json"
        command = [
            str(PROGRAM),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={output}",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={CHROME_FLAGS} --user-data-dir={folder}/profile",
        ]
        try:
            done = subprocess.run(
                command,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SoundweaveError(f"lighthouse on {url}: {error}; run: make setup") from error
        if done.returncode or not output.exists():
            raise SoundweaveError(f"lighthouse on {url} failed: {done.stderr.strip()[-500:]}")
        report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    if report.get("runtimeError"):
        raise SoundweaveError(f"lighthouse on {url}: {report['runtimeError']['message']}")
    return report


def _environment() -> Mapping[str, str]:
    browser = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise ConfigError("no Chromium found; install it, or name one in CHROME_PATH")
    return {**os.environ, "CHROME_PATH": browser}


def _failed(report: Mapping[str, Any]) -> Iterator[str]:
    for name in REQUIRED:
        for entry in report["categories"][name]["auditRefs"]:
            audit = report["audits"][entry["id"]]
            if entry["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {audit['id']}: {audit['title']}"


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as a web host does: compressed, and 404.html for what is not there."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with a file, or with the page for a wrong address."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        code = 200 if path.is_file() else 404
        path = path if code == 200 else Path(self.directory) / FOLDER / "404.html"
        content = path.read_bytes() if path.is_file() else b""
        self.send_response(code)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in PACKED:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
