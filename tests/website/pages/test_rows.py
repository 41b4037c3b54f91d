import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundweave.library import database
from soundweave.website.data import catalog, groups
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import addresses, shell
from soundweave.website.frame.page_languages import OWN
from soundweave.website.pages import rows
from tests.site.catalogs import TEXTS
from tests.support.make_library import make_library
from tests.support.page_tree import read_tree

CDN = "https://cdn.freesound.org"
BY = "https://creativecommons.org/licenses/by/4.0/"
# Texts that grow most when they are written as HTML, in UTF-8 or into an address.
SWELLING = ['"' * 300, "<&'>" * 75, "ﷺ" * 300, "🎵" * 300, "\u202e" * 300, "é\n" * 150]


def make(folder, sounds, *, most=250, link=OWN, pages=1000, origins=(CDN,)):
    """Return the rows of these sounds, as a tree and as text."""
    make_library(folder, sounds)
    with database.snapshot(folder) as reader:
        sounds = catalog.read(reader)
        snapshot = Snapshot(sounds, groups.choose(sounds, pages), origins)
        text = rows.Rows(snapshot, most=most)(sounds.newest, link)
    return read_tree(text), text


def cells(tree):
    row = tree.one("tr")
    return [*row.all("th"), *row.all("td")]


@pytest.fixture
def sound():
    return {
        "id": 123,
        "name": "Rain.wav",
        "username": "an author",
        "license": BY,
        "duration": 187.2,
        "created": "2025-11-21T08:30:00Z",
        "num_downloads": 12345,
        "tags": ["rain", "roof", "tin", "wet", "loop"],
        "preview_mp3": f"{CDN}/previews/0/123_5-hq.mp3",
        "preview_ogg": f"{CDN}/previews/0/123_5-hq.ogg",
    }


def test_a_sound_of_an_overlong_author_has_the_short_address(tmp_path, sound):
    tree, _ = make(tmp_path, [sound | {"username": "u" * 300}])
    assert tree.all("a")[0].attrs["href"] == "https://freesound.org/s/123/"


def test_a_row_says_what_is_known_of_the_sound(tmp_path, sound):
    tree, _ = make(tmp_path, [sound])
    texts = [cell.text for cell in cells(tree)]
    assert texts[:3] == ["Rain.wav", "an author", "CC BY 4.0"]
    assert texts[3:7] == ["3:07 min", "2025-11-21", "12 345", "0"]
    assert texts[7] == "rain roof tin +2"
    assert [link.attrs["href"] for link in tree.all("a")][:3] == [
        "https://freesound.org/people/an%20author/sounds/123/",
        f"../{addresses.user_page('an author')}",
        BY,
    ]
    assert tree.all("a")[-1].attrs["href"] == "../map.html#sound=123"


def test_links_and_players_without_words_are_named_by_their_column_and_the_sound(tmp_path, sound):
    tree, _ = make(tmp_path, [sound])
    assert tree.one("audio").attrs["aria-labelledby"] == "heard s123"
    assert tree.all("a")[-1].attrs["aria-labelledby"] == "map s123"
    assert tree.one("a", id="s123").text == "Rain.wav"


def test_a_row_has_no_word_of_any_language(tmp_path, sound):
    tree, _ = make(tmp_path, [sound | {"name": "1", "username": "2", "tags": ["3"]}])
    allowed = {"1", "2", "3", "CC BY 4.0", "3:07 min", "2025-11-21", "12 345", "0"}
    assert {cell.text for cell in cells(tree)} - allowed == {""}


@pytest.mark.parametrize(
    ("mp3", "ogg", "source"),
    [
        (f"{CDN}/a.mp3", f"{CDN}/a.ogg", f"{CDN}/a.mp3"),
        (None, f"{CDN}/a.ogg", f"{CDN}/a.ogg"),
        ("https://elsewhere.example/a.mp3", f"{CDN}/a.ogg", f"{CDN}/a.ogg"),
        ("https://cdn.freesound.org.evil.example/a.mp3", None, None),
        ("HTTPS://CDN.FREESOUND.ORG/a.mp3", None, "HTTPS://CDN.FREESOUND.ORG/a.mp3"),
        (f'{CDN}/" onplay="alert(1)', None, f'{CDN}/" onplay="alert(1)'),
        ("javascript:alert(1)", None, None),
        (None, None, None),
    ],
)
def test_a_preview_comes_from_where_it_may(tmp_path, sound, mp3, ogg, source):
    tree, _ = make(tmp_path, [sound | {"preview_mp3": mp3, "preview_ogg": ogg}])
    players = tree.all("audio")
    assert [player.attrs["src"] for player in players] == ([source] if source else [])
    assert cells(tree)[8].text == ("" if source else "–")
    for player in players:
        assert player.attrs.keys() == {"controls", "preload", "src", "aria-labelledby"}
        assert player.attrs["preload"] == "none"


@pytest.mark.parametrize(
    ("created", "text", "is_date"),
    [
        ("2025-11-21T08:30:00Z", "2025-11-21", True),
        ("2025-13-01T00:00:00Z", "2025-13-01…", False),
        ("yesterday", "yesterday", False),
        ("", "–", False),
    ],
)
def test_only_a_date_is_a_time(tmp_path, sound, created, text, is_date):
    tree, _ = make(tmp_path, [sound | {"created": created}])
    assert cells(tree)[4].text == text
    assert bool(tree.all("time")) is is_date


def test_a_license_of_ones_own_is_text_without_a_link(tmp_path, sound):
    tree, _ = make(tmp_path, [sound | {"license": "javascript:alert(1)"}])
    assert cells(tree)[2].text == "javascript:alert(1)"
    assert not cells(tree)[2].all("a")


def test_without_pages_of_groups_nothing_leads_to_them(tmp_path, sound):
    _, text = make(tmp_path, [sound], pages=0)
    assert "../users/" not in text
    assert "../tags/" not in text


@pytest.mark.parametrize("most", [10, 250, 500])
def test_no_text_makes_a_row_too_long(tmp_path, most):
    sounds = [
        {"name": text, "username": text, "license": text, "created": text, "tags": [text] * 60}
        | {"preview_mp3": f"{CDN}/{text}", "num_downloads": 10**12, "id": 10**12 + number}
        for number, text in enumerate(SWELLING)
    ]
    _, text = make(tmp_path, sounds, most=most)
    assert max(len(row.encode()) for row in text.split("\n")) <= rows.BUDGET // most


def test_an_everyday_row_is_short_and_not_cut(tmp_path, sound):
    sound |= {"name": "Rain on a tin roof at night, take 3.wav", "id": 654321}
    _, text = make(tmp_path, [sound], most=500)
    assert 500 < len(text.encode()) < 860
    assert "Rain on a tin roof at night, take 3.wav</bdi>" in text


def test_a_long_name_is_cut_only_when_the_row_is_too_long(tmp_path, sound):
    sound |= {"name": "x" * 300, "tags": []}
    full, _ = make(tmp_path / "a", [sound], most=250)
    cut, _ = make(tmp_path / "b", [sound], most=500)
    assert cells(full)[0].text == "x" * 300
    assert cells(cut)[0].text.endswith("…")


@pytest.mark.parametrize("text", TEXTS[:5])
def test_markup_is_shown_as_it_was_written(tmp_path, text):
    sound = {"name": text, "username": text, "license": text, "tags": [text], "created": text}
    tree, _ = make(tmp_path, [sound])
    for column in (0, 1, 2, 7):
        assert cells(tree)[column].raw == text
    assert cells(tree)[4].raw == f"{text[:10]}…"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_stays_text(tmp_path_factory, texts):
    sounds = [
        {"name": text, "username": text, "license": text, "tags": [text], "created": text}
        for text in texts
    ]
    tree, _ = make(tmp_path_factory.mktemp("rows"), sounds)
    assert len(tree.all("tr")) == len(texts)
    assert {node.tag for node in tree.walk()} <= {
        *("tr", "th", "td", "a", "bdi", "time", "small"),
    }
    names = {"id", "href", "scope", "class", "rel", "aria-labelledby"}
    assert {name for node in tree.walk() for name in node.attrs} <= names


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (9999, "9999"), (10_000, "10\u202f000"), (10**6, "1 000 000")]
)
def test_numbers_are_grouped_with_thin_spaces(number, text):
    assert shell.grouped(number) == text.replace(" ", "\u202f")
