import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from soundweave.atlas import analysis
from soundweave.base import config, schemas
from soundweave.base.config import MapConfig
from soundweave.base.errors import LibraryError
from soundweave.library import database
from tests.conftest import Run
from tests.support.make_library import SEEN
from tests.support.networks import (
    SIMILAR,
    SMALL,
    make_network,
    random_similar,
    random_sounds,
    stored_map,
)

SETTINGS = MapConfig(seed=1, networkx_up_to=2000, smallest_community=3, largest_community=2000)


def analyze(folder: Path, **changes: int) -> dict[str, Any]:
    stats = analysis.analyze(folder, MapConfig(**vars(SETTINGS) | changes), seed=1)
    schemas.check("network_stats", stats, "network_stats.json")
    return stats


@pytest.fixture
def small(tmp_path: Path) -> Path:
    make_network(tmp_path, SMALL, SIMILAR)
    return tmp_path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    make_network(tmp_path, random_sounds(3, 400), random_similar(3, 400, 300))
    return tmp_path


def test_stats_of_a_small_library(small: Path) -> None:
    stats = analyze(small)
    assert (stats["sounds"], stats["users"], stats["packs"]) == (7, 4, 2)
    assert stats["engine"]["name"] == "networkx"
    assert stats["components"] == {"count": 2, "largest": 4}
    assert stats["degrees"]["largest"] == 3
    assert stats["degrees"]["without_links"] == 0
    largest = stats["communities"]["largest"]
    assert sum(community["size"] for community in largest) == 7
    assert stats["communities"]["count"] == len(largest)


@pytest.mark.parametrize("sounds", [[], [{"tags": []}], [{"removed_at": SEEN}]])
def test_tiny_libraries_can_be_analyzed(tmp_path: Path, sounds: list[dict[str, Any]]) -> None:
    make_network(tmp_path, sounds, [])
    for limit in (0, 100):
        stats = analyze(tmp_path, networkx_up_to=limit)
    present = [sound for sound in sounds if "removed_at" not in sound]
    assert stats["sounds"] == len(stored_map(tmp_path)["positions"]) == len(present)
    labels = [community["label"] for community in stats["communities"]["largest"]]
    assert labels == ["someone"] * len(present)


def test_removed_sounds_leave_the_map(small: Path) -> None:
    analyze(small)
    with database.writing(small) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id IN (1, 7)", (SEEN,))
    analyze(small)
    assert [row[0] for row in stored_map(small)["positions"]] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("limit", [0, 10_000])
def test_the_order_of_rows_does_not_matter(tmp_path: Path, limit: int) -> None:
    sounds = random_sounds(5, 120)
    similar = random_similar(5, 120, 60)
    make_network(tmp_path / "a", sounds, similar)
    (tmp_path / "b").mkdir()
    with (
        database.writing(tmp_path / "a") as source,
        database.writing(tmp_path / "b", create=True) as target,
    ):
        for table in ("users", "packs", "sounds", "similarities"):
            rows = [tuple(row) for row in source.execute(f"SELECT * FROM {table}")]
            random.Random(1).shuffle(rows)
            placeholders = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({placeholders})", rows)
    first, second = (analyze(tmp_path / name, networkx_up_to=limit) for name in ("a", "b"))
    assert stored_map(tmp_path / "a") == stored_map(tmp_path / "b")
    assert first | {"seconds": {}} == second | {"seconds": {}}


def test_hostile_tags_are_plain_text(tmp_path: Path) -> None:
    hostile = ["<script>alert(1)</script>", "'; DROP TABLE sounds; --", "a\n::error::b"]
    make_network(
        tmp_path, [{"tags": hostile}] * 3 + [{"tags": "not JSON"}, {"tags": '{"a": 1}'}], []
    )
    stats = analyze(tmp_path)
    label = stats["communities"]["largest"][0]["label"]
    assert sorted(label.split(", ")) == sorted(
        ["<script>alert(1)</script>", "'; DROP TABLE sounds; --", "a ::error::b"]
    )
    assert stored_map(tmp_path)["communities"][0][5] == label


def test_ids_last_while_sounds_come_and_go(large: Path) -> None:
    analyze(large)
    before = {row[0]: row[3] for row in stored_map(large)["positions"]}
    with database.writing(large) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id % 40 = 0", (SEEN,))
    analyze(large)
    after = {row[0]: row[3] for row in stored_map(large)["positions"]}
    same = [before[sound] == number for sound, number in after.items()]
    assert len(after) == 390
    assert sum(same) / len(same) > 0.8


def test_the_command_writes_stats_and_map(large: Path, run: Run) -> None:
    output = large / "stats.json"
    done = run("analyze_network.py", "--checkpoint-dir", large, "--output", output, "--json")
    assert done.returncode == 0, done.stderr
    stats = json.loads(output.read_text())
    assert json.loads(done.stdout) == stats
    schemas.check("network_stats", stats, "network_stats.json")
    assert stats["seed"] == config.load(environ={}).map.seed
    stored = stored_map(large)
    assert len(stored["positions"]) == 400
    assert sum(row[4] for row in stored["communities"]) == 400


def test_a_missing_library_is_reported(tmp_path: Path, run: Run) -> None:
    done = run("analyze_network.py", "--checkpoint-dir", tmp_path, "--output", tmp_path / "x.json")
    assert done.returncode == 2
    assert "no library" in done.stderr
    assert not (tmp_path / "x.json").exists()


def test_a_failed_write_leaves_the_previous_map(large: Path) -> None:
    analyze(large)
    before = stored_map(large)
    with database.writing(large) as connection:
        connection.execute("UPDATE sounds SET removed_at = ? WHERE id = 7", (SEEN,))
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON positions WHEN new.sound_id = 300"
            " BEGIN SELECT raise(ABORT, 'disk full'); END"
        )
    with pytest.raises((LibraryError, sqlite3.Error)):
        analyze(large)
    assert stored_map(large) == before
