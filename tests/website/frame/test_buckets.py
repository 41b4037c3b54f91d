import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.website.frame import buckets
from soundweave.website.frame.tree import SAFE

ANY = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rain on a tin-roof_02.WAV", ["rain", "on", "tin", "roof", "02", "wav"]),
        ("Čeština, ÉTÉ, Ångström", ["cestina", "ete", "angstrom"]),
        ("STRASSE Straße ﬁn", ["strasse", "fin"]),
        ("ΟΔΟΣ οδός", ["οδοσ"]),
        ("ДОЖДЬ дождь", ["дождь"]),
        ("雨 雨の音", ["雨", "雨の音"]),
        ("비", ["\u1107\u1175"]),
        ("صوت المَطَر", ["صوت", "المطر"]),
        ("צלילי רוח", ["צלילי", "רוח"]),
        ("½ ² x²", ["1", "2", "x2"][2:]),
        ("a b", []),
        ("🎧 --- \u202e\x00", []),
        ("\ud83dx y\udca9z", []),
        ("", []),
        ("x" * 300, ["x" * 40]),
    ],
)
def test_words_of_several_scripts(text, words):
    assert buckets.words(text) == words


@given(ANY)
def test_words_are_letters_and_digits_as_everybody_types_them(text):
    words = buckets.words(text)
    assert len(words) == len(set(words))
    for word in words:
        assert word.isalnum()
        assert 1 <= len(word) <= buckets.LONGEST
        assert buckets.words(word.upper().lower())[:1] == buckets.words(word)[:1]


@given(ANY)
def test_accents_and_capitals_make_no_difference(text):
    folded = buckets.fold(text)
    assert buckets.fold(folded) == folded
    assert buckets.fold(text.lower()) == buckets.fold(text.lower().lower())


@given(ANY, st.integers(1, 3))
def test_bucket_names_are_file_names_that_a_words_first_letters_tell(text, length):
    for word in buckets.words(text):
        name = buckets.bucket(word, length)
        assert re.fullmatch(r"([a-z0-9]|_[0-9a-f]+)+", name)
        assert SAFE.issuperset(name)
        assert len(name) <= 21
        for start in range(length, len(word) + 1):
            assert buckets.bucket(word[:start], length) == name


@pytest.mark.parametrize(
    ("word", "length", "name"),
    [
        ("rain", 1, "r"),
        ("rain", 3, "rai"),
        ("on", 3, "on"),
        ("дождь", 2, "_434_43e"),
        ("đa", 2, "_111a"),
        ("𝄞b", 1, "_1d11e"),
    ],
)
def test_bucket_names(word, length, name):
    assert buckets.bucket(word, length) == name


@pytest.mark.parametrize(
    ("name", "bucket"),
    [
        ("Rain on tin", "rai"),
        ("<b>", "_"),
        ("🎧", "_"),
        ("", "_"),
        ("Übung", "ubu"),
        ("-雨", "_96e8"),
    ],
)
def test_the_bucket_of_a_name_is_that_of_its_first_word(name, bucket):
    assert buckets.bucket_of_name(name, 3) == bucket


@pytest.mark.parametrize(
    ("sounds", "letters"), [(0, 1), (4_999, 1), (5_000, 2), (49_999, 2), (50_000, 3), (700_000, 3)]
)
def test_larger_libraries_have_more_buckets(sounds, letters):
    assert buckets.prefix(sounds) == letters
