"""The site in the installed Chromium: served from a subfolder, with no network beyond it."""

import fcntl
import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import REAL
from tests.site import sites

# What Debian calls the shell is Chromium without windows: it starts and paints in half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card
    "--disable-background-networking",
    "--no-first-run",
]
expect.set_options(timeout=60_000)
FOLDER = Path("some") / "folder"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files like Pages, whose answers browsers may keep for ten minutes."""

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory, worker_id):
    """A folder with one site for each name: some/folder/varied/index.html and so on.

    `real` is there only where the real metadata is at hand. All workers share one folder, and
    the work of making it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "sites"
    shared.mkdir(exist_ok=True)
    fill = dict(sites.FILL)
    if REAL.is_dir():
        fill["real"] = functools.partial(sites.real, source=REAL / "freesound")
    for waits in (False, True):  # first what no other worker makes, then what is not made yet
        for name, make in fill.items():
            _make_once(shared, name, make, waits)
    return shared / "pages"


def _make_once(folder, name, make, waits):
    work, done = folder / "work" / name, folder / f"{name}.done"
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            return
        if not done.exists():
            work.mkdir(parents=True)
            shutil.copytree(sites.make(work, name, make), folder / "pages" / FOLDER / name)
            done.touch()


@pytest.fixture(scope="session")
def worker_id(request):
    """The name of this worker of pytest-xdist; `master` without workers."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture(scope="session")
def base_url(site_folder):
    handler = functools.partial(QuietHandler, directory=site_folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{FOLDER.as_posix()}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        message = "no Chromium found; install it with: apt-get install chromium-headless-shell"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture
def problems():
    """What went wrong in the browser; a test that expects something takes it out."""
    return []


def _is_problem(message):
    # Without a graphics card, the driver warns that reading pixels is slow.
    return message.type in ("error", "warning") and "ReadPixels" not in message.text


@pytest.fixture
def page(page, base_url, problems):
    """A page that must stay on the local server and log no error."""
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: _is_problem(m) and problems.append(m.text))

    def block(route):
        problems.append(f"off-site request: {route.request.url}")
        route.abort()

    inside = (base_url, "data:", "blob:", "file:")
    page.route(lambda url: not url.startswith(inside), block)
    yield page
    assert problems == []


@pytest.fixture
def need_real(site_folder):
    """Skip where the real metadata is not at hand."""
    if not (site_folder / FOLDER / "real").is_dir():
        pytest.skip("real Freesound metadata is not part of the repository")
