import pytest

from soundweave.website.pages import lists
from tests.site.catalogs import HOSTILE, VARIED
from tests.website import list_site

SOUNDS = [
    {
        "name": f"{'._-'[number % 3]}{'abcdefghij'[number * 7 % 10]} {number}",
        "username": f"user {min(number % 9, 6)}",
        "pack": f"pack {number % 3}" if number % 2 else None,
        "duration": number * 37 % 41,
        "num_downloads": number * 11 % 13,
        "created": f"2025-10-{1 + number * 5 % 28:02}T00:00:00Z",
    }
    for number in range(63)
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return list_site.write(tmp_path_factory.mktemp("lists"), SOUNDS)


def all_pages(site, column):
    """The names on all pages of an order, and the number of pages."""
    paths = [path for path in (lists.path(column, n) for n in range(1, 99)) if path in site.paths]
    return [name for path in paths for name in site.names(path)], len(paths)


def test_the_list_has_every_sound_once_newest_first(site):
    names, pages = all_pages(site, "uploaded")
    assert pages == 7
    stamps = {sound["name"]: (sound["created"], index) for index, sound in enumerate(SOUNDS)}
    assert names == sorted(stamps, key=stamps.__getitem__, reverse=True)


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("name", lambda sound: sound["name"][1:]),
        ("length", lambda sound: -sound["duration"]),
        ("downloads", lambda sound: -sound["num_downloads"]),
    ],
)
def test_the_other_orders_have_four_pages(site, column, key):
    names, pages = all_pages(site, column)
    assert pages == 4
    by_name = {sound["name"]: sound for sound in SOUNDS}
    expected = sorted(map(key, SOUNDS))[:40]
    assert [key(by_name[name]) for name in names] == expected
    assert len(set(names)) == 40


def test_the_order_by_connections_follows_their_column(site):
    counts = [
        int(row.all("td")[5].text)
        for number in range(1, 5)
        for row in site.rows(lists.path("links", number))
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


@pytest.mark.parametrize(
    ("column", "direction"),
    [
        ("name", "ascending"),
        ("length", "descending"),
        ("uploaded", "descending"),
        ("downloads", "descending"),
        ("links", "descending"),
    ],
)
def test_the_head_says_the_order_and_leads_to_the_others(site, column, direction):
    head = site.page(lists.path(column)).one("thead")
    marked = [cell for cell in head.all("th") if "aria-sort" in cell.attrs]
    assert [cell.attrs["aria-sort"] for cell in marked] == [direction]
    assert marked[0].one("a").attrs["data-sort"] == column
    links = [link.attrs["href"] for link in head.all("a")]
    orders = ("name", "length", "uploaded", "downloads", "links")
    assert links == [f"../{lists.path(order)}" for order in orders]
    assert all(cell.attrs["scope"] == "col" for cell in head.all("th"))


def test_a_short_order_says_how_much_of_the_whole_it_is(site):
    assert site.page("sounds/by-length-1.html").one("p", class_="lead").text == (
        "The first 40 of 63 sounds, sorted by length."
    )
    assert "All 63" in site.page("sounds/index.html").one("p", class_="lead").text


def test_the_first_and_the_last_page_lead_inwards(site):
    first, last = site.page("sounds/index.html"), site.page("sounds/7.html")
    middle = site.page("sounds/4.html")
    assert [len(page.all("a", rel="prev")) for page in (first, middle, last)] == [0, 1, 1]
    assert [len(page.all("a", rel="next")) for page in (first, middle, last)] == [1, 1, 0]
    assert middle.one("a", rel="prev").attrs["href"] == "../sounds/3.html"
    assert site.page("sounds/2.html").one("a", rel="prev").attrs["href"] == "../sounds/index.html"
    pager = middle.one("nav", class_="pager")
    assert pager.attrs["aria-label"]
    assert pager.one("a", aria_current="page").text == "4"
    names = {link.text: link.attrs.get("aria-label") for link in pager.one("ol").all("a")}
    assert names == {str(number): f"Page {number}" for number in range(1, 8)}


def test_only_the_first_page_is_for_search_engines(site):
    listed = [address for address in site.addresses if address.startswith("sounds/")]
    assert listed == ["sounds/"]
    assert '<meta name="robots" content="noindex">' in site.text("sounds/2.html")
    assert '<meta name="robots" content="noindex">' in site.text("sounds/by-name-1.html")
    assert "noindex" not in site.text("sounds/index.html")


def test_every_link_leads_to_a_page(site):
    assert len(site.paths) > 80
    assert site.dead_links() == []


def test_a_table_has_a_caption_and_heads_for_its_rows(site):
    table = site.page("sounds/2.html").one("table")
    assert "page 2 of 7" in table.one("caption").text
    assert all(row.one("th", scope="row") for row in table.one("tbody").all("tr"))
    assert len(table.one("thead").all("th")) == len(table.one("tbody").all("tr")[0].children)


def test_rows_are_the_same_in_all_languages(site):
    english, french = site.page("sounds/3.html"), site.page("fr/sounds/3.html")
    assert [row.raw for row in english.one("tbody").all("tr")] == [
        row.raw for row in french.one("tbody").all("tr")
    ]
    assert all(not link.attrs.get("hreflang") for link in french.one("main").all("a"))


def test_the_search_hides_without_a_script(site):
    form = site.page("sounds/index.html").one("form")
    assert "data-needs-script" in form.attrs
    assert form.one("label").attrs["for"] == form.one("input").attrs["id"]


def test_a_large_list_is_english_but_for_its_first_page(tmp_path):
    site = list_site.write(tmp_path, SOUNDS, translated_up_to=62)
    french = sorted(path for path in site.paths if path.startswith("fr/"))
    first = ("packs", "sounds", "tags", "users")
    assert french == [f"fr/{name}/index.html" for name in first]
    assert "sounds/7.html" in site.paths
    assert site.dead_links() == []
    page = site.page("fr/sounds/index.html")
    following = page.one("a", rel="next")
    assert following.attrs == {
        "rel": "next",
        "hreflang": "en",
        "href": "../../sounds/2.html",
    }
    author = page.one("tbody").all("tr")[0].all("td")[0].one("a")
    assert author.attrs["hreflang"] == "en"
    assert (author.attrs["href"] or "").startswith("../../users/")
    assert page.one("table").attrs["data-pages"] == "../../"
    assert site.page("sounds/index.html").one("table").attrs["data-pages"] == "../"


def test_an_empty_library_has_a_list_that_says_so(tmp_path):
    site = list_site.write(tmp_path, [])
    page = site.page("sounds/index.html")
    assert page.one("p", class_="empty").text == "No sounds in the library yet."
    assert not page.all("table")
    assert site.dead_links() == []


def test_a_hostile_catalog_makes_small_pages_of_texts(tmp_path):
    texts = [sound["name"] for sound in HOSTILE] + ['"' * 300, "🎵" * 300, "&" * 300]
    sounds = [
        {"name": text, "username": f"{number}{text}"[:300], "license": text, "tags": [text] * 60}
        | {"created": text, "pack": text, "preview_mp3": f"https://cdn.freesound.org/{text}"}
        for number in range(28)
        for text in texts
    ]
    site = list_site.write(tmp_path, sounds, ["en"], rows=500, group_rows=500, group_pages=20)
    pages = {path: len(site.text(path).encode()) for path in site.paths}
    assert len(site.rows("sounds/index.html")) == 500
    assert max(pages.values()) < 500_000
    for path in ("sounds/index.html", "users/index.html", "packs/index.html", "tags/index.html"):
        page = site.page(path)
        assert not page.all("img")
        assert len(page.all("script")) == (2 if path.startswith("sounds") else 0)
        assert not page.one("main").all("style")
        names = {name for node in page.walk() for name in node.attrs}
        assert not {name for name in names if name.startswith("on")}


def test_names_are_sorted_by_their_first_letter(tmp_path):
    names = ["--- zebra", "Ape", "_bear", "!!!", "10 cats", "  ape 2"]
    site = list_site.write(tmp_path, [{"name": name} for name in names])
    expected = ["10 cats", "Ape", "ape 2", "_bear", "--- zebra", "!!!"]
    assert site.names("sounds/by-name-1.html") == expected


def test_of_equal_sounds_the_newer_comes_first_and_a_length_that_is_none_comes_last(tmp_path):
    lengths = {"a": 5.0, "b": float("inf"), "c": 9.0, "d": 5.0, "e": -3.0}
    sounds = [{"name": name, "duration": length} for name, length in lengths.items()]
    site = list_site.write(tmp_path, sounds)
    assert site.names("sounds/by-length-1.html") == ["c", "d", "a", "b", "e"]
    assert site.names("sounds/by-downloads-1.html") == ["e", "d", "c", "b", "a"]


def test_when_all_fit_an_order_does_not_speak_of_a_part(tmp_path):
    site = list_site.write(tmp_path, VARIED[:12])
    lead = site.page("sounds/by-downloads-2.html").one("p", class_="lead").text
    assert lead == "All 12 sounds, sorted by downloads."
    assert "sounds/by-downloads-3.html" not in site.paths


def test_a_list_that_may_not_hold_all_says_so(tmp_path):
    sounds = [{"created": f"2025-11-{1 + number:02}T00:00:00Z"} for number in range(25)]
    site = list_site.write(tmp_path, sounds, ["en"], list_sounds=20)
    assert site.names("sounds/index.html") + site.names("sounds/2.html") == [
        f"sound {number}.wav" for number in range(25, 5, -1)
    ]
    assert "sounds/3.html" not in site.paths
    assert "The newest 20 of 25 sounds." in site.page("sounds/index.html").text
    assert len(site.names("sounds/by-name-3.html")) == 5  # the other orders are of all
    assert site.dead_links() == []
