import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave import edges, library
from tests.conftest import Run
from tests.make_library import make_library

SOUNDS = [
    {"username": "ann", "pack": "rain"},
    {"username": "ann", "pack": "rain"},
    {"username": "ann"},
    {"username": "bob", "pack": "wind"},
    {"username": "bob", "removed_at": "2025-01-01T00:00:00Z"},
]


def update(folder: Path, *statements: str) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    with library.writing(folder) as connection:
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


@given(
    sounds=st.lists(
        st.tuples(st.sampled_from("abcd"), st.none() | st.sampled_from("xyz"), st.booleans()),
        max_size=40,
    )
)
def test_counts_equal_brute_force(
    tmp_path_factory: pytest.TempPathFactory, sounds: list[tuple[str, str | None, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("library")
    rows = [
        {"username": user, "pack": pack and user + pack, "removed_at": "x" if gone else None}
        for user, pack, gone in sounds
    ]
    make_library(folder, rows)
    stats, links = update(folder)
    there = [(user, pack and user + pack) for user, pack, gone in sounds if not gone]
    for kind, group in (("user", 0), ("pack", 1)):
        pairs = sum(
            a[group] == b[group] and a[group] is not None for a, b in combinations(there, 2)
        )
        assert stats[f"same_{kind}_pairs"] == pairs
        members = sum(sound[group] is not None for sound in there)
        assert (
            stats[f"{kind}_edges"] == sum(link[1 + group] is not None for link in links) == members
        )


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
