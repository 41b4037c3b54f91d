import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import update_locales
from soundweave.base.paths import ROOT
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts
from soundweave.website.frame import locales
from tests.translation.results.test_results import record_of

FRONT = """---
title: The words
author: A. Nonymous
kind: interface
strings: locales/en.json
source_lang: en
target_langs: [{langs}]
licence: CC0-1.0
---
"""
ENGLISH = {"b.count": "{count} sounds", "a.plain": "The map", "c_html": "<b>Now</b>"}
SPANISH = {"b.count": "{count} sonidos", "a.plain": "El mapa", "c_html": "<b>Ya</b>"}


class Project:
    """A project whose text names locales/en.json, and its translations."""

    def __init__(self, folder):
        self.folder = folder
        self.translations = folder / "data" / "translations"
        (folder / "data" / "texts").mkdir(parents=True)
        self.translations.mkdir()
        (folder / "locales").mkdir()
        self.text = folder / "data" / "texts" / "words.md"
        self.text.write_text(FRONT.format(langs="es, fr"))
        self.words(ENGLISH)

    def words(self, english):
        (self.folder / "locales" / "en.json").write_text(json.dumps(english))

    def translate(self, lang="es", words=SPANISH):
        """Put a translation of the words as they are now in its place; returns its Markdown."""
        text = source_texts.read(self.text)
        record = record_of(text, [words.get(segment.id) for segment in text.segments], lang=lang)
        return result_files.write(self.translations, record)[1]

    def edit(self, old, new, lang="es"):
        path = self.translations / "words" / lang / result_files.MARKDOWN
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    def keep(self, entries, lang="es"):
        path = self.folder / "locales" / f"{lang}.json"
        path.write_text(json.dumps(entries, ensure_ascii=False, indent=2) + "\n")
        return path

    def update(self, *arguments):
        folders = ["--texts-dir", str(self.text.parent)]
        return update_locales.main(
            [*folders, "--translations-dir", str(self.translations), *arguments]
        )

    def read(self, lang="es"):
        return json.loads((self.folder / "locales" / f"{lang}.json").read_text())

    def shown(self, lang="es"):
        return {key: entry["text"] for key, entry in self.read(lang).items()}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    return Project(tmp_path)


def entry(key, text):
    return {key: {"source": ENGLISH[key], "text": text}}


def warnings(capsys):
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("::warning::")]


def test_without_translations_nothing_is_written(project, capsys):
    assert project.update() == 0
    assert sorted(path.name for path in (project.folder / "locales").iterdir()) == ["en.json"]
    assert project.update("--check") == 0
    assert "es.json: unchanged, 0 of 3 strings, 0 new" in capsys.readouterr().out


def test_a_translation_becomes_a_locale_in_the_order_of_the_source(project, capsys):
    project.translate()
    assert project.update("--check") == 1
    assert not (project.folder / "locales" / "es.json").exists()
    assert project.update() == 0
    assert list(project.read().items()) == [
        (key, {"source": ENGLISH[key], "text": SPANISH[key]}) for key in ENGLISH
    ]
    assert "es.json: changed, 3 of 3 strings, 3 new" in capsys.readouterr().out
    assert locales.load(project.folder / "locales")["es"].missing == {}
    written = (project.folder / "locales" / "es.json").stat()
    assert project.update() == project.update("--check") == 0
    assert (project.folder / "locales" / "es.json").stat().st_ino == written.st_ino


def test_words_that_a_person_edited_in_the_file_stay(project):
    project.translate()
    project.update()
    edited = project.read() | entry("a.plain", "El plano")
    project.keep(edited)
    assert project.update("--check") == 0
    assert project.update() == 0
    assert project.shown()["a.plain"] == "El plano"
    assert project.update("--again") == 0
    assert project.shown()["a.plain"] == "El mapa"


def test_words_that_changed_are_taken_again_and_those_that_went_are_dropped(project):
    project.translate()
    project.update()
    edited = project.read() | entry("a.plain", "El plano")
    project.keep(edited | {"z.gone": {"source": "x", "text": "y"}})
    project.words({"new": "New", "a.plain": "The map", "b.count": "Sounds: {count}"})
    assert project.update() == 0
    # Until it is translated, the old entry stays, and English stands in.
    assert list(project.read()) == ["a.plain", "b.count"]
    assert project.read()["b.count"]["source"] == ENGLISH["b.count"]
    assert locales.load(project.folder / "locales")["es"]("b.count", count=1) == "Sounds: 1"
    project.translate(words={"new": "Nuevo", "a.plain": "Mapa", "b.count": "Sonidos: {count}"})
    assert project.update() == 0
    assert list(project.shown().items()) == [
        ("new", "Nuevo"),
        ("a.plain", "El plano"),
        ("b.count", "Sonidos: {count}"),
    ]


def test_a_translation_of_older_words_is_not_taken(project):
    project.translate()
    project.words(ENGLISH | {"a.plain": "The whole map"})
    assert project.update() == 0
    assert list(project.read()) == ["b.count", "c_html"]


def test_an_edit_of_the_markdown_is_taken(project):
    project.translate()
    project.edit("El mapa", "El *gran* mapa")
    assert project.update() == 0
    assert project.shown() == SPANISH | {"a.plain": "El *gran* mapa"}


def test_an_edit_after_the_words_were_taken_is_taken_too(project):
    project.translate()
    project.update()
    project.edit("El mapa", "El plano")
    assert project.update() == 0
    assert project.shown()["a.plain"] == "El plano"
    project.keep(project.read() | entry("a.plain", "Mi mapa"))
    assert project.update() == 0
    assert project.shown()["a.plain"] == "Mi mapa"  # edited in both: the file's own stays


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("b.count", "sonidos", "placeholders"),
        ("c_html", "Ya", "markup"),
        ("a.plain", "<script>x</script>", "markup"),
        ("a.plain", "El < mapa", "stray"),
    ],
)
def test_a_translation_that_cannot_stand_is_not_taken(project, capsys, key, text, why):
    project.translate(words=SPANISH | {key: text})
    assert project.update() == 0
    (warning,) = warnings(capsys)
    assert f"es.json: {key} was rejected" in warning
    assert why in warning
    assert project.shown() == {name: SPANISH[name] for name in ENGLISH if name != key}
    assert project.update("--check") == 0


def test_of_many_translations_that_cannot_stand_the_first_are_named(project, capsys, monkeypatch):
    monkeypatch.setattr(update_locales, "MOST", 1)
    project.translate(words=dict.fromkeys(ENGLISH, "<"))
    assert project.update() == 0
    first, rest = warnings(capsys)
    assert "es.json: b.count was rejected" in first
    assert rest.endswith("es.json: 2 more were rejected")


def test_what_nobody_translated_is_not_taken(project, capsys):
    project.translate(words=SPANISH | {"a.plain": None})
    assert project.update() == 0
    assert "a.plain" not in project.read()
    project.edit("{count} sonidos", "[untranslated] {count} sounds")
    assert project.update("--again") == 0
    assert project.shown()["b.count"] == "{count} sonidos"
    assert warnings(capsys) == []


def test_an_edit_cannot_bring_keys_or_lines_of_its_own(project):
    project.translate()
    project.edit("a.plain: El mapa", "evil.key: x\n\na.plain: El mapa: todo\nno colon\nc_html:")
    assert project.update() == 0
    assert project.shown() == SPANISH | {"a.plain": "El mapa: todo"}


def test_a_damaged_file_or_record_stops_its_own_language_alone(project, capsys):
    project.translate("es")
    project.translate("fr")
    (project.translations / "words" / "es" / result_files.RECORD).write_text("{")
    assert project.update() == 1
    assert "translation.json is not JSON" in capsys.readouterr().out
    assert project.shown("fr") == SPANISH
    (project.folder / "locales" / "fr.json").write_text('{"a": 1}')
    assert project.update() == 1
    assert (project.folder / "locales" / "fr.json").read_text() == '{"a": 1}'


def test_a_text_that_is_not_right_stops_itself_alone(project, capsys):
    project.translate()
    (project.text.parent / "broken.md").write_text("no front matter")
    (project.text.parent / "poem.md").write_text(
        FRONT.format(langs="es")
        .replace("interface", "poem")
        .replace("strings: locales/en.json\n", "")
        + "One\n"
    )
    assert project.update() == 1
    assert "broken.md, line 1" in capsys.readouterr().out
    assert project.shown() == SPANISH


def test_json_for_machines(project, capsys):
    project.translate()
    assert project.update("--check", "--json") == 1
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    es, fr = result["locales"]
    assert es["path"].endswith("locales/es.json")
    assert (es["changed"], es["offered"], es["taken"], es["held"], es["wanted"]) == (
        True,
        3,
        3,
        3,
        3,
    )
    assert (fr["changed"], fr["offered"]) == (False, 0)
    assert result["failures"] == []


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.sampled_from(list(ENGLISH)),
        st.sampled_from(["{count}", "<b>", "</b>", "uno", "{", "<", "", "\ud83d"]).map(
            lambda x: x + " x"
        ),
    )
)
def test_whatever_was_translated_the_locale_can_be_loaded(tmp_path_factory, words):
    project = Project(tmp_path_factory.mktemp("project"))
    project.translate(words=words)
    assert project.update() == 0
    loaded = locales.load(project.folder / "locales")
    locale = project.read() if (project.folder / "locales" / "es.json").exists() else {}
    assert "es" not in loaded or loaded["es"].missing.keys() == ENGLISH.keys() - locale.keys()
    assert project.update("--check") == 0


def test_the_shipped_locales_are_those_of_the_shipped_translations(run):
    done = run("update_locales.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (ROOT / "website" / "locales" / "es.json").exists()
