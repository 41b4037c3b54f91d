import json
import random
import re
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.engines.masking import keeps, placeholders, through

STRINGS = Path(__file__).resolve().parents[4] / "shared/parallel/po-strings.jsonl"
PLACEHOLDERS = [
    "{name}",
    "{0}",
    "{}",
    "{price:>10.2f}",
    "{{ count }}",
    "${home}",
    "%{count}",
    "$home",
    "%(name)s",
    "%(size)05.1f",
    "%s",
    "%d",
    "%1$s",
    "%-5.2f",
    "%%",
    "<b>",
    "</b>",
    "<br/>",
    "<a href=\"https://example.org/?a=1&amp;b=2\" title='x'>",
    "<!-- a note -->",
    "&amp;",
    "&#8212;",
    "&#x2014;",
    "**",
    "`code`",
    "``more code``",
    ":ref:`a page <page>`",
    "https://example.org/a_(b)?c=d#e",
    "me.too+you@mail.example.org",
    r"\n",
    r"\u00e9",
    "|version|",
    "<<original entry>>",
    ":toctree:",
]
WORDS = ["no", "sounds", "Sea", "été", "5 %", "a&b", "<", "#tag", "a*b", "it's", "(", "…"]


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
@pytest.mark.parametrize("text", ["{}", "a {} b", "say “{}”, please", "({}). Yes"])
def test_each_kind_is_found_completely(placeholder, text):
    assert placeholders(text.replace("{}", placeholder)) == Counter([placeholder])


@pytest.mark.parametrize(
    "text",
    [
        "100% sure",
        "5 < 6 > 4",
        "AT&T; no",
        "it costs $5",
        "2 * 3 * 4",
        "`this' or `that'",
        "a << b >> c",
        "at 12:30:45, Tom: no",
        "me @ home",
        "a | b | c",
        "C:\\path",
        "{ alone",
        "12:30",
    ],
)
def test_plain_text_is_not_a_placeholder(text):
    assert not placeholders(text) - Counter(["&T;"] if "AT&T;" in text else [])


@pytest.mark.parametrize(
    ("source", "translation", "intact"),
    [
        ("{a} of {b}", "{b}: {a}", True),
        ("{a} and {a}", "{a}", False),
        ("{a}", "{a} {a}", False),
        ("{count} files", "{contar} ficheros", False),
        ("plain", "<b>plain</b>", False),
        ("see https://example.org/.", "véase https://example.org/", True),
    ],
)
def test_keeps(source, translation, intact):
    assert keeps(source, translation) is intact


def translator(change):
    return lambda sentences: [Rendering(change(sentence), 1) for sentence in sentences]


def shuffled(sentence):
    words = sentence.split()
    random.Random(len(words)).shuffle(words)
    return " ".join(words)


def without_strange(sentence):
    return re.sub(r"[\ue000-\uf8ff]", "", sentence)


def doubled(sentence):
    return re.sub(r"[\ue000-\uf8ff]", lambda match: match[0] * 2, sentence)


def reverse(sentence):
    return " ".join(reversed(sentence.split()))


TRANSLATORS = [str, str.upper, str.swapcase, shuffled, reverse, without_strange, doubled]


@pytest.mark.parametrize("change", TRANSLATORS)
@given(parts=st.lists(st.sampled_from(PLACEHOLDERS + WORDS + [" ", "\n"])), glue=st.booleans())
def test_placeholders_are_kept_whatever_the_translator_does(change, parts, glue):
    sentence = ("" if glue else " ").join(parts)
    (rendering,) = through([sentence], translator(change))
    if rendering.text is None:  # only where what stuck together made a new placeholder
        assert glue
        assert "placeholders" in rendering.problem
    else:
        assert keeps(sentence, rendering.text)


@pytest.mark.parametrize("change", TRANSLATORS)
@given(sentence=st.text(alphabet="ab {}%s<>&;*`:/\\$|@.\n\ue000\uf000", max_size=40))
def test_any_text_comes_back_with_its_placeholders_or_not_at_all(change, sentence):
    (rendering,) = through([sentence], translator(change))
    assert rendering.text is None or keeps(sentence, rendering.text)


@given(sentence=st.text())
def test_untranslated_text_does_not_change(sentence):
    assert through([sentence, "x"], translator(str)) == [Rendering(sentence, 1), Rendering("x", 1)]


def translated(sentence, translate) -> str:
    """Translate a sentence that has to come through."""
    (rendering,) = through([sentence], translate)
    assert rendering.text is not None, rendering.problem
    return rendering.text


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
@pytest.mark.parametrize("change", TRANSLATORS)
def test_each_kind_survives_each_translator(change, placeholder):
    sentence = f"One {placeholder} two {placeholder}, three"
    text = translated(sentence, translator(change))
    words = re.findall(r"\w+", text.lower().replace(placeholder.lower(), " "))
    assert sorted(words) == ["one", "three", "two"]
    assert keeps(sentence, text)


def test_the_order_of_placeholders_stays():
    text = translated("%s of %s, {a} and {b}", translator(reverse))
    assert list(placeholders(text)) == ["%s", "{a}", "{b}"]


def test_a_translator_never_sees_a_placeholder():
    seen = []

    def spy(sentences):
        seen.extend(sentences)
        return translator(without_strange)(sentences)

    through(["Go to {place} <b>now</b>: https://example.org", "plain"], spy)
    assert not any(placeholders(sentence) for sentence in seen)
    assert "plain" in seen


def test_a_mask_does_not_occur_in_the_text():
    seen = []

    def spy(sentences):
        seen.extend(sentences)
        return translator(str)(sentences)

    assert through(["\uf000 {a}"], spy) == [Rendering("\uf000 {a}", 1)]
    assert seen == ["\uf000 \uf001"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda text: text.replace(" ", ""), "One {n} two, <b>three</b>"),
        (without_strange, "One {n} two, <b>three</b>"),
        (lambda text: text.replace("two", "dos"), "One {n} dos, <b>three</b>"),
    ],
)
def test_words_do_not_stick_to_a_placeholder(change, text):
    changed = translated("One {n} two, <b>three</b>", translator(change))
    assert changed.replace(">, <", ">,<").replace(",<", ", <") == text


def test_marks_of_pieces_are_summed():
    assert through(["a {b} c {d}"], translator(without_strange)) == [Rendering("a {b} c {d}", 2)]

    def cannot_tell(sentences):
        return [Rendering(without_strange(s), None) for s in sentences]

    assert through(["a {b}"], cannot_tell) == [Rendering("a {b}", None)]


def test_a_sentence_that_failed_says_why():
    def failing(sentences):
        return [Rendering(None, None, "too hard") for _ in sentences]

    assert through(["a {b}", "a"], failing) == [Rendering(None, None, "too hard")] * 2


def test_a_translator_that_invents_placeholders_fails():
    (rendering,) = through(["plain"], translator(lambda text: f"<i>{text}</i>"))
    assert rendering.text is None
    assert "placeholders" in rendering.problem


def test_hostile_text_takes_no_time():  # the suite's own limit ends it otherwise
    for piece in ("<a b=", ":a", "a", "a@", "<!-- ", "{", "`a", "%(a", "&a", "|a", "https://"):
        assert placeholders(piece * 100_000) is not None


def real_strings():
    if not STRINGS.is_file():
        pytest.skip("real interface strings are not part of the repository")
    rows = [json.loads(line)["eng"] for line in STRINGS.read_text().splitlines()]
    return [text for text in rows if placeholders(text)]


def test_real_interface_strings_keep_all_placeholders(apertium):
    strings = real_strings()
    assert len(strings) > 170
    translate = partial(apertium.translate, "eng-spa", timeout_seconds=30)
    for text, rendering in zip(strings, through(strings, translate), strict=True):
        assert rendering.text is not None
        assert keeps(text, rendering.text)


def test_real_interface_strings_in_pieces_keep_all_placeholders(apertium):
    strings = real_strings()[::8]

    def forgetful(sentences):
        plain = [without_strange(sentence) for sentence in sentences]
        return apertium.translate("eng-spa", plain, timeout_seconds=60)

    for text, rendering in zip(strings, through(strings, forgetful), strict=True):
        assert rendering.text is not None
        assert keeps(text, rendering.text)


def test_a_real_translation_around_placeholders_is_readable(apertium):
    source = "Press <b>Save</b> to keep {count} files in the %(name)s folder."
    translate = partial(apertium.translate, "eng-spa", timeout_seconds=60)
    (rendering,) = through([source], translate)
    assert rendering.marks == 0
    assert rendering.text is not None
    assert re.search(r"\w <b>\w+</b> \w", rendering.text)
    assert re.search(r"\w \{count\} \w", rendering.text)
