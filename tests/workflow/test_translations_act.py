"""The nightly workflow with translations, run by act, on a chat endpoint on this machine."""

import base64
import json
import secrets

import pytest

from soundweave.base import paths
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts
from tests.translation.chat_server import ChatServer, status
from tests.workflow.act import git_bytes

POEM = """---
title: {title}
author: Somebody
kind: poem
source_lang: en
target_langs: [{langs}]
licence: CC0-1.0
---

The river did not know it had been asked.
It went on telling everything downhill.
"""
pytestmark = pytest.mark.timeout(1200)  # two nights of several jobs each

HISTORY = "data/metrics_history.jsonl"
FIRST_NIGHT = {HISTORY, "data/library_ids.jsonl", "edge_stats.json", "validation_report.json"}
DONE = dict.fromkeys(("check", "plan", "nightly", "deploy", "report"), "success")


@pytest.fixture
def chat():
    with ChatServer() as server:
        yield server


@pytest.fixture
def translating(project, chat):
    """Make a project of 60 sounds whose nights translate two small texts, and nothing else."""
    night = project(60)
    night.secrets = {"TRANSLATION_API_KEY": secrets.token_hex(20)}
    night.variables = {
        "TRANSLATION_BASE_URL": chat.base_url,
        "TRANSLATION_MODEL": "toy-of-the-night",
    }
    night.change(
        {
            "data/texts/bend.md": POEM.format(title="The Bend", langs="es, fr"),
            "data/texts/kettle.md": POEM.format(title="The Kettle", langs="es"),
        }
    )
    return night


def files(*pairs):
    return {
        f"data/translations/{pair}/translation.{end}" for pair in pairs for end in ("json", "md")
    }


def fresh(night, name, lang):
    clone = night.clone(f"look-{name}-{lang}-{night.runs}")
    text = source_texts.read(clone / paths.TEXTS_DIR / f"{name}.md")
    return result_files.status(clone / paths.TRANSLATIONS_DIR, text, lang)


def test_translations_join_the_nights_commit_and_are_not_made_again(translating, chat):
    night = translating
    inputs = {"translation_mode": "non_reasoning", "parallel_count": "2"}
    run = night.run("workflow_dispatch", inputs=inputs)

    assert run.code == 0, run.output
    pairs = ["bend es", "bend fr", "kettle es"]
    assert run.jobs() == DONE | {f"translate {pair}": "success" for pair in pairs}
    assert run.annotations("error") == run.annotations("warning") == []
    assert night.subjects()[0] == "Nightly: +60 sounds, 60 in all, 3 translations"
    assert night.changed() == FIRST_NIGHT | files("bend/es", "bend/fr", "kettle/es")
    assert fresh(night, "bend", "fr") == result_files.Status(result_files.Freshness.UNCHANGED)
    record = json.loads(night.show("data/translations/bend/es/translation.json"))
    assert (record["engine"], record["answers"]) == ("chat", "live")
    assert record["workflow_mode"] == "non_reasoning"
    assert record["parallel_count"] == len(record["candidates"]) == 2
    assert {requests_before.body["model"] for requests_before in chat.requests} == {
        "toy-of-the-night"
    }
    assert run.artifacts()["translation-bend-fr"] == {
        "bend/fr/translation.json",
        "bend/fr/translation.md",
    }
    assert all(f"| {pair.split()[0]} |" in run.summary() for pair in pairs)
    no_key_in(night, chat)

    requests_before = len(chat.requests)
    again = night.run()
    assert again.code == 0, again.output
    assert again.jobs() == DONE
    assert "Add the new translations" not in again.steps()
    assert night.subjects()[0] == "Nightly: +0 sounds, 60 in all"
    assert len(chat.requests) == requests_before


def no_key_in(night, chat):
    key = night.secrets["TRANSLATION_API_KEY"]
    assert {request.headers["Authorization"] for request in chat.requests} == {f"Bearer {key}"}
    contents = {str(path): path.read_bytes() for path in night.folder.rglob("*") if path.is_file()}
    assert [name for name in contents if name.endswith("/kettle/es/translation.json")]
    everything = ("cat-file", "--batch-all-objects", "--batch")
    contents["the repository"] = git_bytes(*everything, cwd=night.origin)
    hidden = (key.encode(), base64.b64encode(key.encode()))
    assert not [name for name, content in contents.items() if any(key in content for key in hidden)]


def test_one_that_fails_stops_nothing_and_is_tried_again(translating, chat):
    night = translating
    chat.choose = lambda request: status(401) if "French" in json.dumps(request.body) else None
    run = night.run("workflow_dispatch", inputs={"translation_text": "bend", "parallel_count": "1"})

    assert run.jobs() == DONE | {"translate bend es": "success", "translate bend fr": "failure"}
    # act knows no `continue-on-error` of a job: with it, GitHub leaves the run green.
    assert run.code == 1
    (error,) = run.annotations("error")
    assert error.startswith("bend to fr: ")
    assert "failed" in next(line for line in run.summary().splitlines() if "| bend | fr |" in line)
    assert night.subjects()[0] == "Nightly: +60 sounds, 60 in all, 1 translation"
    assert night.changed() == FIRST_NIGHT | files("bend/es")

    chat.choose = lambda request: None
    edited = night.show("data/translations/bend/es/translation.md").replace("# ", "# My ", 1)
    changed = POEM.format(title="The Other Bend", langs="es, fr")
    night.change(
        {
            "data/translations/bend/es/translation.md": edited,
            "data/texts/bend.md": changed,
        }
    )
    again = night.run("workflow_dispatch", inputs={"translation_text": "bend"})
    assert again.code == 0, again.output
    assert again.jobs() == DONE | {"translate bend fr": "success"}
    assert night.changed() - FIRST_NIGHT == files("bend/fr")
    assert night.show("data/translations/bend/es/translation.md") == edited


def test_without_an_address_it_is_told_once_and_the_night_goes_on(translating):
    night = translating
    del night.variables["TRANSLATION_BASE_URL"]
    run = night.run()
    assert run.jobs() == DONE | {"plan": "failure"}
    (error,) = run.annotations("error")
    assert error.endswith("no chat endpoint; set TRANSLATION_BASE_URL")
    assert night.changed() == FIRST_NIGHT


def test_without_a_freesound_key_nothing_is_translated(translating, chat):
    night = translating
    night.key = ""
    run = night.run()
    assert run.code == 0, run.output
    assert run.jobs() == {"check": "success"}
    assert not chat.requests


@pytest.mark.parametrize(
    "inputs",
    [
        {"translation_text": "$(touch MARK)"},
        {"translation_mode": "hybrid; touch MARK"},
        {"parallel_count": "2\ntranslate=true"},
    ],
    ids=repr,
)
def test_hostile_inputs_are_refused(translating, chat, tmp_path, inputs):
    night = translating
    mark = tmp_path / "mark"
    inputs = {name: value.replace("MARK", str(mark)) for name, value in inputs.items()}
    run = night.run("workflow_dispatch", inputs=inputs)
    assert run.jobs() == {"check": "failure"}
    assert run.annotations("error")[0].startswith(f"{next(iter(inputs))} is ")
    assert not mark.exists()
    assert not chat.requests
