"""Made-up sounds in Freesound's form: the stand-in's answers, and the whole pipeline."""

import json
import os
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from soundweave.library import database
from tests.conftest import ROOT, Run

FIXTURES = ROOT / "tests" / "fixtures" / "freesound"
SOUNDS = [json.loads(line) for line in (FIXTURES / "sounds.jsonl").open(encoding="utf-8")]
ANSWERS = json.loads((FIXTURES / "answers.json").read_text(encoding="utf-8"))
API = "https://freesound.org/apiv2/"
KEY = "0123456789abcdefghij0123456789ABCDEFGHIJ"


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """The address of a stand-in that serves the sounds."""
    command = [sys.executable, "scripts/run_standin.py", "--port", "0", "--json"]
    command += ["--catalogue", str(FIXTURES / "sounds.jsonl"), "--requests-per-minute", "1000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as standin:
        try:
            assert standin.stdout is not None
            yield json.loads(standin.stdout.readline())["base_url"]
        finally:
            standin.kill()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["path"])
def test_the_stand_in_answers_like_freesound(base_url: str, answer: dict[str, Any]) -> None:
    headers = {"Authorization": f"Token {KEY}"}
    response = requests.get(base_url + answer["path"], headers=headers, timeout=60)
    assert response.status_code == answer["status"]
    body = json.loads(response.text.replace(base_url, API))
    if answer["exact"]:
        assert body == answer["body"]
    assert list(body) == list(answer["body"])
    assert {key: type(body[key]) for key in body} == {
        key: type(value) for key, value in answer["body"].items()
    }


def test_what_the_stand_in_derives_is_what_freesound_says(base_url: str) -> None:
    newest = ANSWERS[0]
    headers = {"Authorization": f"Token {KEY}"}
    text = requests.get(base_url + newest["path"], headers=headers, timeout=60).text
    derived = newest["body"].keys() - SOUNDS[-1].keys() - {"md5", "images"}  # no rule gives them
    body = json.loads(text.replace(base_url, API))
    assert {key: body[key] for key in derived} == {key: newest["body"][key] for key in derived}


def test_they_go_through_the_whole_pipeline(base_url: str, run: Run, tmp_path: Path) -> None:
    data = ["--checkpoint-dir", tmp_path / "library"]
    metrics = ["--metrics-history", tmp_path / "metrics.jsonl"]
    edges, report = tmp_path / "edges.json", tmp_path / "report.json"
    website = ["--milestone-history", tmp_path / "none.jsonl", "--output-dir", tmp_path / "site"]
    environment = {"FREESOUND_BASE_URL": base_url, "FREESOUND_API_KEY": KEY}
    for command in (
        ["collect_sounds.py", *data, *metrics, "--mode", "newest"],
        ["generate_user_pack_edges.py", *data, "--output", edges],
        ["validate_pipeline_data.py", *data, *metrics, "--output", report],
        ["generate_landing_page.py", *data, *metrics, *website],
    ):
        done = run(*command, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
    with database.snapshot(tmp_path / "library") as reader:
        ids = {row["id"] for row in reader.execute("SELECT id FROM sounds")}
    assert ids == {sound["id"] for sound in SOUNDS}
    stats, checked = json.loads(edges.read_text()), json.loads(report.read_text())
    assert stats["same_user_pairs"] == pairs("username")
    assert stats["same_pack_pairs"] == pairs("pack")
    assert (checked["status"], checked["errors"]) == ("passed", [])
    assert "300" in (tmp_path / "site" / "public" / "index.html").read_text(encoding="utf-8")


def pairs(key: str) -> int:
    sizes = Counter(sound[key] for sound in SOUNDS if sound[key])
    return sum(size * (size - 1) // 2 for size in sizes.values())


def test_the_files_are_what_the_script_makes(tmp_path: Path) -> None:
    script = runpy.run_path(os.fspath(FIXTURES / "make_fixtures.py"))
    sounds = script["make_sounds"]()
    assert script["make_answers"](sounds) == ANSWERS
    assert [{key: sound[key] for key in SOUNDS[0]} for sound in sounds] == SOUNDS
