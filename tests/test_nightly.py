import json
from pathlib import Path
from typing import Any

import run_nightly
from soundweave import nightly
from soundweave.base import files, jsonl, paths
from soundweave.library import database
from tests.conftest import ROOT, Run


def repository() -> dict[str, bytes | None]:
    """What a command without flags would write: histories, library, website, reports."""
    inside = [path for name in ("data", "website") for path in (ROOT / name).rglob("*")]
    beside = [path for path in ROOT.iterdir() if path.suffix in {".json", ".log", ".exit"}]
    return {
        str(path.relative_to(ROOT)): path.read_bytes() if path.is_file() else None
        for path in inside + beside
    }


def test_two_nights_grow_one_library_and_touch_nothing_of_the_repository(
    tmp_path: Path, run: Run
) -> None:
    before = repository()
    assert any(before.values())
    first = run("run_nightly.py", "--workspace", tmp_path / "night", "--max-requests", 2)
    assert first.returncode == 0, first.stdout + first.stderr
    page = tmp_path / "night" / "website" / "public" / "index.html"
    assert page.as_uri() in first.stdout
    assert f"python -m http.server --bind 127.0.0.1 --directory {page.parent}" in first.stdout
    assert "Milestone 3 reached" in first.stdout
    assert (
        "The last nightly run reached milestone 1–3. This is how its actions ended."
        in page.read_text()
    )
    second = run("run_nightly.py", "--workspace", tmp_path / "night", "--max-requests", 3, "--json")
    assert second.returncode == 0, second.stderr
    result = json.loads(second.stdout)
    assert result["passed"] is True
    assert result["sounds"] > 300
    assert result["page"] == str(page)
    history = jsonl.read(tmp_path / "night" / paths.MILESTONE_HISTORY)
    assert history[0]["milestone_number"] == 3
    assert len(history) == 2
    left = {path.name for path in (tmp_path / "night").iterdir()}
    for name in ("validation", "edge_generation", "website"):
        assert {f"{name}.log", f"{name}.exit"} <= left
        assert (tmp_path / "night" / f"{name}.exit").read_text() == "0\n"
    assert {"milestone_status.json", "validation_report.json", "edge_stats.json"} <= left
    assert repository() == before


def test_a_command_that_fails_ends_the_night(tmp_path: Path, run: Run) -> None:
    history = tmp_path / paths.METRICS_HISTORY
    history.parent.mkdir()
    history.write_text("damage\n{}\n")
    done = run("run_nightly.py", "--workspace", tmp_path, "--max-requests", 1)
    assert done.returncode == 1
    assert "Collect sounds: exit code 1" in done.stderr
    assert "Detect a milestone" not in done.stdout


def test_the_next_night_brings_back_a_damaged_library(tmp_path: Path, run: Run) -> None:
    night = ("run_nightly.py", "--workspace", tmp_path, "--max-requests", 2)
    no_milestone_soon(tmp_path)
    assert run(*night).returncode == 0
    known = nightly.Workspace(tmp_path).known_sounds()
    library = tmp_path / paths.CHECKPOINT_DIR / database.FILE_NAME
    whole = library.read_bytes()
    library.write_bytes(whole[: len(whole) // 2])
    done = run(*night)
    assert done.returncode == 0, done.stderr
    assert f"{known} sounds from the ids in git" in done.stdout
    assert nightly.Workspace(tmp_path).known_sounds() >= known > 0


def test_a_lost_library_does_not_shrink_the_stand_in(tmp_path: Path) -> None:
    history = tmp_path / paths.METRICS_HISTORY
    history.parent.mkdir()
    workspace = nightly.Workspace(tmp_path)
    assert run_nightly.known_sounds(workspace) == 0
    lines: list[dict[str, Any]] = [{"nodes": nodes} for nodes in (700, 900, "many", None, 800)]
    history.write_text("".join(json.dumps(line) + "\n" for line in [*lines, {}]))
    assert run_nightly.known_sounds(workspace) == 900
    library = tmp_path / paths.CHECKPOINT_DIR / database.FILE_NAME
    library.parent.mkdir()
    library.write_text("not a library")
    assert run_nightly.known_sounds(workspace) == 900


def test_a_night_that_fails_copies_what_it_collected(tmp_path: Path, run: Run) -> None:
    night = ("run_nightly.py", "--workspace", tmp_path, "--max-requests", 2)
    no_milestone_soon(tmp_path)
    assert run(*night).returncode == 0
    ids = tmp_path / paths.LIBRARY_IDS
    ids.unlink()
    status = tmp_path / paths.MILESTONE_STATUS
    status.unlink()
    status.mkdir()  # so that it cannot be written
    done = run(*night)
    assert done.returncode == 1
    assert "Detect a milestone: exit code" in done.stderr
    assert ids.exists()


def test_one_night_at_a_time(tmp_path: Path, run: Run) -> None:
    night = ("run_nightly.py", "--workspace", tmp_path, "--max-requests", 1)
    with files.alone(tmp_path, ""):
        done = run(*night)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path}: another night is running there; wait until it ends\n"
    assert list(tmp_path.iterdir()) == []
    no_milestone_soon(tmp_path)
    assert run(*night).returncode == 0


def test_a_night_writes_into_no_outer_step_and_asks_no_proxy(tmp_path: Path, run: Run) -> None:
    outer = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    nobody = "http://127.0.0.1:9/"
    proxy = {"http_proxy": nobody, "HTTP_PROXY": nobody, "NO_PROXY": "", "no_proxy": ""}
    env = outer | proxy | {"GITHUB_ACTIONS": "true"}
    done = run("run_nightly.py", "--workspace", tmp_path / "n", "--max-requests", 1, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "150 sounds" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["n"]


def test_a_new_workspace_knows_no_sounds(tmp_path: Path) -> None:
    assert nightly.Workspace(tmp_path).known_sounds() == 0


def test_a_failed_validation_fails_the_night_and_records_nothing(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "night"
    assert run("run_nightly.py", "--workspace", folder, "--max-requests", 1).returncode == 0
    with database.writing(folder / paths.CHECKPOINT_DIR) as connection:
        connection.execute(
            "INSERT INTO sounds (id, name, user_id, license, created, duration, type, tags,"
            " num_downloads, first_seen, last_seen) SELECT 9000000000, name, user_id, '', created,"
            " duration, type, tags, num_downloads, first_seen, last_seen FROM sounds LIMIT 1"
        )
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 3)
    assert done.returncode == 1, done.stdout
    assert "sound 9000000000 license is missing" in done.stdout
    assert len(jsonl.read(folder / paths.MILESTONE_HISTORY)) == 1


def test_a_night_without_a_milestone_leaves_no_page(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 0)
    assert done.returncode == 2
    no_milestone_soon(folder)
    done = run("run_nightly.py", "--workspace", folder, "--max-requests", 1)
    assert done.returncode == 0
    assert "no milestone: 150 sounds" in done.stdout
    assert "No site yet" in done.stdout


def test_each_seed_is_another_freesound(tmp_path: Path, run: Run) -> None:
    names = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        no_milestone_soon(folder)
        flags = ["--workspace", folder, "--max-requests", 1, "--seed", seed, "--json"]
        done = run("run_nightly.py", *flags)
        assert json.loads(done.stdout) == {"passed": True, "sounds": 150, "page": None}
        with database.snapshot(folder / paths.CHECKPOINT_DIR) as connection:
            names.append({row["name"] for row in connection.execute("SELECT name FROM sounds")})
    assert names[0] != names[1]


def no_milestone_soon(folder: Path) -> None:
    history = folder / paths.MILESTONE_HISTORY
    history.parent.mkdir(parents=True)
    record = {
        "timestamp": "2099-01-01T00:00:00Z",
        "milestone_number": 50,
        "interval": 100,
        "nodes": 5000,
        "crossed": [50],
        "actions": {},
    }
    history.write_text(json.dumps(record) + "\n")


def test_the_steps_that_need_nothing_from_github_run_in_the_order_of_the_workflow() -> None:
    names = [step.name for step in nightly.local_steps()]
    assert names == [
        "Restore the library",
        "Collect sounds",
        "Detect a milestone",
        "Draw the map",
        "Run the three milestone jobs",
        "Summarize the milestone",
        "Record the milestone",
        "Update the site with the results",
        "Copy the library",
    ]


def test_a_step_runs_when_its_condition_holds() -> None:
    steps = {step.name: step for step in nightly.local_steps()}
    milestone, passed = ("milestone", "runs_actions"), ("results", "website")
    assert steps["Collect sounds"].applies({})
    assert steps["Summarize the milestone"].applies({milestone: "true"})
    assert not steps["Summarize the milestone"].applies({milestone: "false"})
    assert not steps["Summarize the milestone"].applies({})
    assert steps["Update the site with the results"].applies({passed: "passed"})
    assert not steps["Update the site with the results"].applies({milestone: "true"})
