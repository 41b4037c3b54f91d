import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base import files, yaml_files
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG, ROOT
from soundweave.translation.model import TITLE, Kind, Segment, Text
from soundweave.translation.texts import source_texts, text_files

SHIPPED = ROOT / "data" / "texts"
META = {
    "title": "River",
    "author": "A. Nonymous",
    "kind": "poem",
    "source_lang": "en",
    "target_langs": "[es, fr]",
    "licence": "CC0-1.0",
}


def front(**changes: str | None) -> str:
    meta = {key: value for key, value in (META | changes).items() if value is not None}
    return "".join(["---\n", *(f"{key}: {value}\n" for key, value in meta.items()), "---\n"])


def written(folder: Path, content: str | bytes, name: str = "river.md") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def text_of(folder: Path, kind: str, body: str) -> Text:
    return source_texts.read(written(folder, front(kind=kind) + body))


def test_a_poem_keeps_its_stanzas_lines_and_indents(tmp_path: Path) -> None:
    text = text_of(tmp_path, "poem", "\n\n  One  \ntwo\n \t\n\n\tthree\n---\n\n")
    assert text.segments == (
        Segment(TITLE, "River"),
        Segment("1", "  One\ntwo"),
        Segment("2", "\tthree\n---"),
    )
    assert source_texts.body(text, text.sources) == "  One\ntwo\n\n\tthree\n---"


def test_prose_keeps_its_paragraphs_only(tmp_path: Path) -> None:
    text = text_of(tmp_path, "prose", "\nOne\n  two  three\n\n\nfour\n")
    assert text.sources == ["River", "One two  three", "four"]
    assert source_texts.body(text, text.sources) == "One two  three\n\nfour"


def test_an_interface_has_one_string_per_line(tmp_path: Path) -> None:
    text = text_of(
        tmp_path, "interface", "# said at night\npage.title: Map: {count} <b>\n\n  a-b_c :  x\n"
    )
    assert text.segments == (Segment("page.title", "Map: {count} <b>"), Segment("a-b_c", "x"))
    assert source_texts.body(text, text.sources) == "page.title: Map: {count} <b>\na-b_c: x"
    assert text.title == "River"


def test_the_front_matter_is_read(tmp_path: Path) -> None:
    content = front(title="'  1984:\n\n  a  year '", notes=">-\n  calm\n  and plain") + "x\n"
    text = source_texts.read(written(tmp_path, content))
    assert (text.name, text.title, text.author) == ("river", "1984: a year", "A. Nonymous")
    assert (text.kind, text.source_lang, text.target_langs) == (Kind.POEM, "en", ("es", "fr"))
    assert text.notes == "calm and plain"


def test_every_value_is_text(tmp_path: Path) -> None:
    # In YAML at large `no` is false and 1984 a number.
    content = front(title="1984", author="yes", source_lang="no", target_langs="[en]") + "x\n"
    text = source_texts.read(written(tmp_path, content))
    assert (text.title, text.author, text.source_lang) == ("1984", "yes", "no")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_byte_order_marks_and_line_ends_change_nothing(tmp_path: Path, end: str) -> None:
    content = front() + "one\ntwo\n\nthree"
    plain = source_texts.read(written(tmp_path, content))
    foreign = b"\xef\xbb\xbf" + content.replace("\n", end).encode()
    assert source_texts.read(written(tmp_path, foreign)) == plain


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"river\.md, line 1: the front matter is missing"),
        ("one\n" + front() + "x", "line 1: the front matter is missing"),
        (front().removesuffix("---\n") + "x\n", "the front matter has no end"),
        (front(), "line 9: the text below the front matter is missing"),
        (front() + " \n\n", "line 9: the text below the front matter is missing"),
        (
            front(kind="interface") + "# only a comment\n",
            "line 9: the text below the front matter is missing",
        ),
        ("---\njust words\n---\nx", "must be lines of"),
        ("---\na: [\n---\nx", "line 2: the front matter is not valid"),
        ("---\n" + "[" * 1000 + "\n---\nx", "is not YAML: maximum recursion"),
        (front(titel="x") + "x", "'titel' was unexpected"),
        (front(licence=None) + "x", "'licence' is a required property"),
        (front(title="' '") + "x", "line 2: title"),
        (front(title="[a]") + "x", "line 2: title"),
        (front(title='"\\0"') + "x", "control character"),
        (front(kind="song") + "x", "line 4: kind: 'song' is not one of"),
        (front(source_lang="eng") + "x", "line 5: source_lang"),
        (front(source_lang='"en\\n"') + "x", "line 5: source_lang"),
        (front(source_lang="../") + "x", "line 5: source_lang"),
        (front(target_langs="es") + "x", "line 6: target_langs"),
        (front(target_langs="[]") + "x", "line 6: target_langs"),
        (front(target_langs="[es, es]") + "x", "line 6: target_langs"),
        (front(target_langs="[es, en]") + "x", "target_langs holds en, the source's language"),
        (front().replace("author", "title") + "x", "line 3: .*'title' is duplicated"),
        (front(notes="{a: 1, a: 2}") + "x", "line 8: .*'a' is duplicated"),
        (front(notes="{[a]: 1}") + "x", "line 8: .*not plain text"),
        (front(title="&a x", author="*a") + "x", "aliases are not supported"),
        (front(author="!!python/object/apply:os.system [x]") + "x", "line 3: author"),
        (front() + "bell\x07", "line 9: delete the control character"),
        (front() + "one\ntwo\x00\n", "line 10: delete the control character"),
        (front() + "one\u2028two\n", "line 9: delete the control character"),
        (front() + "x" * 50_001, "50,[0-9]+ characters; at most 50,000 are"),
        (front().encode() + b"one\nd\xe9j\xe0\n", r"line 10 is not UTF-8"),
        (front(kind="interface") + "a: b\nno colon\n", "line 10: each line is"),
        (front(kind="interface") + "Two Words: b\n", "line 9: each line is"),
        (front(kind="interface") + "a.: b\n", "line 9: each line is"),
        (front(kind="interface") + "a:\n", "line 9: a has no text"),
        (front(kind="interface") + "a: b\n\na: c\n", "line 11: a is duplicated, see line 9"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        source_texts.read(written(tmp_path, content))
    assert str(tmp_path / "river.md") in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["My Poem", "a_b", "ñ", "-a", "a--b", "a.b", "a\n"])
def test_a_name_is_safe_as_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="rename it"):
        source_texts.read(written(tmp_path, front() + "x", f"{name}.md"))


def test_a_folder_instead_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "river.md").mkdir()
    with pytest.raises(ConfigError, match=r"cannot read .*river\.md"):
        source_texts.read_all(tmp_path)


def test_all_texts_of_a_folder_by_name(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "README.md", ".hidden.md", "notes.txt"):
        written(tmp_path, front() + "x" if name[1:] == ".md" else "no text", name)
    assert [text.name for text in source_texts.read_all(tmp_path)] == ["a", "b"]
    assert [text.name for text in source_texts.read_all(tmp_path, ["b"])] == ["b"]
    assert [text.name for text in source_texts.read_all(tmp_path, ["b", "a", "b"])] == ["a", "b"]
    with pytest.raises(ConfigError, match=r"no text 'README', 'c' in .*; available: a, b$"):
        source_texts.read_all(tmp_path, ["c", "a", "README"])


def test_a_missing_folder_has_no_texts(tmp_path: Path) -> None:
    assert source_texts.read_all(tmp_path / "none") == []
    with pytest.raises(ConfigError, match="available: none"):
        source_texts.read_all(tmp_path / "none", ["a"])
    with pytest.raises(ConfigError, match="is not a folder"):
        source_texts.read_all(written(tmp_path, front() + "x"))


def test_all_problems_of_the_requested_texts_are_reported_at_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        written(tmp_path, "x" if name != "b" else front() + "x", f"{name}.md")
    with pytest.raises(ConfigError, match=r"a\.md, line 1.*\n.*c\.md, line 1"):
        source_texts.read_all(tmp_path)
    assert [text.name for text in source_texts.read_all(tmp_path, ["b"])] == ["b"]


@pytest.mark.parametrize(
    ("kind", "translations", "body"),
    [
        ("poem", ["Río", "uno\n\n\r\n  dos \n", None], "uno\n  dos\n\n[untranslated] three"),
        ("poem", ["Río", " \n ", "tres\u2028x\x1b[31m"], "[untranslated]  One\ntwo\n\ntres\nx[31m"),
        ("prose", [None, "uno\n\ndos", ""], "uno dos\n\n[untranslated] three"),
        ("interface", ["uno\nb: dos", None], "a: uno b: dos\nb: [untranslated] y"),
    ],
)
def test_a_translation_cannot_change_the_structure(
    tmp_path: Path, kind: str, translations: list[str | None], body: str
) -> None:
    source = "a: x\nb: y" if kind == "interface" else " One\ntwo\n\nthree"
    assert source_texts.body(text_of(tmp_path, kind, source), translations) == body


def test_a_body_takes_one_translation_for_each_segment(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        source_texts.body(text_of(tmp_path, "poem", "x"), ["Río"])


LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
LINES = st.text(LETTERS | st.sampled_from(" \t-#:"), max_size=12)
BODIES = st.lists(LINES | st.just(""), min_size=1, max_size=12).map("\n".join)


def normalised(kind: str, body: str) -> str:
    lines = [line.rstrip() if kind == "poem" else line.strip() for line in body.split("\n")]
    stanzas = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    return "\n\n".join(
        stanza if kind == "poem" else stanza.replace("\n", " ") for stanza in stanzas
    )


@settings(max_examples=50)
@given(kind=st.sampled_from(["poem", "prose"]), body=BODIES)
def test_nothing_of_a_body_is_lost(
    tmp_path_factory: pytest.TempPathFactory, kind: str, body: str
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    expected = normalised(kind, body)
    if not expected:
        with pytest.raises(ConfigError, match="the text below the front matter is missing"):
            text_of(folder, kind, body)
        return
    text = text_of(folder, kind, body)
    assert source_texts.body(text, text.sources) == expected
    again = text_of(folder, kind, expected)
    assert again == text
    assert again.digest() == text.digest()


KEYS = st.text(string.ascii_lowercase + string.digits + "_", min_size=1)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, st.text(LETTERS, min_size=1).filter(str.strip), min_size=1))
def test_nothing_of_an_interface_is_lost(
    tmp_path_factory: pytest.TempPathFactory, strings: dict[str, str]
) -> None:
    body = "\n".join(f"{key}:{text}" for key, text in strings.items())
    text = text_of(tmp_path_factory.mktemp("texts"), "interface", body)
    assert {segment.id: segment.text for segment in text.segments} == {
        key: value.strip() for key, value in strings.items()
    }
    assert source_texts.body(text, text.sources) == "\n".join(
        f"{key}: {value.strip()}" for key, value in strings.items()
    )


def test_the_shipped_texts_are_valid_and_have_routes() -> None:
    shipped = {text.name: text for text in source_texts.read_all(SHIPPED)}
    assert {text.kind for text in shipped.values()} == set(Kind)
    routes = yaml_files.read_yaml(CONFIG)["translation"]["apertium"]["routes"]
    for text in shipped.values():
        pairs = {f"{text.source_lang}-{lang}" for lang in text.target_langs}
        assert pairs <= routes.keys(), text.name
    poem = shipped["river-recorded"]
    assert [len(stanza.split("\n")) for stanza in poem.sources[1:]] == [4, 4, 4, 4]
    assert "\n    La lluvia" in shipped["lluvia-grabada"].sources[1]


def test_the_sites_words_are_those_of_its_english_locale() -> None:
    site = source_texts.read(SHIPPED / "site.md")
    source = files.read_json(ROOT / "website/locales/en.json")
    assert {segment.id: segment.text for segment in site.segments} == source
    assert source_texts.strings_file(SHIPPED / "site.md") == ROOT / "website/locales/en.json"
    assert source_texts.strings_file(SHIPPED / "river-recorded.md") is None
    assert source_texts.license_of(SHIPPED / "site.md") == "CC0-1.0"


NAMED = {"kind": "interface", "strings": "words/en.json"}


def project(folder: Path, content: str | bytes, **changes: str | None) -> Path:
    """Make a project whose text names its strings; returns the text."""
    for name in ("data/texts", "words"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    written(folder / "words", content, "en.json")
    return written(folder / "data/texts", front(**(NAMED | changes)))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_may_name_its_strings(
    tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    strings = '{"b.two": "# {count} <b>: x",\n"a": "Ä\u2019 \\u00e9"}\n'.replace("\n", end)
    path = project(tmp_path, b"\xef\xbb\xbf" + strings.encode())
    text = source_texts.read(path)
    assert text.segments == (Segment("b.two", "# {count} <b>: x"), Segment("a", "Ä’ é"))
    body = written(tmp_path, front(kind="interface") + source_texts.body(text, text.sources))
    assert source_texts.read(body).digest() == text.digest()  # wherever the strings stand
    monkeypatch.chdir(tmp_path / "data")
    assert source_texts.read(Path("texts/river.md")) == text


@pytest.mark.parametrize(
    ("strings", "changes", "message"),
    [
        ('{"a": "x"}', {"kind": "poem"}, "strings is only for texts of the kind interface"),
        ('{"a": "x"}', {"strings": "other/en.json"}, r"cannot read .*other/en\.json"),
        ('{"a": "x"}', {"source_lang": "de"}, r"en\.json: name it de\.json"),
        ('{"a": "x"}', {"strings": "/etc/en.json"}, "line 8: strings"),
        ('{"a": "x"}', {"strings": "../words/en.json"}, "line 8: strings"),
        ('{"a": "x"}', {"strings": "words/../en.json"}, "line 8: strings"),
        ('{"a": "x"}', {"strings": "words/en.md"}, "line 8: strings"),
        ('{"a": "x"}', {"strings": "[a]"}, "line 8: strings"),
        ("{}", {}, "has no strings"),
        ("[]", {}, "must hold an object of strings"),
        ("", {}, r"en\.json is not JSON"),
        ("{" * 100_000, {}, "100,000 characters; at most 50,000 are"),
        ("[" * 20_000, {}, r"en\.json is not JSON"),
        ('{"a": "x", "a": "y"}', {}, "'a' is duplicated"),
        ('{"a": "x", "Two Words": "y"}', {}, "'Two Words' is not a key"),
        ('{"a.": "x"}', {}, "'a.' is not a key"),
        ('{"a": 1}', {}, "a has no text"),
        ('{"a": " "}', {}, "a has no text"),
        ('{"a": "x\\ny"}', {}, "a: a string is one line"),
        ('{"a": " x"}', {}, "a: a string is one line"),
        ('{"a": "x\\u0000"}', {}, r"a: delete the control character '\\x00'"),
        ('{"a": "x\\u2028y"}', {}, "a: delete the control character"),
        ('{"a": "x\\ty"}', {}, "a: a string is one line"),
        ('{"a": "\\ud800"}', {}, "a: half of a UTF-16 pair"),
        (b'{"a": "\xff"}', {}, "line 1 is not UTF-8"),
    ],
)
def test_a_mistake_in_the_strings_is_named(
    tmp_path: Path, strings: str | bytes, changes: dict[str, str], message: str
) -> None:
    path = project(tmp_path, strings, **changes)
    with pytest.raises(ConfigError, match=message) as caught:
        source_texts.read(path)
    assert len(str(caught.value)) < 1000


def test_a_text_has_either_a_body_or_strings(tmp_path: Path) -> None:
    path = project(tmp_path, '{"a": "x"}')
    path.write_text(path.read_text() + "\n# a comment\n")
    with pytest.raises(ConfigError, match=r"river\.md, line 10: delete either the body or strings"):
        source_texts.read(path)


def test_the_strings_may_be_as_long_as_a_text(tmp_path: Path) -> None:
    room = text_files.LARGEST - len('{"a": ""}')
    assert len(source_texts.read(project(tmp_path, f'{{"a": "{"x" * room}"}}')).sources[0]) == room
    with pytest.raises(ConfigError, match="50,001 characters"):
        source_texts.read(project(tmp_path, f'{{"a": "{"x" * (room + 1)}"}}'))
