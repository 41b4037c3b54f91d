import posixpath
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundweave.website.frame import addresses, tree
from soundweave.website.frame.addresses import Place

TEXT = st.text(max_size=60)


@pytest.mark.parametrize(
    ("place", "file", "root", "home", "address"),
    [
        (Place("en", "index.html"), "index.html", "", "", ""),
        (Place("fr", "index.html"), "fr/index.html", "../", "", "fr/"),
        (Place("en", "sounds/index.html"), "sounds/index.html", "../", "../", "sounds/"),
        (Place("fr", "sounds/2.html"), "fr/sounds/2.html", "../../", "../", "fr/sounds/2.html"),
    ],
)
def test_where_a_page_is_and_how_it_leads_home(place, file, root, home, address):
    assert (place.file, place.root, place.home, place.address) == (file, root, home, address)
    folder = posixpath.dirname(place.file)
    assert posixpath.normpath(posixpath.join(folder, root, "x")) == "x"
    assert posixpath.normpath(posixpath.join(folder, home, "x")) == Place(place.lang, "x").file


def test_a_page_in_another_language():
    assert Place("en", "a/b.html").in_language("fr").file == "fr/a/b.html"
    assert Place("fr", "a/b.html").in_language("en").file == "a/b.html"
    assert Place("fr", "a/b.html").front == Place("fr", "index.html")


@given(TEXT)
def test_a_slug_is_a_safe_file_name(name):
    slug = addresses.slug(name)
    assert tree.SAFE.issuperset(slug)
    assert slug.strip("-.") == slug
    assert 8 <= len(slug) <= 49
    assert slug == addresses.slug(name)


@given(TEXT, TEXT)
@example("Rain", "rain")
@example("a b", "a-b")
@example("été", "ete")
@example("x" * 60, "x" * 59)
def test_other_names_have_other_slugs(first, other):
    assert (addresses.slug(first) == addresses.slug(other)) is (first == other)


@pytest.mark.parametrize(
    ("name", "begins"),
    [("Field Recording", "field-recording-"), ("Été à Lyon", "ete-a-lyon-"), ("雨", "")],
)
def test_a_slug_can_be_read(name, begins):
    assert addresses.slug(name).startswith(begins)
    assert len(addresses.slug(name)) == len(begins) + 8


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_an_author_is_one_part_of_an_address(author):
    parts = urlsplit(addresses.on_freesound(7, author))
    assert (parts.scheme, parts.netloc) == ("https", "freesound.org")
    assert parts.path.count("/") == 5
    assert unquote(parts.path.split("/")[2]) == author
    assert not parts.query
    assert not parts.fragment


def test_half_a_character_does_not_break_an_address():
    assert addresses.person("\ud800") == "https://freesound.org/people/%3F"
