"""Runs every snippet of docs/exports.md, in the order of the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from soundweave.library import database, similar_sounds
from tests.conftest import ROOT
from tests.support.make_library import make_library

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in SNIPPETS if language == "python"]
SHELL = [text for language, text in SNIPPETS if language == "sh"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the repository's root, with exports."""
    folder = tmp_path_factory.mktemp("page")
    sounds = [
        {"username": f"user {n % 3}", "pack": "p" if n in (0, 6) else None} for n in range(12)
    ]
    make_library(folder / "data" / "freesound_library", sounds)
    with database.writing(folder / "data" / "freesound_library") as connection:
        similar_sounds.save(connection, 1, {2: 0.9, 3: 0.8}, "2026-01-01T00:00:00Z")
    (folder / "scripts").symlink_to(ROOT / "scripts")
    for text in SHELL:
        run(["sh", "-euc", text], folder)
    return folder


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_snippets_are_in_a_tested_language() -> None:
    assert len(PYTHON) >= 6
    assert len(PYTHON) + len(SHELL) == len(SNIPPETS) == PAGE.count("```") / 2


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_a_snippet_runs(folder: Path, number: int) -> None:
    run([sys.executable, "-W", "error", "-c", PYTHON[number]], folder)


def test_the_snippets_print_the_right_numbers(folder: Path) -> None:
    output = "".join(run([sys.executable, "-c", text], folder) for text in PYTHON)
    assert "12 sounds, 1 components" in output
    assert re.search(r"user 0 +│ +4", output)
    pairs = pq.read_table(folder / "build" / "exports" / "same_pack.parquet").to_pylist()
    assert pairs == [{"low": "sound:1", "high": "sound:7", "pack": "pack:1"}]
