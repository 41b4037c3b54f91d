import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detect_milestone
import record_milestone
from soundweave.base import jsonl
from soundweave.base.errors import ConfigError
from soundweave.library import database, edges
from soundweave.library.identity import Identity
from soundweave.milestones import crossing
from tests.conftest import Run
from tests.support.make_library import make_library

LIBRARY = Identity("0123456789abcdef", "2025-01-01T00:00:00Z")
PASSED = {
    "milestone_number": 1,
    "passed": True,
    "actions": [
        {"name": "validation", "status": "passed"},
        {"name": "edge_generation", "status": "failed"},
        {"name": "website", "status": "passed"},
    ],
}
FAILED = PASSED | {"passed": False}


def night(path: Path, nodes: int, interval: int = 100, results: dict[str, Any] = PASSED) -> Any:
    status = crossing.status(nodes, interval, crossing.read_history(path, LIBRARY), LIBRARY)
    crossing.record(path, status, results)
    return status


@pytest.mark.parametrize(
    ("nodes", "number", "crossed"),
    [(0, 0, []), (99, 0, []), (100, 1, [1]), (101, 1, [1]), (199, 1, [1]), (450, 4, [1, 2, 3, 4])],
)
def test_first_night(nodes: int, number: int, crossed: list[int]) -> None:
    status = crossing.status(nodes, 100, [], LIBRARY)
    assert status["is_milestone"] == bool(crossed)
    assert status["milestone_number"] == number
    assert status["crossed"] == crossed
    assert status["current_nodes"] == nodes
    assert status["previous_milestone_nodes"] == 0
    assert status["nodes_since_last_milestone"] == nodes


@pytest.mark.parametrize(
    ("nights", "runs"),
    [
        ([50, 60, 120, 150], [True, True, True, False]),
        ([0, 1], [False, True]),
        ([120, 90], [True, False]),
    ],
)
def test_a_library_without_a_milestone_gets_a_site_every_night(
    tmp_path: Path, nights: list[int], runs: list[bool]
) -> None:
    path = tmp_path / "milestone_history.jsonl"
    statuses = [night(path, nodes) for nodes in nights]
    assert [status["runs_actions"] for status in statuses] == runs
    assert len(jsonl.read(path)) == (max(nights) >= 100)


@pytest.mark.parametrize(
    ("nights", "fired"),
    [
        ([100, 199, 200], [[1], [], [2]]),
        ([150, 450], [[1], [2, 3, 4]]),
        ([250, 150, 250, 299, 300], [[1, 2], [], [], [], [3]]),
        ([100, 100], [[1], []]),
        ([100, 50, 0, 99, 100, 210], [[1], [], [], [], [], [2]]),
    ],
)
def test_each_boundary_fires_once(
    tmp_path: Path, nights: list[int], fired: list[list[int]]
) -> None:
    path = tmp_path / "milestone_history.jsonl"
    assert [night(path, nodes)["crossed"] for nodes in nights] == fired


@given(nights=st.lists(st.tuples(st.integers(0, 2000), st.sampled_from([50, 100, 250]))))
def test_no_history_fires_a_boundary_twice(
    tmp_path_factory: pytest.TempPathFactory, nights: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("m") / "milestone_history.jsonl"
    boundaries: list[int] = []
    for nodes, interval in nights:
        status = night(path, nodes, interval)
        boundaries += [number * interval for number in status["crossed"]]
    assert boundaries == sorted(set(boundaries))
    assert len(crossing.read_history(path, LIBRARY)) <= len(boundaries)


def test_a_failed_validation_leaves_the_milestone_for_the_next_night(tmp_path: Path) -> None:
    path = tmp_path / "milestone_history.jsonl"
    night(path, 120, results=FAILED)
    assert not path.exists()
    assert night(path, 130)["crossed"] == [1]
    (record,) = crossing.read_history(path, LIBRARY)
    assert record["nodes"] == 130
    assert record["actions"]["edge_generation"] == "failed"


@pytest.mark.parametrize(
    ("reached", "nodes", "following"),
    [(None, 0, 100), (None, 99, 100), (None, 100, 200), (876, 600, 900), (876, 899, 900)],
)
def test_where_the_next_one_is(
    tmp_path: Path, reached: int | None, nodes: int, following: int
) -> None:
    path = tmp_path / "milestone_history.jsonl"
    if reached:
        night(path, reached)
    status = crossing.status(nodes, 100, crossing.read_history(path, LIBRARY), LIBRARY)
    assert status["next_milestone_nodes"] == following


def test_numbers_since_the_last_milestone(tmp_path: Path) -> None:
    path = tmp_path / "milestone_history.jsonl"
    night(path, 130)
    status = night(path, 90)
    assert (status["previous_milestone_nodes"], status["nodes_since_last_milestone"]) == (130, -40)


def test_invalid_records_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "milestone_history.jsonl"
    path.write_text('{"milestone": 3}\n')
    with pytest.raises(ConfigError, match="record 1"):
        crossing.read_history(path, LIBRARY)


def test_the_largest_boundary_counts_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "milestone_history.jsonl"
    for nodes in (200, 500):
        night(path, nodes)
    first, last = map(json.loads, path.read_text().splitlines())
    first |= {"timestamp": "2025-01-01T00:00:00Z"}
    path.write_text(f"{json.dumps(last)}\n{json.dumps(first)}\n")  # as a merge may order them
    assert [record["nodes"] for record in crossing.read_history(path, LIBRARY)] == [200, 500]
    assert crossing.status(500, 100, [last, first], LIBRARY)["crossed"] == []


def test_a_status_from_before_another_night_records_only_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "milestone_history.jsonl"
    old = crossing.status(300, 100, [], LIBRARY)
    night(path, 200)
    record = crossing.record(path, old, PASSED)
    assert record is not None
    assert record["crossed"] == [3]


@pytest.fixture
def crossed(tmp_path: Path, run: Run) -> Path:
    """A folder with a library of 120 sounds, and the status of its milestone."""
    make_library(tmp_path / "library", [{"id": n} for n in range(1, 121)])
    flags = ["--checkpoint-dir", tmp_path / "library", "--milestone-history", tmp_path / "h"]
    env = {"GITHUB_OUTPUT": str(tmp_path / "output")}
    done = run("detect_milestone.py", *flags, "--output", tmp_path / "s.json", env=env)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_detect_sets_the_outputs_that_the_workflow_reads(crossed: Path) -> None:
    lines = (crossed / "output").read_text().splitlines()
    names = [line.split("<<")[0] for line in lines if "<<" in line]
    assert names == [
        "is_milestone",
        "runs_actions",
        "milestone_number",
        "current_nodes",
        "reached",
    ]
    assert lines[1::3] == ["true", "true", "1", "120", "100"]


def test_the_workflows_record_of_the_site_decides_whether_it_is_made_again(
    tmp_path: Path, run: Run
) -> None:
    make_library(tmp_path, [{"id": n} for n in range(1, 121)])
    history = tmp_path / "history.jsonl"
    night(history, 120)
    record = json.loads(history.read_text())
    del record["library_id"]  # of any library, then
    history.write_text(json.dumps(record | {"timestamp": "2999-01-01T00:00:00Z"}) + "\n")
    flags = ["--checkpoint-dir", tmp_path, "--milestone-history", history]
    flags += ["--output", tmp_path / "s.json", "--json"]
    for key, runs in (("", False), ("none", True), ("published-site-100-7-1", False)):
        done = run("detect_milestone.py", *flags, f"--published={key}")
        assert done.returncode == 0, done.stderr
        status = json.loads(done.stdout)
        assert (status["is_milestone"], status["runs_actions"]) == (False, runs)


def test_a_site_that_shows_sounds_that_are_gone_is_made_again(tmp_path: Path, run: Run) -> None:
    make_library(tmp_path, [{"id": n} for n in range(1, 121)], links=True)
    history = tmp_path / "history.jsonl"
    night(history, 120)
    record = json.loads(history.read_text()) | {"timestamp": "2999-01-01T00:00:00Z"}
    del record["library_id"]
    history.write_text(json.dumps(record) + "\n")
    flags = ["--checkpoint-dir", tmp_path, "--milestone-history", history]
    flags += ["--output", tmp_path / "s.json", "--json", "--published=published-site-100-7-1"]
    changes = (
        ("UPDATE sounds SET num_downloads = 7 WHERE id = 3", False),
        ("UPDATE sounds SET removed_at = last_seen WHERE id = 3", True),
    )
    for change, runs in changes:
        with database.writing(tmp_path) as connection:
            connection.execute("DELETE FROM links_due")
            connection.execute(change)
        done = run("detect_milestone.py", *flags)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["runs_actions"] == runs
    with database.writing(tmp_path) as connection:
        edges.update(connection)
    assert json.loads(run("detect_milestone.py", *flags).stdout)["runs_actions"] is False


@pytest.mark.parametrize(
    ("nights", "nodes", "interval", "published", "runs"),
    [
        ([120], 130, 100, "", False),
        ([120], 130, 100, "none", True),
        ([120], 130, 100, "published-site-100-4001-1", False),
        ([120], 90, 100, "published-site-100-4001-1", False),
        ([120, 210], 250, 100, "published-site-100-4001-1", True),
        ([120, 210], 250, 100, "published-site-200-4001-2", False),
        ([120], 130, 100, "published-site-1000-4001-1", True),
        ([120], 130, 100, "published-site-", True),
        ([120], 0, 100, "none", False),
        ([120], 220, 100, "published-site-100-4001-1", True),
        ([310], 350, 200, "published-site-200-4001-1", False),
    ],
)
def test_a_site_that_is_not_online_is_made_again(
    tmp_path: Path, nights: list[int], nodes: int, interval: int, published: str, runs: bool
) -> None:
    path = tmp_path / "history"
    for count in nights:
        night(path, count)
    history = crossing.read_history(path, LIBRARY)
    status = crossing.status(nodes, interval, history, LIBRARY, published)
    assert status["runs_actions"] == runs
    # Once this night's site is online, the same night again makes none.
    online = f"published-site-{crossing.reached(status)}-4002-1"
    if crossing.record(path, status, PASSED):
        history = crossing.read_history(path, LIBRARY)
    assert not crossing.status(nodes, interval, history, LIBRARY, online)["runs_actions"]


@pytest.mark.parametrize(
    ("results", "code", "message"),
    [
        ({"passed": False}, 1, "validation did not pass"),
        ({"passed": "yes"}, 2, "passed"),
        ({"milestone_number": 2}, 2, "is about milestone 2, "),
        ({"milestone_number": 3, "passed": False}, 2, "run summarize_milestone.py again"),
    ],
)
def test_record_refuses_failed_and_invalid_results(
    crossed: Path, run: Run, results: dict[str, Any], code: int, message: str
) -> None:
    good = {"milestone_number": 1, "passed": True, "actions": []}
    path = crossed / "r.json"
    path.write_text(json.dumps(good | results))
    record = ["--status", crossed / "s.json", "--results", path, "--milestone-history"]
    done = run("record_milestone.py", *record, crossed / "h")
    assert (done.returncode, message in done.stdout + done.stderr) == (code, True), done.stderr
    assert not (crossed / "h").exists()
    path.write_text(json.dumps(good))
    assert run("record_milestone.py", *record, crossed / "h").returncode == 0
    assert len(jsonl.read(crossed / "h")) == 1


def test_detect_without_a_library_ends_with_2(tmp_path: Path, run: Any) -> None:
    output = tmp_path / "status.json"
    done = run("detect_milestone.py", "--checkpoint-dir", tmp_path, "--output", output)
    assert done.returncode == 2
    assert "collect_sounds.py" in done.stderr
    assert not output.exists()


def test_the_two_commands_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_library(tmp_path / "library", [{"id": n} for n in range(1, 251)])
    history, status = tmp_path / "h.jsonl", tmp_path / "status.json"
    results = tmp_path / "results.json"
    results.write_text('{"milestone_number": 2, "passed": true, "actions": []}')
    detect = [
        *("--checkpoint-dir", str(tmp_path / "library")),
        *("--milestone-history", str(history), "--output", str(status)),
    ]
    record = [
        *("--status", str(status), "--results", str(results)),
        *("--milestone-history", str(history)),
    ]
    assert detect_milestone.main(detect) == 0
    assert "milestone 2: 250 sounds" in capsys.readouterr().out
    assert record_milestone.main(record) == 0
    assert record_milestone.main(record) == 0
    assert "nothing recorded" in capsys.readouterr().out.splitlines()[-1]
    assert len(jsonl.read(history)) == 1
    assert detect_milestone.main(detect) == 0
    assert "the next one is at 300" in capsys.readouterr().out
