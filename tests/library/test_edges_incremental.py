"""Edges that followed every change are the same as rebuilt ones."""

import math
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import libraries
from soundweave.library import database, edges
from tests.conftest import ROOT
from tests.support.make_library import CC0, SEEN

USERS, PACKS, SOUNDS = 3, 3, 9
CHANGES = ("user_edges_added", "user_edges_removed", "pack_edges_added", "pack_edges_removed")
TABLES = (
    "SELECT * FROM links ORDER BY sound_id",
    "SELECT * FROM hubs ORDER BY kind, hub_id",
    "SELECT * FROM meta ORDER BY key",
    "SELECT * FROM links_due",
)
SAVE = """
    INSERT INTO sounds (id, name, user_id, pack_id, license, created, duration, type, tags,
                        num_downloads, first_seen, last_seen, removed_at)
    VALUES (:id, 'a.wav', :user, :pack, :cc0, :seen, 1, 'wav', '[]', 0, :seen, :seen, :removed)
    ON CONFLICT (id) DO UPDATE
    SET user_id = excluded.user_id, pack_id = excluded.pack_id, removed_at = excluded.removed_at
"""

Change = tuple[int, int, int | None, bool]

changes = st.tuples(
    st.integers(1, SOUNDS),
    st.integers(1, USERS),
    st.none() | st.integers(1, PACKS),
    st.booleans(),
)
histories = st.lists(st.lists(changes, max_size=6), max_size=5)


@pytest.fixture
def incremental() -> Iterator[None]:
    with never_rebuilt():
        yield


@contextmanager
def never_rebuilt() -> Iterator[None]:
    with mock.patch.object(edges, "REBUILD_SHARE", math.inf):
        yield


@contextmanager
def fresh(folder: Path) -> Iterator[sqlite3.Connection]:
    """A library with users and packs but no sounds, whose edges are up to date."""
    with database.writing(folder, create=True) as connection:
        for number in range(1, USERS + 1):
            connection.execute("INSERT INTO users VALUES (?, ?)", (number, f"user {number}"))
        for number in range(1, PACKS + 1):
            connection.execute(
                "INSERT INTO packs (id, name, user_id) VALUES (?, ?, 1)", (number, f"pack {number}")
            )
        edges.update(connection)
        yield connection


def save(connection: sqlite3.Connection, change: Change) -> None:
    sound, user, pack, removed = change
    row = {"id": sound, "user": user, "pack": pack, "removed": SEEN if removed else None}
    connection.execute(SAVE, row | {"cc0": CC0, "seen": SEEN})


def tables(connection: sqlite3.Connection) -> list[list[tuple[Any, ...]]]:
    return [[tuple(row) for row in connection.execute(query)] for query in TABLES]


def settled(stats: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in stats.items() if k not in (*CHANGES, "duration_seconds")}


def assert_as_rebuilt(connection: sqlite3.Connection, stats: dict[str, Any]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as other:
        connection.backup(other)
        other.execute(
            "DELETE FROM meta WHERE key = 'packs_of_others'"
        )  # the list of shared packs is rebuilt too
        rebuilt = edges.update(other, rebuild=True)
        assert [rebuilt[name] for name in CHANGES] == [0, 0, 0, 0]
        assert tables(connection) == tables(other)
        assert settled(stats) == settled(rebuilt)


def present(connection: sqlite3.Connection) -> dict[int, tuple[int, int | None]]:
    query = "SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL"
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def assert_counted(
    stats: dict[str, Any],
    before: dict[int, tuple[int, int | None]],
    after: dict[int, tuple[int, int | None]],
) -> None:
    """Compare edge_stats with counting one by one."""
    for kind, column in (("user", 0), ("pack", 1)):
        old = {(sound, hubs[column]) for sound, hubs in before.items() if hubs[column] is not None}
        new = {(sound, hubs[column]) for sound, hubs in after.items() if hubs[column] is not None}
        assert stats[f"{kind}_edges_added"] == len(new - old)
        assert stats[f"{kind}_edges_removed"] == len(old - new)
    shared = [(a[0] == b[0], a[1] == b[1] is not None) for a, b in combinations(after.values(), 2)]
    assert stats["same_user_pairs"] == sum(user for user, _ in shared)
    assert stats["same_pack_pairs"] == sum(pack for _, pack in shared)
    assert stats["pairs"] == sum(user or pack for user, pack in shared)


@settings(max_examples=100)
@given(history=histories)
def test_any_history_ends_as_rebuilt(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[Change]]
) -> None:
    with fresh(tmp_path_factory.mktemp("history")) as connection, never_rebuilt():
        for night in history:
            before = present(connection)
            for change in night:
                save(connection, change)
            stats = edges.update(connection)
            after = present(connection)
            assert {row[0]: row[1:] for row in tables(connection)[0]} == after
            assert_counted(stats, before, after)
            assert_as_rebuilt(connection, stats)


# Ways for a pack to get several users, or one again; each list is one night.
MIXED = {
    "one of a removed sound's user": ([(1, 2, 1, True), (2, 1, 1, False)], [(3, 2, 1, False)]),
    "one of another user": ([(2, 1, 1, False)], [(1, 2, 1, False)]),
    "two users at once": ([], [(1, 1, 1, False), (2, 2, 1, False)]),
    "no longer": ([(1, 1, 1, False), (2, 2, 1, False)], [(2, 1, 1, False)]),
    "none of its own user": ([(1, 2, 1, False), (2, 2, 1, False)], [(3, 1, 1, False)]),
    "not touched again": ([(1, 1, 1, False), (2, 2, 1, False)], [(3, 1, 2, False)]),
}


@pytest.mark.parametrize("nights", MIXED.values(), ids=list(MIXED))
@pytest.mark.usefixtures("incremental")
def test_packs_of_several_users_are_followed(
    tmp_path: Path, nights: tuple[list[Change], ...]
) -> None:
    with fresh(tmp_path) as connection:
        for night in nights:
            before = present(connection)
            for change in night:
                save(connection, change)
            stats = edges.update(connection)
            assert_counted(stats, before, present(connection))
            assert_as_rebuilt(connection, stats)


@pytest.mark.usefixtures("incremental")
def test_edges_without_a_list_of_shared_packs_are_rebuilt(tmp_path: Path) -> None:
    with fresh(tmp_path) as connection:
        save(connection, (1, 1, 1, False))
        save(connection, (2, 2, 1, False))
        edges.update(connection)
        connection.execute("DELETE FROM meta")
        assert edges.update(connection)["pairs"] == 1


@pytest.mark.usefixtures("incremental")
def test_nights_of_a_larger_library_end_as_rebuilt(tmp_path: Path) -> None:
    libraries.make(tmp_path, 1000)
    generator = np.random.default_rng(7)
    with database.writing(tmp_path) as connection:
        edges.update(connection)
        for _ in range(5):
            for sound in generator.choice(np.arange(1000, 3100), 150).tolist():
                user, pack = generator.integers(1, 40, 2).tolist()
                save_if_pack(connection, (sound, user, pack, bool(generator.random() < 0.2)))
            before = tables(connection)[0]
            stats = edges.update(connection)
            assert tables(connection)[0] != before
            assert_as_rebuilt(connection, stats)
        assert stats["pairs"] > stats["same_user_pairs"]  # some packs have several users


def save_if_pack(connection: sqlite3.Connection, change: Change) -> None:
    sound, user, pack, removed = change
    row = connection.execute("SELECT 1 FROM packs WHERE id = ?", (pack,)).fetchone()
    save(connection, (sound, user, pack if row else None, removed))


@pytest.mark.parametrize(("changed", "rebuilt"), [(1, False), (3, False), (4, True), (9, True)])
def test_much_change_causes_a_rebuild(tmp_path: Path, changed: int, rebuilt: bool) -> None:
    with fresh(tmp_path) as connection:
        for sound in range(1, 11):
            save(connection, (sound, 1, None, False))
        edges.update(connection)
        for sound in range(1, changed + 1):
            save(connection, (sound, 2, 1, False))
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        edges.update(connection)
        assert ("DELETE FROM links" in statements) == rebuilt


DIES = """
import os, signal, sys
from pathlib import Path
from soundweave.library import database, edges

def trace(statement):
    if statement.strip().startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

connection = database.connect(Path(sys.argv[1]))
connection.set_trace_callback(trace)
edges.update(connection, rebuild=sys.argv[3] == "rebuild")
"""


@pytest.mark.parametrize("mode", ["incremental", "rebuild"])
@pytest.mark.parametrize(
    "statement",
    [
        *("INSERT INTO links", "INSERT INTO user_hubs", "INSERT INTO pack_hubs"),
        *("INSERT OR REPLACE", "DELETE FROM links_", "COMMIT"),
    ],
)
@pytest.mark.usefixtures("incremental")
def test_a_killed_update_leaves_the_old_edges(tmp_path: Path, statement: str, mode: str) -> None:
    with fresh(tmp_path) as connection:
        for sound in range(1, 8):
            save(connection, (sound, 1, 1, False))
        edges.update(connection)
        for sound in (6, 7):
            save(connection, (sound, 2, 1, False))
        before = tables(connection)
    died = subprocess.run(
        [sys.executable, "-c", DIES, tmp_path, statement, mode],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    with database.writing(tmp_path) as connection:
        assert tables(connection) == before
        stats = edges.update(connection)
        assert (stats["user_edges_added"], stats["same_pack_pairs"], stats["pairs"]) == (2, 21, 21)
        assert_as_rebuilt(connection, stats)
