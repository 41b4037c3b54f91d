import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base import paths
from soundweave.website.frame import assets, locales, tree
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import SECTIONS, Head, Shell, script_json
from tests.support.page_tree import read_tree

ENGLISH = locales.load(paths.LOCALES)["en"].texts
BASE = "https://example.org/folder/"


@pytest.fixture
def write(tmp_path):
    """Write one page that says nothing of its own; returns it as a tree."""

    def write_page(head, place, base_url=None, languages=("en", "es", "ar")):
        bundled = assets.Assets(dict.fromkeys(assets.NAMES, b""), [])
        words = {lang: Words(lang, ENGLISH, {}) for lang in languages}
        with tree.replacing(tmp_path) as new:
            shell = Shell(new, bundled, words, title="A & B", base_url=base_url)
            shell.page("base.html", place, head)
        return read_tree((tmp_path / "public" / place.file).read_text("utf-8"))

    return write_page


def policy(page):
    (meta,) = [node for node in page.all("meta") if "http-equiv" in node.attrs]
    rules = (rule.split() for rule in (meta.attrs["content"] or "").split(";"))
    return {name: values for name, *values in rules}


def test_a_page_without_scripts_may_run_none(write):
    rules = policy(write(Head("t", "d"), Place("en", "index.html")))
    assert rules["default-src"] == rules["script-src"] == ["'none'"]
    assert rules["connect-src"] == ["'self'"]  # what looks for robots.txt on the page's behalf
    assert rules["media-src"] == ["'none'"]
    assert rules["style-src"] == ["'self'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]


def test_no_page_says_where_its_readers_come_from(write):
    page = write(Head("t", "d"), Place("en", "index.html"))
    assert page.one("meta", name="referrer").attrs["content"] == "no-referrer"


def test_a_page_with_a_player_hears_its_origins_alone(write):
    head = Head("t", "d", scripts=("map",), preview_origins=["https://cdn.example"])
    rules = policy(write(head, Place("en", "map.html")))
    assert rules["media-src"] == ["https://cdn.example"]
    assert rules["script-src"] == rules["connect-src"] == rules["form-action"] == ["'self'"]
    assert rules["base-uri"] == ["'none'"]
    assert "unsafe" not in str(rules)


@pytest.mark.parametrize(
    ("lang", "path", "root", "home"),
    [
        ("en", "map.html", "", ""),
        ("en", "sounds/2.html", "../", "../"),
        ("es", "map.html", "../", ""),
        ("es", "sounds/2.html", "../../", "../"),
    ],
)
def test_links_are_relative_in_every_depth(write, lang, path, root, home):
    head = Head("t", "d", scripts=("list",), words=("nav.",))
    page = write(head, Place(lang, path))
    (style,) = [link for link in page.all("link") if link.attrs["rel"] == "stylesheet"]
    assert style.attrs["href"].startswith(f"{root}assets/site-")
    brand = page.one("a", class_="brand")
    assert brand.attrs["href"] == f"{home}index.html"
    data = json.loads(page.one("script", id="page").raw)
    assert (data["lang"], data["root"], data["home"]) == (lang, root, home)
    assert data["words"]["nav.map"] == "Map"
    assert not [link for link in page.all("link") if link.attrs["rel"] == "canonical"]


@pytest.mark.parametrize(
    ("lang", "path", "home", "current"),
    [
        ("en", "users/index.html", "../", "page"),
        ("es", "users/index.html", "../", "page"),
        ("es", "users/x.html", "../", "true"),
        ("es", "data.html", "", "true"),
    ],
)
def test_the_navigation_stays_in_its_language_and_says_where_one_is(
    write, lang, path, home, current
):
    page = write(Head("t", "d", section="users"), Place(lang, path))
    links = [link.attrs for link in page.one("nav").all("ul")[0].all("a")]
    assert [link["href"] for link in links] == [home + section for section in SECTIONS.values()]
    marked = {link["href"]: link["aria-current"] for link in links if "aria-current" in link}
    assert marked == {f"{home}users/index.html": current}


def alternates(page):
    links = [link.attrs for link in page.all("link") if "hreflang" in link.attrs]
    return {link["hreflang"]: link["href"] for link in links}


def test_with_an_address_every_language_knows_the_others(write):
    page = write(Head("t", "d"), Place("es", "users/index.html"), BASE)
    assert alternates(page) == {
        "en": f"{BASE}users/",
        "es": f"{BASE}es/users/",
        "ar": f"{BASE}ar/users/",
        "x-default": f"{BASE}users/",
    }
    (canonical,) = [link for link in page.all("link") if link.attrs["rel"] == "canonical"]
    assert canonical.attrs["href"] == f"{BASE}es/users/"
    about = {
        link.attrs["property"]: link.attrs["content"]
        for link in page.all("meta")
        if "property" in link.attrs
    }
    assert (about["og:url"], about["og:image"]) == (f"{BASE}es/users/", f"{BASE}map.png")
    assert about["og:locale"] == "es"


def test_a_page_in_one_language_points_to_the_front_pages_of_the_others(write):
    page = write(Head("t", "d", languages=("en",)), Place("en", "users/x.html"), BASE)
    assert alternates(page) == {}
    links = [link.attrs for link in page.one("ul", class_="languages").all("a")]
    assert [(link["hreflang"], link["href"]) for link in links] == [
        ("en", "../users/x.html"),
        ("es", "../es/index.html"),
        ("ar", "../ar/index.html"),
    ]


def test_a_language_that_is_written_from_right_to_left(write):
    page = write(Head("t", "d"), Place("ar", "index.html")).one("html")
    assert (page.attrs["lang"], page.attrs["dir"]) == ("ar", "rtl")


def test_a_page_for_nobody_else_is_not_indexed(write):
    page = write(Head("t", "d", indexed=False), Place("en", "sounds/2.html"), BASE)
    assert [meta.attrs["content"] for meta in page.all("meta", name="robots")] == ["noindex"]
    assert alternates(page) == {}


def test_a_title_is_text(write):
    page = write(Head("</title><script>", '"><b>'), Place("en", "index.html"), BASE)
    assert page.one("title").text == "</title><script>"
    assert page.all("script") == []
    (description,) = [
        meta.attrs["content"]
        for meta in page.all("meta")
        if meta.attrs.get("name") == "description"
    ]
    assert description == '"><b>'


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)))
def test_no_text_ends_the_element_it_is_in(value):
    text = script_json(value)
    assert not set("<>&") & set(text)
    assert json.loads(text) == value
