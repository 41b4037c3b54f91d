import json
import re
from pathlib import Path

import pytest

from soundweave.base import paths
from soundweave.library import database
from soundweave.website.data import catalog
from soundweave.website.data.groups import Groups, Snapshot
from soundweave.website.frame import assets, locales, tree
from soundweave.website.frame.shell import Shell
from soundweave.website.pages import map_page
from tests.site.catalogs import TEXTS
from tests.support.page_tree import read_tree

ORIGINS = ["https://cdn.freesound.org", "http://127.0.0.1:9"]
TEMPLATE = (paths.TEMPLATES / "map.html").read_text("utf-8")
SOURCES = Path(paths.TEMPLATES).parent / "src"
SCRIPTS = ["map/*.ts", "shared/panel.ts"]


@pytest.fixture
def make(data):
    """Write the pages of these sounds, in these circles; returns a reader of pages."""

    def written(sounds, circles, label=None):
        data.make(sounds, circles)
        if label is not None:
            with database.writing(data.folder / "library") as connection:
                connection.execute("UPDATE communities SET label = ?", (label,))
        bundled = assets.Assets(dict.fromkeys(assets.NAMES, b""), [])
        words = locales.load(paths.LOCALES)
        with (
            database.snapshot(data.folder / "library") as reader,
            tree.replacing(data.folder / "site") as new,
        ):
            shell = Shell(new, bundled, words, title="Weave", base_url=None)
            map_page.write(shell, Snapshot(catalog.read(reader), Groups({}, {}, {}), ORIGINS))
        return lambda path: read_tree((data.public / path).read_text("utf-8"))

    return written


def test_there_is_a_page_in_every_language_that_says_what_the_map_has(make):
    page = make([{} for _ in range(5)], {1: [1, 2], 7: [4]})
    english, french = page("map.html"), page("fr/map.html")
    assert english.all("title")[0].text == "The map – Weave"
    assert "3 sounds in 2 communities" in english.one("div", class_="map-head").text
    assert english.one("meta", name="description").attrs["content"].startswith("3 Freesound")
    assert french.one("html").attrs["lang"] == "fr"
    assert french.one("p", id="note").one("a").attrs["href"] == "sounds/index.html"


def test_only_previews_may_come_from_elsewhere(make):
    page = make([{}], {1: [1]})("map.html")
    head = page.all("meta")
    policy = next(m.attrs["content"] for m in head if "http-equiv" in m.attrs)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("media-src").split() == ORIGINS
    assert not any("http" in rule for rule in rules.values())


def test_a_page_without_a_map_says_so_and_leads_to_the_list(make):
    page = make([{}, {}], {})("map.html")
    assert page.one("div", id="still").text.strip().startswith("The map is still empty")
    assert page.one("p", id="note").one("a").attrs["href"] == "sounds/index.html"
    assert not page.all("svg")


@pytest.mark.parametrize("label", TEXTS[:5])
def test_the_picture_has_labels_as_text(make, label):
    page = make([{} for _ in range(40)], {1: range(1, 41)}, label)("map.html")
    assert not [node for node in page.walk() if {"onerror", "onfocus"} & node.attrs.keys()]
    assert not page.all("img")
    assert not page.all("style")
    scripts = page.all("script")
    assert {script.attrs.get("type", script.attrs.get("src")) for script in scripts} == {
        "application/json",
        next(script.attrs["src"] for script in scripts if "src" in script.attrs),
    }


def test_the_page_brings_the_words_that_its_script_uses(make):
    page = make([{}], {1: [1]})("map.html")
    words = json.loads(page.one("script", id="page").raw)["words"]
    used = set()
    for pattern in SCRIPTS:
        for path in SOURCES.glob(pattern):
            used |= set(re.findall(r'"((?:map|panel|sound)\.[a-z-]+)"', path.read_text("utf-8")))
    assert len(used) > 40
    assert used <= words.keys()


def test_every_word_of_the_map_is_used():
    source = json.loads((paths.LOCALES / "en.json").read_text("utf-8"))
    texts = TEMPLATE + Path(map_page.__file__).read_text("utf-8")
    for pattern in SCRIPTS:
        texts += "".join(path.read_text("utf-8") for path in SOURCES.glob(pattern))
    composed = {f"map.{kind}-{name}" for kind in ("by", "edge") for name in ("user", "pack", "tag")}
    for key in source:
        if key.startswith(("map.", "panel.")) and key not in composed | {"map.edge-similar"}:
            assert f'"{key}"' in texts or f"'{key}'" in texts, key


def test_the_script_finds_what_it_looks_for_in_the_page():
    ids = set(re.findall(r'\bid="([a-z-]+)"', TEMPLATE))
    used = set()
    for path in (SOURCES / "map").glob("*.ts"):
        used |= set(re.findall(r'byId(?:<[^(]*>)?\("([a-z-]+)"\)', path.read_text("utf-8")))
    assert len(used) > 12
    assert used <= ids | {"panel-name"}
