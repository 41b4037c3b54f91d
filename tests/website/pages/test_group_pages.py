from typing import Any

import numpy as np
import pytest

from soundweave.website.frame import addresses
from soundweave.website.frame.page_languages import OWN
from soundweave.website.pages import group_facts, group_rows
from tests.site.catalogs import TEXTS
from tests.support.page_tree import read_tree
from tests.website import list_site

BY = "https://creativecommons.org/licenses/by/4.0/"
SOUNDS: list[dict[str, Any]] = [
    *(
        {
            "name": f"large {number}",
            "username": "Large & loud",
            "pack": "Rain",
            "license": BY if number % 4 == 0 else "https://creativecommons.org/licenses/by-nc/3.0/",
            "duration": 60,
            "created": f"20{10 + number}-05-05T00:00:00Z",
            "tags": ["rain", "roof"] if number % 2 else ["rain"],
        }
        for number in range(12)
    ),
    {"name": "small", "username": "small", "tags": ["rain", "odd one"], "pack": None},
    {"name": "tiny", "username": "tiny", "tags": ["odd one"], "pack": "Of its own"},
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return list_site.write(tmp_path_factory.mktemp("groups"), SOUNDS)


def facts(page):
    entries = page.one("dl").all("div")
    return {entry.one("dt").text: entry.one("dd").text for entry in entries}


def test_a_users_page_says_what_they_brought(site):
    page = site.page(addresses.user_page("Large & loud"))
    assert page.one("h1").one("bdi").text == "Large & loud"
    assert facts(page) == {
        "Sounds": "12",
        "Total length": "12:00 min",
        "Uploaded": "2010–2021",
        "Licenses": "CC BY 25% CC BY-NC 75%",
        "Packs: 1": "Rain 12",
        "Tags": "rain roof",
    }
    links = [link.attrs["href"] for link in page.one("p", class_="ways").all("a")]
    assert links == [
        "../map.html#user=Large%20%26%20loud",
        "https://freesound.org/people/Large%20%26%20loud/",
    ]


def test_the_newest_are_shown_and_where_the_rest_is(site):
    path = addresses.user_page("Large & loud")
    assert site.names(path) == [f"large {number}" for number in range(11, 1, -1)]
    rest = site.page(path).one("p", class_="rest")
    assert rest.text.startswith("These are the newest 10 of 12 sounds.")
    assert [link.attrs["href"] for link in rest.all("a")] == [
        "../map.html#user=Large%20%26%20loud",
        "../data.html",
    ]
    assert not site.page(addresses.user_page("small")).all("p", class_="rest")


def test_a_packs_page_leads_to_its_author(site):
    page = site.page("packs/1.html")
    assert facts(page)["Author"] == "Large & loud"
    assert f"../{addresses.user_page('Large & loud')}" in [
        link.attrs["href"] for link in page.one("dl").all("a")
    ]
    links = [link.attrs["href"] for link in page.one("p", class_="ways").all("a")]
    assert links == [
        "../map.html#pack=Rain",
        "https://freesound.org/people/Large%20%26%20loud/packs/1/",
    ]


def test_lengths_that_are_none_are_not_added_up(tmp_path):
    sounds = [{"duration": seconds} for seconds in (60.0, -30.0, float("inf"))]
    site = list_site.write(tmp_path, sounds, ["en"])
    assert facts(site.page(addresses.user_page("someone")))["Total length"] == "1:00 min"


def test_a_pack_without_a_name_has_its_number(tmp_path):
    site = list_site.write(tmp_path, [{"pack": "\u200b"}], ["en"])
    assert site.page("packs/1.html").one("h1").text == "#1"


def test_of_many_packs_and_tags_a_page_leads_to_the_largest(tmp_path):
    sounds: list[dict[str, Any]] = [
        {"pack": f"pack {number}", "username": "ann"} for number in range(45)
    ]
    tags = [f"tag {number:02}" for number in range(25)]
    sounds += [{"tags": tags, "username": "ann"}] * 2
    site = list_site.write(tmp_path, sounds, ["en"])
    entries = site.page(addresses.user_page("ann")).one("dl").all("div")
    count = {entry.one("dt").text: len(entry.all("li")) for entry in entries}
    assert (count["Packs: 45"], count["Tags"]) == (40, 20)
    others = site.page(addresses.tag_page("tag 00")).one("dl").all("div")[-1].all("li")
    assert [entry.text for entry in others] == tags[1:21]


def test_a_tags_page_names_its_authors_and_its_company(site):
    page = site.page(addresses.tag_page("rain"))
    found = facts(page)
    assert found["Most frequent authors"] == "Large & loud small"
    assert found["Often used with"] == "roof odd one"
    assert "https://freesound.org/browse/tags/rain/" in site.text(addresses.tag_page("rain"))
    assert "browse/tags" not in site.text(addresses.tag_page("odd one"))


@pytest.mark.parametrize(
    ("kind", "first", "rows"),
    [
        ("users", ["Large & loud", "12", "1", "12:00 min", "rain roof"], 3),
        ("packs", ["Rain", "Large & loud", "12", "12:00 min", "rain roof"], 2),
    ],
)
def test_an_index_lists_the_largest_first(site, kind, first, rows):
    table_rows = site.rows(f"{kind}/index.html")
    assert [cell.text for cell in (*table_rows[0].all("th"), *table_rows[0].all("td"))] == first
    assert len(table_rows) == rows
    head = site.page(f"{kind}/index.html").one("thead")
    assert [cell.text for cell in head.all("th", aria_sort="descending")] == ["Sounds"]


def test_a_row_names_a_few_of_the_tags(tmp_path):
    sounds = [{"tags": [f"tag {number}" for number in range(9)]}] * 2
    site = list_site.write(tmp_path, sounds, ["en"])
    (row,) = site.rows("users/index.html")
    assert len(row.all("td")[-1].all("a")) == group_rows.CUTS[0].tags


def test_tags_are_a_list_by_count(site):
    entries = site.page("tags/index.html").one("ul", class_="cloud").all("li")
    assert [entry.text for entry in entries] == ["rain 13", "roof 6", "odd one 2"]


@pytest.mark.parametrize(("first", "size"), [(0, 6), (5, 6), (6, 5), (399, 2), (400, 1), (5000, 1)])
def test_the_first_tags_have_the_largest_letters(first, size):
    group = group_facts.Group("tags", "rain", "tags/rain.html", np.zeros(3), 0, {}, None, "", [])
    entry = read_tree(group_rows.make("tags", [group], first, OWN)).one("li")
    assert entry.attrs == {"class": f"size-{size}"}
    assert entry.text == "rain 3"


def test_every_group_has_a_page_in_every_language(site):
    for kind, count in (("users", 3), ("packs", 2), ("tags", 3)):
        for prefix in ("", "fr/"):
            pages = [path for path in site.paths if path.startswith(f"{prefix}{kind}/")]
            assert len(pages) == count + 1
    assert site.dead_links() == []


def test_pages_of_groups_are_for_search_engines(site):
    assert addresses.user_page("small") in site.addresses
    assert {"users/", "packs/", "tags/"} <= set(site.addresses)


def test_an_index_says_that_it_has_the_largest_alone(tmp_path):
    site = list_site.write(tmp_path, SOUNDS, group_pages=1)
    lead = site.page("users/index.html").one("p", class_="lead").text
    assert lead == "1 of 3 authors: those with the most sounds."
    assert site.dead_links() == []


def test_a_long_index_has_pages(tmp_path):
    sounds = [{"username": f"user {number}", "tags": []} for number in range(501)]
    site = list_site.write(tmp_path, sounds, ["en"], rows=500, group_pages=600)
    assert len(site.rows("users/index.html")) == 500
    assert len(site.rows("users/index-2.html")) == 1
    assert site.page("users/index-2.html").one("a", rel="prev").attrs["href"] == (
        "../users/index.html"
    )
    assert "users/index-2.html" not in site.addresses


def test_an_empty_library_has_empty_indexes(tmp_path):
    site = list_site.write(tmp_path, [])
    for kind in ("users", "packs", "tags"):
        assert site.page(f"{kind}/index.html").one("p", class_="empty").text


def test_hostile_names_are_texts_and_lead_to_their_pages(tmp_path):
    sounds = [{"username": text, "pack": text, "tags": [text, "\ud800"]} for text in TEXTS]
    site = list_site.write(tmp_path, sounds, ["en"])
    assert site.dead_links() == []
    for text in TEXTS[:-3]:
        page = site.page(addresses.user_page(text))
        assert page.one("h1").one("bdi").raw.rstrip("…") == text[:300]
        assert not page.one("main").all("script")
    assert site.page(addresses.user_page(" ")).one("h1").text == "?"
    assert site.page(addresses.tag_page("\ud800")).one("h1").text == "\ufffd"


def test_a_pack_whose_owner_is_not_known_names_none(tmp_path):
    left = {"username": "gone", "pack": "Rain", "removed_at": "2026-01-01T00:00:00Z"}
    there: list[dict[str, Any]] = [left, {"username": "one", "pack_id": 1}]
    there.append({"username": "two", "pack": "Wind"})
    site = list_site.write(tmp_path, there, ["en"])
    ownerless, owned = (site.page(f"packs/{number}.html") for number in (1, 2))
    assert [facts(page).get("Author") for page in (ownerless, owned)] == [None, "two"]
    elsewhere = [
        {link.attrs["href"] for link in page.one("main").all("a")} for page in (ownerless, owned)
    ]
    assert "https://freesound.org/people/two/packs/2/" in elsewhere[1]
    assert not [link for link in elsewhere[0] if link and link.endswith("/packs/1/")]


def test_a_pack_shared_by_name_has_a_page_for_each(tmp_path):
    sounds = [{"username": name, "pack": "Rain"} for name in ("one", "other")]
    site = list_site.write(tmp_path, sounds, ["en"])
    authors = [facts(site.page(f"packs/{number}.html"))["Author"] for number in (1, 2)]
    assert authors == ["one", "other"]
