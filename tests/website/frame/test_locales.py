import json
import logging
import math
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from soundweave.base.errors import ConfigError
from soundweave.base.paths import LOCALES
from soundweave.website.frame import locales
from soundweave.website.frame.locales import Words, problem

AT = datetime(2025, 11, 21, 22, 30, tzinfo=UTC)
ENGLISH = {
    "a.count": "{count} sounds by {author}",
    "a.plain": "The map",
    "a.link_html": 'See <a href="https://example.org/">{name}</a>, <b>now</b>.',
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "en.json").write_text(json.dumps(ENGLISH))
    return tmp_path


def translate(folder, lang, **texts):
    """Write a locale file whose entries translate the English text as it is."""
    keys = {key.partition(".")[2].removesuffix("_html"): key for key in ENGLISH}
    entries = {keys[name]: {"source": ENGLISH[keys[name]], "text": t} for name, t in texts.items()}
    (folder / f"{lang}.json").write_text(json.dumps(entries))


def test_english_comes_first_and_each_language_has_every_key(folder):
    translate(folder, "es", plain="El mapa")
    translate(folder, "ca")
    languages = locales.load(folder)
    assert list(languages) == ["en", "ca", "es"]
    assert languages["en"]("a.plain") == languages["ca"]("a.plain") == "The map"
    assert languages["es"]("a.plain") == "El mapa"
    assert all(words.texts.keys() == ENGLISH.keys() for words in languages.values())


def test_what_is_missing_is_english_and_reported(folder, caplog):
    translate(folder, "es", plain="El mapa")
    entries = json.loads((folder / "es.json").read_text())
    entries["a.count"] = {"source": "{count} sounds", "text": "{count} sonidos"}
    entries["a.gone"] = {"source": "Gone", "text": "Ido"}
    (folder / "es.json").write_text(json.dumps(entries))
    with caplog.at_level(logging.WARNING):
        words = locales.load(folder)["es"]
    assert words.missing == {
        "a.count": "the source has changed",
        "a.link_html": "not translated",
    }
    assert words("a.count", count=2, author="x") == "2 sounds by x"
    assert "a.gone" not in words.texts
    (message,) = caplog.messages
    assert "still shown in English: a.count (the source has changed), a.link_html" in message
    translate(
        folder, "es", plain="El mapa", count="{count} de {author}", link=ENGLISH["a.link_html"]
    )
    caplog.clear()
    assert locales.load(folder)["es"].missing == {}
    assert caplog.messages == []


def test_a_long_list_is_cut(tmp_path, caplog):
    (tmp_path / "en.json").write_text(json.dumps({f"k{n}": "x" for n in range(8)}))
    (tmp_path / "es.json").write_text("{}")
    locales.load(tmp_path)
    assert "k4 (not translated) and 3 more" in caplog.messages[0]


LINK = ENGLISH["a.link_html"]
WRONG = [
    (ENGLISH["a.count"], "{count} sonidos", "placeholders"),
    (ENGLISH["a.count"], "{count} {count} {author}", "placeholders"),
    (ENGLISH["a.count"], "{cuenta} de {author}", "placeholders"),
    (ENGLISH["a.count"], "{count} de {author} {evil}", "placeholders"),
    (LINK, "Vea {name}", "markup"),
    (LINK, LINK.replace("example.org", "example.com"), "markup"),
    (LINK, LINK + "<b></b>", "markup"),
    (LINK, LINK.replace("<b>", "<b onclick='x()'>"), "markup"),
    (LINK, LINK.replace("<b>now</b>", "</b>ahora<b>"), "closed in order"),
    (LINK, LINK.replace("</a>", "").replace("</b>", "</a></b>"), "closed in order"),
    ("The map", "<script>hit()</script>", "markup"),
    ("The map", "<img src=x onerror=hit()>", "markup"),
    ("The map", "El <mapa", "stray"),
    ("The map", "El mapa>", "stray"),
    ("The map", "<", "stray"),
    ("The map", "<\n", "stray"),
    ("The map", " \u00a0", "empty"),
    ("The map", "El\x00 mapa", "control"),
    ("The map", "El \ud83d mapa", "control"),
]


@pytest.mark.parametrize(("source", "text", "why"), WRONG)
def test_what_cannot_stand_for_its_source_is_passed_over(tmp_path, source, text, why):
    assert why in problem(source, text)
    (tmp_path / "en.json").write_text(json.dumps({"k_html": source}))
    (tmp_path / "es.json").write_text(
        json.dumps({"k_html": {"source": source, "text": text or "x"}})
    )
    if text.strip(" \u00a0\n\r\t"):
        words = locales.load(tmp_path)["es"]
        assert words.texts["k_html"] == source
        assert why in words.missing["k_html"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (ENGLISH["a.count"], "{author}: {count}"),
        (LINK, 'Ya <b>mismo</b>: <a href="https://example.org/">{name}</a>'),
        ("The map", "Das «Kärtchen» – 100 % 地図 الخريطة & mehr"),
        ("a {b} c", "{b}"),
    ],
)
def test_what_can_stand_for_its_source(source, text):
    assert problem(source, text) == ""


@pytest.mark.parametrize("name", ["english", "e", "xx", "zz-ZZ", "EN", "es_MX", "._"])
def test_a_file_that_is_no_language(folder, name):
    (folder / f"{name}.json").write_text("{}")
    with pytest.raises(ConfigError, match="name it after its language"):
        locales.load(folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"a.plain": "El mapa"}',
        '{"a.plain": {"text": "x"}}',
        '{"A B": {}}',
        '{"a.plain": {"source": "The map", "text": " "}}',
        '{"a.plain": {"source": "The map", "text": "x", "html": "y"}}',
    ],
)
def test_a_damaged_file_is_named(folder, content):
    (folder / "es.json").write_text(content)
    with pytest.raises(ConfigError, match=r"es\.json"):
        locales.load(folder)


@pytest.mark.parametrize("content", ["{}", '{"a": ""}', '{"A": "x"}', '{"a": 1}', "[1]"])
def test_a_damaged_source_is_named(tmp_path, content):
    (tmp_path / "en.json").write_text(content)
    with pytest.raises(ConfigError, match=r"en\.json"):
        locales.load(tmp_path)


def test_without_english_there_is_no_site(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no .*en\.json"):
        locales.load(tmp_path)


@pytest.mark.parametrize(
    ("lang", "number", "share", "day", "short", "name"),
    [
        ("en", "1,234,567", "50%", "November 21, 2025", "Nov 21, 2025", "English"),
        ("es", "1.234.567", "50\u00a0%", "21 de noviembre de 2025", "21 nov 2025", "Español"),
        ("ca", "1.234.567", "50\u00a0%", "21 de novembre del 2025", "21 de nov. 2025", "Català"),
        ("fr", "1\u202f234\u202f567", "50\u00a0%", "21 novembre 2025", "21 nov. 2025", "Français"),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(lang, number, share, day, short, name):
    words = Words(lang, {"k": "{n} – {flag}", "k_html": "<b>{n}</b>"}, {})
    assert words.number(1_234_567) == number
    assert words("k", n=1_234_567, flag=True) == f"{number} – True"
    assert words.html("k_html", n=1_234_567) == f"<b>{number}</b>"
    assert words.share(1, 2) == share
    assert words.day(AT) == day
    assert words.day(AT, short=True) == short
    assert words.name == name
    assert words.direction == "ltr"


def test_what_is_written_from_right_to_left():
    assert Words("ar", {}, {}).direction == "rtl"


@pytest.mark.parametrize(("part", "expected"), [(0, "< 1%"), (1, "< 1%"), (4, "< 1%"), (5, "1%")])
def test_a_small_share_is_not_zero(part, expected):
    assert Words("en", {}, {}).share(part, 1000) == expected


def test_what_was_added_has_a_sign():
    words = Words("en", {}, {})
    assert [words.signed(value) for value in (0, 1, 1200)] == ["0", "+1", "+1,200"]
    assert math.isfinite(len(words.number(10**300)))


def test_the_words_of_a_prefix():
    words = Words("en", ENGLISH, {})
    assert words.under("a.c", "a.p") == {key: ENGLISH[key] for key in ("a.count", "a.plain")}
    assert words.under("map.") == {}


VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers()


@given(name=VALUES)
@example(name="<script>&\"'")
@example(name="{author} {name}")
def test_values_are_escaped_and_never_read_as_placeholders(name):
    words = Words("en", ENGLISH, {})
    formatted = words.number(name) if isinstance(name, int) else name
    before, after = LINK.split("{name}")
    assert words.html("a.link_html", name=name) == before + str(Markup.escape(formatted)) + after
    assert words("a.count", count=1, author=name) == f"1 sounds by {formatted}"


def test_markup_is_not_escaped_twice():
    words = Words("en", ENGLISH, {})
    assert "<i>x</i>" in words.html("a.link_html", name=Markup("<i>x</i>"))


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        Words("en", ENGLISH, {})("a.count", count=1)


PIECES = st.lists(st.sampled_from(["{a}", "{b}", "<i>", "</i>", "x", " ", "é", "&"]), min_size=1)


@given(PIECES, st.randoms())
def test_a_text_stands_for_itself_and_for_no_other_placeholders(pieces, random):
    source = "".join(pieces)
    moved = [piece for piece in pieces if not piece.startswith("<")]
    random.shuffle(moved)
    plain = "".join(piece for piece in pieces if not piece.startswith("<"))
    if plain.strip():
        assert problem(source, source) == ""
        assert problem(plain, "".join(moved)) == ""
        assert problem(plain, "".join(moved) + "{a}")
        assert problem(source, source + "<i>")


def test_the_shipped_words_are_right():
    languages = locales.load(LOCALES)
    assert next(iter(languages)) == "en"
    for words in languages.values():
        for key, text in words.texts.items():
            assert "_html" in key or "<" not in text, key
            assert problem(languages["en"].texts[key], text) == "", (words.lang, key)
