import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from soundweave.library import database, edges
from tests.conftest import Run
from tests.support.make_library import make_library

SOUNDS = [
    {"username": "ann", "pack": "rain"},
    {"username": "ann", "pack": "rain"},
    {"username": "ann"},
    {"username": "bob", "pack": "wind"},
    {"username": "bob", "removed_at": "2025-01-01T00:00:00Z"},
]


def update(folder: Path, *statements: str) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    with database.writing(folder) as connection:
        for statement in statements:
            connection.execute(statement)
        stats = edges.update(connection)
        rows = connection.execute("SELECT * FROM links ORDER BY sound_id")
        return stats, [tuple(row) for row in rows]


def test_each_sound_is_connected_with_its_hubs(tmp_path: Path) -> None:
    make_library(tmp_path, SOUNDS)
    stats, links = update(tmp_path)
    assert links == [(1, 1, 1), (2, 1, 1), (3, 1, None), (4, 2, 2)]
    assert stats.pop("duration_seconds") >= 0
    assert stats == {
        "user_edges_added": 4,
        "pack_edges_added": 3,
        "user_edges_removed": 0,
        "pack_edges_removed": 0,
        "user_edges": 4,
        "pack_edges": 3,
        "same_user_pairs": 3,
        "same_pack_pairs": 1,
        "pairs": 3,
        "user_groups": 2,
        "pack_groups": 2,
        "largest_user_group": 3,
        "largest_pack_group": 2,
        "total_nodes": 4,
        "total_edges": 7,
    }


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    make_library(tmp_path, SOUNDS)
    before = update(tmp_path)[1]
    stats, after = update(tmp_path)
    assert after == before
    assert [stats[f"{k}_edges_{c}"] for k in ("user", "pack") for c in ("added", "removed")] == [
        0
    ] * 4


@pytest.mark.parametrize(
    ("change", "added", "removed"),
    [
        ("UPDATE sounds SET removed_at = '2025-02-02T00:00:00Z' WHERE id = 1", (0, 0), (1, 1)),
        ("UPDATE sounds SET removed_at = NULL WHERE id = 5", (1, 0), (0, 0)),
        ("UPDATE sounds SET pack_id = 2 WHERE id = 1", (0, 1), (0, 1)),
        ("UPDATE sounds SET pack_id = NULL WHERE id = 4", (0, 0), (0, 1)),
        ("UPDATE sounds SET user_id = 2 WHERE id = 3", (1, 0), (1, 0)),
    ],
)
def test_edges_follow_the_sounds(
    tmp_path: Path, change: str, added: tuple[int, int], removed: tuple[int, int]
) -> None:
    make_library(tmp_path, SOUNDS)
    update(tmp_path)
    stats, _ = update(tmp_path, change)
    assert (stats["user_edges_added"], stats["pack_edges_added"]) == added
    assert (stats["user_edges_removed"], stats["pack_edges_removed"]) == removed


@pytest.mark.parametrize("drawn_before", [False, True])
def test_readers_see_all_of_the_change_or_none(tmp_path: Path, drawn_before: bool) -> None:
    make_library(tmp_path, SOUNDS)
    if drawn_before:
        update(tmp_path)
    with database.writing(tmp_path) as connection:
        before = [tuple(row) for row in connection.execute("SELECT * FROM links")]
        connection.execute("UPDATE sounds SET pack_id = 2 WHERE id = 1")
        connection.execute(
            "CREATE TRIGGER t BEFORE INSERT ON pack_hubs BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        with pytest.raises(sqlite3.DatabaseError, match="no"):
            edges.update(connection)
        assert [tuple(row) for row in connection.execute("SELECT * FROM links")] == before
        connection.execute("DROP TRIGGER t")
    assert (1, 1, 2) in update(tmp_path)[1]


def test_the_command_writes_its_statistics(tmp_path: Path, run: Run) -> None:
    make_library(tmp_path / "library", SOUNDS)
    output = tmp_path / "edge_stats.json"
    done = run(
        "generate_user_pack_edges.py",
        *("--checkpoint-dir", tmp_path / "library", "--output", output, "--json"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(output.read_text())
    assert json.loads(output.read_text())["total_edges"] == 7


def test_the_command_without_a_library(tmp_path: Path, run: Run) -> None:
    done = run("generate_user_pack_edges.py", "--checkpoint-dir", tmp_path / "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert "collect_sounds.py" in done.stderr
