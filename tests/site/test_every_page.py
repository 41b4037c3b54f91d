"""What holds for every kind of page, on made-up, hostile and real sounds: one look at each."""

import gzip
import json
import posixpath
import re
from html import unescape
from itertools import product
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import FOLDER

SITES = ["varied", "hostile", "empty", "woven", "real"]
PAGES = ("index", "map", "sounds/index", "users/index", "packs/index", "tags/index", "data")
LARGEST_PAGE = 500_000  # bytes
FRONT_PAGE = 150_000  # bytes, gzipped, with its style sheet and scripts
MAP_OF_10000 = 400_000  # bytes, gzipped
VIEWS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(params=SITES)
def site(request, site_folder):
    """The folder of each site."""
    folder = site_folder / FOLDER / request.param
    if not folder.is_dir():
        pytest.skip("real Freesound metadata is not part of the repository")
    return folder


def kinds(site):
    """A page of every kind, in turn in each language."""
    paths = [*PAGES, "notices", "translations/index", "translations/river-recorded-es"]
    for group in ("users", "packs", "tags"):
        pages = [path for path in (site / group).glob("*.html") if "index" not in path.name]
        paths += [f"{group}/{path.stem}" for path in sorted(pages)[:1]]
    languages = ("", "es/", "ca/", "fr/")
    for number, page in enumerate(paths):
        lang = languages[number % 4]
        there = (site / f"{lang}{page}.html").exists()  # large lists are in English alone
        yield f"{site.name}/{lang if there else ''}{page}.html"


@pytest.mark.parametrize("name", ["hostile", "real"])
def test_every_kind_of_page_is_accessible_and_keeps_its_width(page, site_folder, name):
    """The other sites are looked at, in all views, by the tests of each kind of page."""
    folder = site_folder / FOLDER / name
    if not folder.is_dir():
        pytest.skip("real Freesound metadata is not part of the repository")
    for number, address in enumerate(kinds(folder)):
        width, scheme = VIEWS[(number + number // 4) % 4]
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(address)
        if address.endswith("map.html"):
            page.locator("html[data-map]").wait_for()
        # Rows are all alike: the first ones stand for the rest.
        alike = ":is(tbody tr, .cloud li, .sounds > li):nth-child(n+9)"
        page.evaluate("all => document.querySelectorAll(all).forEach(one => one.remove())", alike)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate("window.hit") is None


def test_no_page_is_too_large_and_the_front_page_is_light(site):
    assert max(path.stat().st_size for path in site.rglob("*.html")) < LARGEST_PAGE
    front = [site / "index.html", *site.glob("assets/front-*.js"), *site.glob("assets/*.css")]
    assert len(front) == 3
    assert sum(len(gzip.compress(path.read_bytes())) for path in front) <= FRONT_PAGE


def test_the_map_data_are_light(site):
    sounds = json.loads((site / "map/overview.json").read_text())["sounds"]
    loaded = sum(len(gzip.compress(path.read_bytes(), 9)) for path in site.glob("map/*.json"))
    assert loaded <= MAP_OF_10000 * max(1, sounds / 10_000)


def links(path):
    addresses = re.findall(r'(?:href|src)="([^"]*)"', path.read_text("utf-8"))
    inside = {link for link in addresses if not re.match(r"(https?|data):", link)}
    return {unquote(unescape(urldefrag(link).url)) for link in inside}


def test_every_link_leads_somewhere(site):
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    dead = {
        (path, link)
        for path in files
        if path.endswith(".html")
        for link in links(site / path) - {""}
        if posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) not in files
    }
    assert dead == set()


def test_no_page_holds_inline_scripts_or_styles(site):
    for path, pattern in product(
        sorted(site.glob("*.html")),
        (r"<script(?![^>]*(src=|application/json))", r"<style", r" style="),
    ):
        assert not re.search(pattern, path.read_text("utf-8")), f"{path.name}: {pattern}"


@pytest.mark.usefixtures("need_real")
def test_the_map_of_real_sounds_opens_and_finds(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto("real/map.html")
    page.locator("html[data-map=ready]").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("guitar")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy credit as text").wait_for()
    assert "sound=" in page.evaluate("location.hash")
