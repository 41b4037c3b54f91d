"""The page in the installed Chromium: served from a subfolder, with no network beyond it."""

import functools
import http.server
import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest

import generate_landing_page
from tests.make_library import make_library
from tests.site.catalogues import HOSTILE, VARIED

BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
START = datetime(2025, 10, 23, 2, 17, tzinfo=UTC)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """A folder with three pages: varied/, hostile/ and empty/, each with its index.html."""
    root = tmp_path_factory.mktemp("site")
    for name, sounds, nights in (("varied", VARIED, 30), ("hostile", HOSTILE, 2), ("empty", [], 0)):
        work = root / "work" / name
        make_library(work / "library", sounds, links=True)
        _write_histories(work, nights)
        argv = [
            f"--checkpoint-dir={work / 'library'}",
            f"--output-dir={work}",
            f"--metrics-history={work / 'metrics'}",
            f"--milestone-history={work / 'milestones'}",
        ]
        assert generate_landing_page.main(argv) == 0
        shutil.copytree(work / "public", root / "pages" / "some" / "folder" / name)
    return root / "pages"


def _write_histories(work, nights):
    metrics, milestones = [], []
    added = 20 if nights > 2 else 10**300
    for number in range(1, nights + 1):
        at = f"{START + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}"
        counts = {"nodes": 20 * number, "edges": 9, "users": 8, "packs": 7, "added": added}
        rest = {"removed": 0, "requests": 5, "duration_seconds": 1, "stopped": "complete"}
        metrics.append({"timestamp": at, "mode": "mixed", **counts, **rest})
        if number % 3 == 0:
            states = ("passed", "failed", "not finished")
            actions = dict(zip(("validation", "edge_generation", "website"), states, strict=True))
            mark = {"timestamp": at, "milestone_number": number // 3, "interval": 60}
            mark |= {"nodes": 20 * number, "crossed": [number // 3], "actions": actions}
            milestones.append(mark)
    for name, records in (("metrics", metrics), ("milestones", milestones)):
        (work / name).write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.fixture(scope="session")
def base_url(site_folder):
    handler = functools.partial(_Quiet, directory=site_folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/folder/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        message = "no Chromium found; install it with: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture
def page(page, base_url):
    """A page that must ask for nothing but itself and log no error."""
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and problems.append(m.text))

    def watch(route):
        if route.request.is_navigation_request():
            route.continue_()
        else:
            problems.append(f"request: {route.request.url}")
            route.abort()

    page.route(lambda url: not url.startswith("data:"), watch)
    yield page
    assert problems == []
