import json

import pytest

import plan_translations
from soundweave.github.actions import read_outputs
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts
from tests.translation.results.test_results import record_of

TEXT = """---
title: {title}
author: Somebody
kind: prose
source_lang: en
target_langs: [{langs}]
licence: CC0-1.0
---

One paragraph.
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Make texts of these languages, then plan; returns exit code and the step's outputs."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    monkeypatch.setenv("TRANSLATION_ENGINE", "chat")
    monkeypatch.setenv("TRANSLATION_BASE_URL", "http://127.0.0.1:9/v1")
    folder = tmp_path / "texts"
    folder.mkdir()

    def run(*arguments, **langs):
        for name, target_langs in langs.items():
            title = name.capitalize()
            (folder / f"{name}.md").write_text(TEXT.format(title=title, langs=target_langs))
        paths = ["--texts-dir", str(folder), "--output-dir", str(tmp_path / "translations")]
        (tmp_path / "outputs").write_text("")
        code = plan_translations.main([*arguments, *paths])
        return code, read_outputs(tmp_path / "outputs")

    return run


def pairs(outputs):
    jobs = json.loads(outputs["matrix"])["include"]
    assert outputs["count"] == str(len(jobs))
    assert all(set(job) == {"text", "lang"} for job in jobs)
    return [(job["text"], job["lang"]) for job in jobs]


def translate(folder, name, change="", lang="es"):
    text = source_texts.read(folder / "texts" / f"{name}.md")
    record = record_of(text, ["Título", "Un párrafo."], lang=lang)
    markdown = result_files.write(folder / "translations", record)[1]
    if change:
        markdown.write_text(change)


def test_every_text_in_every_language(plan, capsys):
    code, outputs = plan(a="es, fr", b="ca")
    assert code == 0
    assert pairs(outputs) == [("a", "es"), ("a", "fr"), ("b", "ca")]
    out = capsys.readouterr().out
    assert "3 of 3 translations to do" in out
    assert "::" not in out


def test_translated_and_edited_texts_are_left_out_until_they_change(plan, tmp_path, capsys):
    plan(a="es, fr", b="es")
    translate(tmp_path, "a")
    translate(tmp_path, "b", change="mine")
    code, outputs = plan()
    assert (code, pairs(outputs)) == (0, [("a", "fr")])
    out = capsys.readouterr().out
    assert "a -> es: unchanged" in out
    assert "b -> es: edited by hand" in out
    translate(tmp_path, "a", lang="fr")
    assert pairs(plan()[1]) == []
    path = tmp_path / "texts/a.md"
    path.write_text(path.read_text() + "\nAnother one.\n")
    assert pairs(plan()[1]) == [("a", "es"), ("a", "fr")]


def test_one_text(plan):
    assert pairs(plan("--text=b", a="es", b="es")[1]) == [("b", "es")]
    assert pairs(plan("--text=")[1]) == [("a", "es"), ("b", "es")]


@pytest.mark.parametrize("name", ["c", "../a", "a.md", "$(id)", "a\nmatrix=x"])
def test_an_unknown_text(plan, capsys, name):
    code, outputs = plan(f"--text={name}", a="es")
    assert (code, pairs(outputs)) == (1, [])
    (error,) = [line for line in capsys.readouterr().out.splitlines() if "::error::" in line]
    assert "available: a" in error


def test_an_invalid_text_does_not_stop_the_others(plan, capsys):
    code, outputs = plan(a="es", b="english", c="es")
    assert (code, pairs(outputs)) == (1, [("a", "es"), ("c", "es")])
    assert "::error::Not translated: " in capsys.readouterr().out


@pytest.mark.parametrize(("most", "planned"), [(2, 2), (3, 3), (256, 256), (1000, 256)])
def test_the_rest_waits_for_the_next_night(plan, capsys, most, planned):
    langs = [f"{a}{b}" for a in "abcdfghijk" for b in "abcdefghijklmnopqrstuvwxyz"]
    code, outputs = plan("--most", str(most), a=", ".join(langs))
    assert code == 0
    assert pairs(outputs) == [("a", lang) for lang in langs[:planned]]
    assert f"::notice::{260 - planned} more translations" in capsys.readouterr().out


def test_without_texts_there_are_no_jobs(plan):
    code, outputs = plan()
    assert (code, pairs(outputs)) == (0, [])


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TRANSLATION_BASE_URL", "", "no chat endpoint; set TRANSLATION_BASE_URL"),
        ("TRANSLATION_WORKFLOW_MODE", "manual", "needs a person"),
        ("TRANSLATION_WORKFLOW_MODE", "no such mode", "workflow_mode"),
        ("TRANSLATION_PARALLEL_COUNT", "65", "parallel_count"),
    ],
)
def test_unusable_settings_are_reported_once(plan, monkeypatch, capsys, variable, value, words):
    monkeypatch.setenv(variable, value)
    code, outputs = plan(a="es, fr")
    assert (code, outputs) == (2, {})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("::error::Nothing is translated: ")
    assert words in line


def test_json(plan, capsys):
    plan("--json", a="es")
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"matrix": {"include": [{"text": "a", "lang": "es"}]}, "count": 1}
