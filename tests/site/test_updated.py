"""A tab that stays open while another site is put online, in the browser."""

import json
import re
import shutil
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.site.conftest import FOLDER, QuietHandler

NOTICE = "This site has been updated since you opened this page."


def put_another_online(page: Page) -> None:
    page.route("**/made-of.json", lambda route: route.fulfill(body='{"sha256": "another"}'))


@pytest.mark.parametrize("has_read", [True, False], ids=["after a search", "during the first one"])
def test_a_search_shows_nothing_of_another_site(page: Page, has_read: bool) -> None:
    page.goto("woven/sounds/index.html")
    search = page.get_by_role("searchbox")
    if has_read:
        search.fill("rain")
        page.locator("#message").get_by_text("“rain”").wait_for()
        put_another_online(page)
    else:  # between the first question and the answer

        def update_meanwhile(route: Route) -> None:
            put_another_online(page)
            route.continue_()

        page.route("**/search/index.json", update_meanwhile)
    search.fill("wind")
    expect(page.locator(".updated")).to_contain_text(NOTICE)
    page.unroute("**/made-of.json")
    page.unroute("**/search/index.json")
    page.get_by_role("button", name="Reload the page").click()
    page.locator("#message").get_by_text("found").wait_for()
    expect(page.locator(".updated")).to_have_count(0)


def test_the_map_shows_no_sound_of_another_site(page: Page) -> None:
    page.goto("woven/map.html")
    expect(page.locator("html")).to_have_attribute("data-map", "ready")
    put_another_online(page)
    page.evaluate("location.hash = 'sound=1'")
    expect(page.locator(".updated")).to_contain_text(NOTICE)
    expect(page.locator("#panel a[rel=external]")).to_have_count(0)


def test_a_site_that_stays_says_nothing(page: Page) -> None:
    page.goto("woven/sounds/index.html#q=rain")
    page.locator("#message").get_by_text("found").wait_for()
    expect(page.locator(".updated")).to_have_count(0)


def test_after_a_reload_nothing_of_the_old_site_comes_from_the_browsers_cache(
    browser: Browser, site_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(site_folder / FOLDER / "woven", tmp_path / "site")
    asked = []

    class Server(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802
            asked.append(self.path)
            super().do_GET()

    handler = partial(Server, directory=tmp_path / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()  # without routes, which would switch its cache off
        page.goto(f"http://127.0.0.1:{server.server_port}/sounds/index.html#q=rain")
        page.locator("#message").get_by_text("found").wait_for()
        (tmp_path / "site" / "made-of.json").write_text('{"sha256": "another"}')
        page.get_by_role("searchbox").fill("wind")
        page.get_by_role("button", name="Reload the page").click()
        page.locator("#message").get_by_text("found").wait_for()
        page.get_by_role("searchbox").fill("rain")
        page.locator("#message").get_by_text("“rain”").wait_for()
        page.close()
        server.shutdown()
    assert asked.count("/search/r.json") == 2


def test_a_sound_whose_surroundings_cannot_be_loaded_is_not_off_the_map(
    page: Page, problems: list[str], site_folder: Path
) -> None:
    folder = site_folder / FOLDER / "woven" / "api" / "sounds"
    shard = json.loads((folder / "0.json").read_text(encoding="utf-8"))
    sound = next(sound for sound in shard["sounds"] if sound["community"] is not None)
    page.route(f"**/map/{sound['community']}.json", lambda route: route.abort())
    page.goto(f"woven/map.html#sound={sound['id']}")
    expect(page.locator("#panel")).to_contain_text("This sound could not be loaded.")
    problems.clear()


def test_results_that_cannot_be_loaded_are_not_sorted(page: Page, problems: list[str]) -> None:
    page.route(re.compile(r"/api/sounds/\d+\.json$"), lambda route: route.abort())
    page.goto("woven/sounds/index.html#q=rain")
    page.locator("#message").get_by_text("found").wait_for()
    page.locator("a[data-sort=downloads]").click()
    expect(page.locator("#message")).to_have_text(
        "Some results could not be loaded, so they are not sorted."
    )
    problems.clear()
