import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from soundweave import files, library, schemas
from soundweave.validation.report import validate
from tests.conftest import Run
from tests.make_library import make_library

SOUNDS = [{"username": f"user {n % 7}", "pack": f"pack {n % 7}"} for n in range(50)]
LINE = {
    "timestamp": "2025-11-21T03:17:00Z",
    "mode": "mixed",
    "nodes": 50,
    "edges": 0,
    "users": 7,
    "packs": 7,
    "added": 50,
    "removed": 0,
    "requests": 1,
    "duration_seconds": 1.0,
    "stopped": "complete",
}


@pytest.fixture
def night(tmp_path: Path) -> Path:
    make_library(tmp_path / "library", SOUNDS, links=True)
    files.append_history(tmp_path / "metrics.jsonl", LINE)
    return tmp_path


def report_of(night: Path) -> dict[str, Any]:
    report = validate(night / "library", night / "metrics.jsonl")
    schemas.check("validation_report", report, "report")
    return report


def corrupt(*statements: str) -> Callable[[Path], None]:
    def do(night: Path) -> None:
        with library.writing(night / "library") as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                connection.execute(statement)

    return do


def tear(night: Path) -> None:
    path = night / "library" / library.FILE_NAME
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def line(**changes: object) -> Callable[[Path], None]:
    return lambda night: files.append_history(night / "metrics.jsonl", LINE | changes)


CASES = {
    "a row without name": (
        corrupt("UPDATE sounds SET name = ' ' WHERE id = 7"),
        "required_fields",
        "sound 7",
    ),
    "a row without licence": (
        corrupt("UPDATE sounds SET license = '' WHERE id = 8"),
        "required_fields",
        "sound 8",
    ),
    "a sound of nobody": (
        corrupt("UPDATE sounds SET user_id = 99 WHERE id = 9"),
        "foreign_keys",
        "sounds 9",
    ),
    "a pack that is not there": (
        corrupt("DELETE FROM packs WHERE id = 3"),
        "foreign_keys",
        "sounds",
    ),
    "an edge from no sound": (
        corrupt("INSERT INTO links VALUES (999, 1, NULL)"),
        "edges_point_to_sounds",
        "user edge 999 - 1",
    ),
    "an edge to no pack": (
        corrupt("UPDATE links SET pack_id = 999 WHERE sound_id = 1"),
        "edges_point_to_sounds",
        "pack edge 1 - 999",
    ),
    "a user twice": (
        corrupt(
            "UPDATE sqlite_master SET sql = replace(sql, ' UNIQUE', '') WHERE name = 'users'",
            "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_users_1'",
            "PRAGMA writable_schema = RESET",
            "INSERT INTO users (username) VALUES ('user 1')",
        ),
        "unique_ids",
        "users user 1",
    ),
    "a table of somebody else's": (
        corrupt("CREATE TABLE extra (x)"),
        "schema",
        "library.db: extra",
    ),
    "an index that is gone": (corrupt("DROP INDEX sounds_user"), "schema", "sounds_user"),
    "a sound less than the metrics say": (
        corrupt("DELETE FROM links WHERE sound_id = 5", "DELETE FROM sounds WHERE id = 5"),
        "counts_against_metrics",
        "metrics of 2025-11-21",
    ),
    "metrics that say more": (
        line(timestamp="2025-11-22T00:00:00Z", nodes=60),
        "counts_against_metrics",
        "metrics of 2025-11-22",
    ),
    "half a file": (tear, "library", "library.db"),
}


def test_a_clean_library_passes(night: Path) -> None:
    report = report_of(night)
    assert (report["status"], report["errors"], report["warnings"]) == ("passed", [], [])
    assert {check["status"] for check in report["checks"]} == {"passed"}
    assert report["statistics"] == {
        "sounds": 50,
        "removed": 0,
        "users": 7,
        "packs": 7,
        "edges": 100,
    }


@pytest.mark.parametrize(("damage", "check", "where"), CASES.values(), ids=CASES.keys())
def test_each_damage_is_found_named_and_located(
    night: Path, damage: Callable[[Path], None], check: str, where: str
) -> None:
    damage(night)
    report = report_of(night)
    assert report["status"] == "failed"
    found = {each["name"]: each for each in report["checks"]}[check]
    assert found["status"] == "failed"
    assert where in " ".join(finding["where"] for finding in found["findings"])
    assert any(error.startswith(f"{check}: ") for error in report["errors"])


def test_damaged_pages_inside_are_found(night: Path) -> None:
    with library.writing(night / "library") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = night / "library" / library.FILE_NAME
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 + 8 : page * 4096 + 40] = b"\xff" * 32
    path.write_bytes(content)
    report = report_of(night)
    assert report["status"] == "failed"
    assert report["errors"]


def test_many_findings_are_counted_and_the_first_listed(night: Path) -> None:
    corrupt("UPDATE sounds SET name = ''")(night)
    report = report_of(night)
    (found,) = [check for check in report["checks"] if check["name"] == "required_fields"]
    assert found["found"] == 50
    assert len(found["findings"]) == 20
    assert "and 49 more" in report["errors"][0]


def test_a_wrong_metrics_line_is_a_warning(night: Path) -> None:
    first = LINE | {"timestamp": "2025-11-20T00:00:00Z", "nodes": -1}
    files.write_text(night / "metrics.jsonl", json.dumps(first) + "\n" + json.dumps(LINE) + "\n")
    report = report_of(night)
    assert (report["status"], report["errors"]) == ("passed", [])
    assert "metrics record 1" in report["warnings"][0]


def test_without_metrics_the_comparison_is_skipped(night: Path) -> None:
    (night / "metrics.jsonl").unlink()
    report = report_of(night)
    assert report["status"] == "passed"
    assert report["checks"][-1]["status"] == "skipped"


def test_a_removed_sound_is_no_finding(night: Path) -> None:
    corrupt(
        "DELETE FROM links WHERE sound_id = 5",
        "UPDATE sounds SET removed_at = '2025-11-21T03:17:00Z' WHERE id = 5",
    )(night)
    line(timestamp="2025-11-22T00:00:00Z", nodes=49)(night)
    assert report_of(night)["status"] == "passed"


@pytest.mark.parametrize("damaged", [False, True])
def test_the_command(night: Path, run: Run, damaged: bool) -> None:
    if damaged:
        CASES["a row without name"][0](night)
    output = night / "report.json"
    done = run(
        "validate_pipeline_data.py",
        *("--checkpoint-dir", night / "library", "--metrics-history", night / "metrics.jsonl"),
        *("--output", output),
    )
    assert done.returncode == int(damaged), done.stderr
    assert json.loads(output.read_text())["status"] == ("failed" if damaged else "passed")
    assert ("sound 7 name is missing" in done.stdout) == damaged


def test_the_command_without_a_library_fails_with_a_report(tmp_path: Path, run: Run) -> None:
    output = tmp_path / "report.json"
    done = run("validate_pipeline_data.py", "--checkpoint-dir", tmp_path, "--output", output)
    assert done.returncode == 1
    assert "no library" in json.loads(output.read_text())["errors"][0]
