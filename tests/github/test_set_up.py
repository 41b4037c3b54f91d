import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import check_setup
from soundweave.base.paths import ROOT, SCHEMAS
from soundweave.collecting import plan
from soundweave.github import actions, set_up
from soundweave.github.set_up import Inputs

HOSTILE = [
    "$(touch /tmp/x)",
    "`id`",
    "; rm -rf /",
    "1 && true",
    "10\nready=true",
    "1e9",
    "0x10",
    "-5",
    "0",
    "2001",
    "99999999999999999999",
    "١٢",  # digits, but not ours
    " 5",
    "5\n",
    "007",
]


OUTPUTS = {
    "max_requests": "",
    "mode": "",
    "query": "",
    "translation_text": "",
    "translation_mode": "",
    "parallel_count": "",
}


@pytest.fixture
def step(tmp_path, monkeypatch):
    """Run the command as a step of GitHub Actions; returns exit code, outputs and summary."""

    def run(**environ: str) -> tuple[int, dict[str, str], str]:
        for name in list(os.environ):
            if name.startswith(("FREESOUND_", "TRANSLATION_", "HAS_", "INPUT_")):
                monkeypatch.delenv(name)
        outputs, summary = tmp_path / "outputs", tmp_path / "summary"
        outputs.touch()
        summary.touch()
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return (
            check_setup.main([]),
            actions.read_outputs(outputs),
            summary.read_text(encoding="utf-8"),
        )

    return run


@pytest.mark.parametrize("value", HOSTILE)
def test_max_requests_is_a_small_whole_number_or_refused(value):
    (problem,) = set_up.problems(Inputs(value, "", ""))
    assert problem.startswith("max_requests is ")
    assert "\n" not in problem


@pytest.mark.parametrize("value", ["", "1", "50", "2000"])
def test_usual_max_requests_pass(value):
    assert not list(set_up.problems(Inputs(value, "", "")))


@pytest.mark.parametrize("mode", ["", *plan.MODES])
def test_modes_of_the_configuration_pass(mode):
    assert not list(set_up.problems(Inputs("", mode, "")))


@pytest.mark.parametrize("mode", ["Newest", "all", "newest\n", "$(id)", "newest;id"])
def test_other_modes_are_refused(mode):
    (problem,) = set_up.problems(Inputs("", mode, ""))
    assert f"choose one of {', '.join(plan.MODES)}" in problem


@pytest.mark.parametrize(
    "query",
    ["", "rain", "$(touch /tmp/x)", "`id`", "; rm -rf /", "--help", "Gänse 🪿", "a" * 200, "'\"|<"],
)
def test_any_text_of_one_line_is_a_query(query):
    assert not list(set_up.problems(Inputs("", "", query)))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a" * 201, "201 characters"),
        ("a\nready=true", "control characters"),
        ("a\rb", "control characters"),
        ("\x1b[31m", "control characters"),
        ("a\x00", "control characters"),
        ("a\u2028b", "control characters"),
        (os.fsdecode(b"\xff"), "control characters"),
    ],
)
def test_other_queries_are_refused(query, words):
    (problem,) = set_up.problems(Inputs("", "", query))
    assert words in problem
    assert problem.isascii()


@given(st.text())
def test_whatever_max_requests_passes_is_in_range(text):
    if text and not list(set_up.problems(Inputs(text, "", ""))):
        assert 1 <= int(text) <= set_up.MAX_REQUESTS
        assert str(int(text)) == text


def test_all_problems_are_told_at_once():
    assert len(list(set_up.problems(Inputs("x", "x", "\n" * 300, "x", "x", "x")))) == 7


@pytest.mark.parametrize(
    "inputs",
    [
        {"translation_text": "site"},
        {"translation_mode": "reasoning"},
        {"translation_mode": "non_reasoning"},
        {"translation_mode": "hybrid"},
        {"parallel_count": "1"},
        {"parallel_count": "64"},
    ],
    ids=repr,
)
def test_usual_inputs_of_translations_pass(inputs):
    assert not list(set_up.problems(Inputs("", "", "", **inputs)))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        *[({"parallel_count": value}, "from 1 to 64") for value in [*HOSTILE, "65"]],
        *[
            ({"translation_text": value}, "choose one of lluvia-grabada, map-at-night, ")
            for value in [
                *HOSTILE,
                "../site",
                "site.md",
                "site\n",
                "README",
                "no-such-text",
                "--help",
            ]
        ],
        # Nobody is there at night to answer by hand.
        *[
            ({"translation_mode": value}, "choose one of reasoning, non_reasoning, hybrid")
            for value in [*HOSTILE, "manual", "Hybrid"]
        ],
    ],
    ids=repr,
)
def test_other_inputs_of_translations_are_refused(inputs, words):
    (problem,) = set_up.problems(Inputs("", "", "", **inputs))
    assert problem.startswith(f"{next(iter(inputs))} is ")
    assert words in problem
    assert "\n" not in problem


def test_only_files_named_like_texts_are_texts(tmp_path):
    for name in ("a-b.md", "README.md", "readme.md", "$(id).md", ".a.md", "A.md", "b.txt"):
        (tmp_path / name).touch()
    assert set_up.text_names(tmp_path) == ["a-b"]
    assert set_up.text_names(tmp_path / "no-such-folder") == []


def test_ready_with_a_key(step):
    code, outputs, summary = step(HAS_API_KEY="true", INPUT_MODE="default", INPUT_QUERY="a b")
    assert code == 0
    assert outputs == OUTPUTS | {"ready": "true", "translate": "false", "query": "a b"}
    assert summary == ""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HAS_API_KEY": "true", "HAS_CHAT_ENDPOINT": "true"}, "true"),
        ({"HAS_API_KEY": "true", "HAS_CHAT_ENDPOINT": "false"}, "false"),
        ({"HAS_API_KEY": "true", "HAS_CHAT_ENDPOINT": ""}, "false"),
        ({"HAS_API_KEY": "false", "HAS_CHAT_ENDPOINT": "true"}, "false"),
        ({"FREESOUND_API_KEY": "k", "TRANSLATION_API_KEY": "k"}, "true"),
        ({"FREESOUND_API_KEY": "k", "TRANSLATION_BASE_URL": "http://127.0.0.1/v1"}, "true"),
    ],
    ids=repr,
)
def test_translations_need_an_endpoint_and_a_night_that_commits_them(
    step, capsys, environ, expected
):
    code, outputs, _ = step(**environ)
    assert code == 0
    assert outputs["translate"] == expected
    assert "::" not in capsys.readouterr().out


@pytest.mark.parametrize(("has_endpoint", "lines"), [("true", 0), ("false", 1)])
def test_inputs_of_translations_that_cannot_be_used_are_told(step, capsys, has_endpoint, lines):
    inputs = {"INPUT_TRANSLATION_TEXT": "site", "INPUT_TRANSLATION_MODE": "hybrid"}
    inputs |= {"INPUT_PARALLEL_COUNT": "2"}
    code, outputs, _ = step(HAS_API_KEY="true", HAS_CHAT_ENDPOINT=has_endpoint, **inputs)
    assert code == 0
    passed_on = {"translation_text": "site", "translation_mode": "hybrid", "parallel_count": "2"}
    assert outputs == OUTPUTS | {"ready": "true", "translate": has_endpoint} | passed_on
    assert capsys.readouterr().out.count("::notice::Nothing is translated") == lines


def test_the_default_mode_of_translations_is_that_of_the_configuration(step):
    _, outputs, _ = step(HAS_API_KEY="true", INPUT_TRANSLATION_MODE="default")
    assert outputs["translation_mode"] == ""


@pytest.mark.parametrize("has_key", ["false", "", "True", "yes"])
def test_no_key_is_neutral_and_says_what_to_do_in_one_line(step, has_key):
    code, outputs, summary = step(HAS_API_KEY=has_key)
    assert code == 0
    assert outputs["ready"] == "false"
    assert len(summary.strip().splitlines()) == 1
    for words in ("FREESOUND_API_KEY", "Actions -> New repository secret", "/apiv2/apply/"):
        assert words in summary


def test_hostile_inputs_end_the_step_without_outputs(step, capsys):
    code, outputs, summary = step(
        HAS_API_KEY="true", INPUT_MAX_REQUESTS="1\nready=true", INPUT_QUERY="::warning::x\n"
    )
    assert code == 2
    assert outputs == {}
    assert summary == ""
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("::error::") for line in lines] == [True, True]


def test_runs_on_a_python_without_any_package(tmp_path):
    environ = {"PATH": os.defpath, "HAS_API_KEY": "true", "INPUT_MAX_REQUESTS": "7"}
    command = [sys.executable, "-S", "scripts/check_setup.py", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == {
        "ready": True,
        "translate": False,
        "max_requests": "7",
        "mode": "",
        "query": "",
        "translation_text": "",
        "translation_mode": "",
        "parallel_count": "",
    }


def test_the_rules_are_those_of_the_configuration():
    schema = json.loads((SCHEMAS / "pipeline.schema.json").read_text(encoding="utf-8"))
    query = schema["$defs"]["CollectorConfig"]["properties"]["query"]
    longest = query["maxLength"]
    assert not list(set_up.problems(Inputs("", "", "x" * longest)))
    assert list(set_up.problems(Inputs("", "", "x" * (longest + 1))))
