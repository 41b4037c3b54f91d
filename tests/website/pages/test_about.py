import pytest

from tests.support.front_site import FrontSite

BASE = "https://example.org/folder/"
NOTICES = [
    {"name": "@a/<b>", "version": "1.0", "license": "MIT", "text": "Copyright <c>\n\n  & all."},
    {"name": "z", "version": "2.0", "license": "ISC", "text": "Permission"},
]


@pytest.fixture
def site(tmp_path):
    front_site = FrontSite(tmp_path)
    front_site.library({}, {})
    return front_site


def test_the_data_page_links_to_every_file_and_schema(site):
    (site.locales / "es.json").write_text("{}")
    tree = site.tree(page="es/data.html")
    hrefs = {link.attrs["href"] for link in tree.one("ul", class_="files").all("a")}
    assert {f"../{path['path']}" for path in site.json("index.json")["files"]} <= hrefs
    listed = [entry["schema"] for entry in site.json("index.json")["files"]]
    schemas = {f"../{entry}" for entry in listed if entry}
    assert schemas <= hrefs
    assert len(schemas) >= 4
    for href in hrefs:
        path = site.public / "es" / href
        assert path.is_file() or href.startswith("../api/sounds")  # written with the sounds


def test_the_data_page_says_how_to_use_the_badge_and_how_to_cite(site):
    tree = site.tree(BASE, page="data.html")
    assert tree.one("pre").text == (
        "[![Soundweave](https://img.shields.io/endpoint?url="
        "https%3A%2F%2Fexample.org%2Ffolder%2Fapi%2Fbadge.json)](https://example.org/folder/)"
    )
    assert tree.all("blockquote")[0].one("a").attrs["href"] == BASE
    assert not site.tree(page="data.html").all("blockquote")[0].all("a")


def test_where_the_address_is_not_known_the_badge_has_an_example_of_one(site):
    tree = site.tree(page="data.html")
    text = tree.one("pre").text
    assert "https%3A%2F%2Fexample.org%2Fapi%2Fbadge.json)](https://example.org/)" in text
    hint = "Replace https://example.org/ with the address of this site."
    assert hint in tree.one("main").text
    assert hint not in site.tree(BASE, page="data.html").one("main").text


def test_notices_are_verbatim(site):
    tree = site.tree(page="notices.html", notices=NOTICES)
    assert [one.raw for one in tree.all("pre")] == [one["text"] for one in NOTICES]
    assert [one.text for one in tree.all("h2")] == ["@a/<b> 1.0", "z 2.0"]
    assert "None: everything" in site.tree(page="notices.html").one("main").text


def test_the_page_for_a_wrong_address_works_at_any_depth(site):
    (site.locales / "es.json").write_text("{}")
    tree = site.tree(BASE, page="404.html")
    links = [node.attrs["href"] for tag in ("a", "link") for node in tree.all(tag)]
    rest = [
        node for node in links if not node.startswith((BASE, "data:", "https://freesound.org/"))
    ]
    assert rest == ["#main"]
    assert tree.one("meta", name="robots").attrs["content"] == "noindex"
    assert f"{BASE}index.html" in links
    languages = tree.one("ul", class_="languages").all("a")
    assert {node.attrs["hreflang"]: node.attrs["href"] for node in languages} == {
        "en": f"{BASE}404.html",
        "es": f"{BASE}es/index.html",
    }


def test_without_a_base_url_that_page_has_no_link_that_could_break(site):
    tree = site.tree(page="404.html")
    assert tree.one("h1").text == "Page not found"
    assert tree.all("a") == tree.all("script") == []
    assert [link.attrs["rel"] for link in tree.all("link")] == ["icon"]


def test_only_the_root_has_a_page_for_a_wrong_address(site):
    (site.locales / "es.json").write_text("{}")
    site.make()
    assert [path.parent for path in site.public.rglob("404.html")] == [site.public]
    assert len(list(site.public.rglob("data.html"))) == 2
