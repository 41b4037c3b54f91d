import json
import subprocess
from pathlib import Path

import pytest
import yaml

from soundweave import library, milestones, nightly, paths
from soundweave.errors import SoundweaveError
from tests.conftest import ROOT, Run


def test_two_nights_grow_one_library(tmp_path: Path, run: Run) -> None:
    first = run("run_nightly.py", "--workspace", tmp_path / "night", "--max-requests", 2)
    assert first.returncode == 0, first.stdout + first.stderr
    page = tmp_path / "night" / "website" / "public" / "index.html"
    assert page.as_uri() in first.stdout
    assert "Milestone 3 reached" in first.stdout
    second = run("run_nightly.py", "--workspace", tmp_path / "night", "--max-requests", 3, "--json")
    assert second.returncode == 0, second.stderr
    result = json.loads(second.stdout)
    assert result["passed"] is True
    assert result["sounds"] > 300
    assert result["page"] == str(page)
    history = milestones.read_history(tmp_path / "night" / paths.MILESTONE_HISTORY)
    assert history[0]["milestone_number"] == 3
    assert len(history) == 2
    left = {path.name for path in (tmp_path / "night").iterdir()}
    for name in ("validation", "edge_generation", "website"):
        assert {f"{name}.log", f"{name}.exit"} <= left
        assert (tmp_path / "night" / f"{name}.exit").read_text() == "0\n"
    assert {"milestone_status.json", "validation_report.json", "edge_stats.json"} <= left


def test_a_night_touches_nothing_of_the_repository(tmp_path: Path, run: Run) -> None:
    def status() -> str:
        command = ["git", "status", "--porcelain", "--ignored", "data", "website", "*.json"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    before = status()
    run("run_nightly.py", "--workspace", tmp_path / "night", "--max-requests", 1)
    assert status() == before


def test_a_failed_validation_fails_the_night_and_records_nothing(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "night"
    assert run("run_nightly.py", "--workspace", folder, "--max-requests", 1).returncode == 0
    with library.writing(folder / paths.CHECKPOINT_DIR) as connection:
        connection.execute(
            "INSERT INTO sounds SELECT 9000000000, name, user_id, NULL, '', created, duration,"
            " type, tags, num_downloads, NULL, NULL, first_seen, last_seen, NULL"
            " FROM sounds LIMIT 1"
        )
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 3)
    assert done.returncode == 1, done.stdout
    assert "sound 9000000000 license is missing" in done.stdout
    assert len(milestones.read_history(folder / paths.MILESTONE_HISTORY)) == 1


def test_a_night_without_a_milestone_leaves_no_page(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 0)
    assert done.returncode == 2
    history = folder / paths.MILESTONE_HISTORY
    history.parent.mkdir()
    record = {
        "timestamp": "2025-01-01T00:00:00Z",
        "milestone_number": 50,
        "interval": 100,
        "nodes": 5000,
        "crossed": [50],
        "actions": {},
    }
    history.write_text(json.dumps(record) + "\n")
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 1)
    assert done.returncode == 0
    assert "no milestone: 150 sounds" in done.stdout
    assert "No page yet" in done.stdout


def test_the_nights_order_is_the_workflows() -> None:
    jobs = yaml.safe_load(paths.WORKFLOW.read_text())["jobs"]
    text = " ".join(step.get("run", "") for step in jobs["nightly"]["steps"])
    source = Path(nightly.__file__).read_text()
    local = [word for word in source.split('"') if word.endswith(".py")]
    assert local == [
        "collect_sounds.py",
        "detect_milestone.py",
        "summarize_milestone.py",
        "record_milestone.py",
    ]
    places = [text.index(name) for name in local]
    assert places == sorted(places)
    step = text.index("validate_pipeline_data.py")
    assert places[1] < step < places[2]


def test_a_workflow_without_the_step_is_said(tmp_path: Path) -> None:
    path = tmp_path / "workflow.yml"
    path.write_text("jobs: {nightly: {steps: [{run: echo}]}}")
    with pytest.raises(SoundweaveError, match="no step with the id actions"):
        nightly.milestone_step(path)
