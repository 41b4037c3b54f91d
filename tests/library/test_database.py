import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from soundweave.base.errors import ConfigError, LibraryError, NoLibraryError
from soundweave.library import database, edges
from tests.support.make_library import SEEN, make_library


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sounds").fetchone()[0])


def test_counts(tmp_path: Path) -> None:
    sounds = [
        {"username": "a", "pack": "one"},
        {"username": "a", "pack": "two"},
        {"username": "b"},
        {"username": "c", "pack": "gone", "removed_at": "2025-01-01T00:00:00Z"},
    ]
    make_library(tmp_path, sounds, links=True)
    with database.snapshot(tmp_path) as connection:
        assert database.counts(connection) == {
            "sounds": 3,
            "removed": 1,
            "users": 2,
            "packs": 2,
            "edges": 5,
        }


def test_a_snapshot_does_not_see_what_is_written_meanwhile(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with database.snapshot(tmp_path) as reader:
        make_library(tmp_path, [{"id": 2}])
        assert count(reader) == 1
    with database.snapshot(tmp_path) as reader:
        assert count(reader) == 2


def test_snapshots_taken_together_are_the_same_while_another_process_writes(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    done = threading.Event()

    def write() -> None:
        with database.writing(tmp_path) as connection:
            while not done.is_set():
                connection.execute("INSERT INTO requests (at, path) VALUES (0, '/')")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            with database.snapshots(tmp_path, 3) as readers:
                newest = {
                    reader.execute("SELECT max(id) FROM requests").fetchone()[0]
                    for reader in readers
                }
                assert len(newest) == 1
    finally:
        done.set()
        writer.join()


def test_a_snapshot_cannot_write(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with pytest.raises(LibraryError, match="readonly"), database.snapshot(tmp_path) as reader:
        reader.execute("DELETE FROM sounds")


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    make_library(tmp_path, [{}, {}])
    with database.writing(tmp_path) as connection:
        with pytest.raises(ZeroDivisionError), database.transaction(connection):
            connection.execute("DELETE FROM sounds")
            assert count(connection) == 0
            raise ZeroDivisionError
        assert count(connection) == 2


def test_a_transaction_that_sqlite_ended_itself_keeps_its_error(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with pytest.raises(LibraryError, match="UNIQUE"), database.writing(tmp_path) as connection:
        with database.transaction(connection):
            connection.execute("INSERT OR ROLLBACK INTO sounds SELECT * FROM sounds")
        pytest.fail("the sound is there already")


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with pytest.raises(LibraryError, match="full"), database.writing(tmp_path) as connection:
        connection.execute("PRAGMA max_page_count = 1")  # its current size
        with database.transaction(connection):
            for number in range(5000):
                connection.execute("INSERT INTO users (username) VALUES (?)", (f"{number}" * 99,))
    make_library(tmp_path, [{"id": 2}])
    with database.snapshot(tmp_path) as connection:
        assert count(connection) == 2


@pytest.mark.parametrize("name", ["50%", "a?b", "a#b", "ü ö"])
def test_odd_folder_names(tmp_path: Path, name: str) -> None:
    make_library(tmp_path / name, [{}])
    with database.snapshot(tmp_path / name) as reader:
        assert count(reader) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_read_only_library_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(tmp_path, [{}])
    tmp_path.chmod(0o555)
    if os.geteuid() == 0:  # root can write everywhere
        monkeypatch.setattr(os, "access", lambda *_: False)
    try:
        with database.snapshot(tmp_path) as reader:
            assert count(reader) == 1
            assert [path.name for path in tmp_path.iterdir()] == [database.FILE_NAME]
    finally:
        tmp_path.chmod(0o755)


def test_changes_of_a_killed_writer_are_not_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_library(tmp_path, [{}])
    (tmp_path / f"{database.FILE_NAME}-wal").write_bytes(b"left")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LibraryError, match="writable"), database.snapshot(tmp_path):
        pytest.fail("it would be an older state")


def test_foreign_keys_hold(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with pytest.raises(LibraryError, match="FOREIGN KEY"), database.writing(tmp_path) as connection:
        connection.execute("UPDATE sounds SET pack_id = 99")


def test_one_writer_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(tmp_path, [{}])
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    with database.writing(tmp_path) as first, database.transaction(first):
        first.execute("UPDATE sounds SET name = 'held'")
        with (
            pytest.raises(LibraryError, match="another process"),
            database.writing(tmp_path) as second,
            database.transaction(second),
        ):
            pytest.fail("two writers at once")


def test_a_writer_waits_for_the_other(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with database.writing(tmp_path) as first:
        first.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=make_library, args=(tmp_path, [{"id": 2}]))
        thread.start()
        first.execute("DELETE FROM sounds")
        first.execute("COMMIT")
        thread.join()
        assert [row["id"] for row in first.execute("SELECT id FROM sounds")] == [2]


def test_a_killed_writer_leaves_what_it_committed(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    code = """
import os, signal, sys
from pathlib import Path
from soundweave.library import database, edges
connection = database.connect(Path(sys.argv[1]))
with database.transaction(connection):
    connection.execute("UPDATE sounds SET name = 'kept'")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE sounds SET name = 'lost'")
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env={"PYTHONPATH": "scripts"}, check=False
    )
    assert killed.returncode == -9
    with database.snapshot(tmp_path) as connection:
        assert connection.execute("SELECT name FROM sounds").fetchone()[0] == "kept"


def test_a_missing_library_is_reported_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(NoLibraryError, match=r"collect_sounds\.py"), database.snapshot(tmp_path):
        pytest.fail("there is no library")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database, but long enough" * 40, b"SQLite format 3\0"])
def test_a_file_that_is_not_a_library(tmp_path: Path, content: bytes) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(content)
    with pytest.raises(LibraryError, match="damaged"), database.writing(tmp_path):
        pytest.fail("it is not a library")
    assert (tmp_path / database.FILE_NAME).read_bytes() == content


def test_a_torn_library_is_an_error_not_a_crash(tmp_path: Path) -> None:
    make_library(tmp_path, [{"id": n, "name": "x" * 500} for n in range(1, 200)])
    path = tmp_path / database.FILE_NAME
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(LibraryError), database.snapshot(tmp_path) as connection:
        connection.execute("SELECT sum(length(name)) FROM sounds").fetchone()


def test_a_library_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    make_library(tmp_path, [{}])
    with closing(database.connect(tmp_path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(LibraryError, match="newer"), database.writing(tmp_path):
        pytest.fail("it is newer")


def test_an_older_library_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_library(tmp_path, [{}])
    new = tmp_path_factory.mktemp("migrations") / "999_more.sql"
    new.write_text(
        "ALTER TABLE sounds ADD COLUMN mood TEXT;\n-- a comment\nDROP INDEX sounds_user;"
    )
    monkeypatch.setattr(database, "MIGRATIONS", [*database.MIGRATIONS, new])
    with database.snapshot(tmp_path) as connection:
        assert connection.execute("SELECT mood FROM sounds").fetchone()[0] is None
        assert "sounds_user" not in dict(connection.execute(database.DEFINITIONS))


def test_edges_of_an_older_library_are_carried_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, fresh = tmp_path / "older", tmp_path / "fresh"
    sounds = [{"username": f"user {n % 3}", "pack": f"pack {n % 3}"} for n in range(10)]
    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", database.MIGRATIONS[:2])
        make_library(older, sounds, links=True)
        with database.writing(older) as connection:
            for kind in edges.KINDS:
                connection.execute(
                    f"INSERT INTO hubs SELECT '{kind}', {kind}_id, count(*) FROM links GROUP BY 2"
                )
            connection.execute("DELETE FROM links_due")
            connection.execute("INSERT INTO meta VALUES ('mixed_packs', '[]')")
            connection.execute(f"UPDATE sounds SET removed_at = '{SEEN}' WHERE id = 10")
            connection.execute("UPDATE sounds SET pack_id = 2 WHERE id = 1")
    make_library(fresh, sounds)
    with database.writing(fresh) as connection:
        edges.update(connection)
        expected = edges_in(connection)
        connection.execute(f"UPDATE sounds SET removed_at = '{SEEN}' WHERE id = 10")
        connection.execute("UPDATE sounds SET pack_id = 2 WHERE id = 1")
        due = [tuple(row) for row in connection.execute("SELECT * FROM links_due")]
        assert len(due) == 2
        changed = edges.update(connection)
    with database.writing(older) as connection:
        assert edges_in(connection) == expected
        assert [tuple(row) for row in connection.execute("SELECT * FROM links_due")] == due
        stats = edges.update(connection)
        assert stats | {"duration_seconds": 0} == changed | {"duration_seconds": 0}
        assert dict(connection.execute(database.DEFINITIONS)) == database.definitions()


def edges_in(connection: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    queries = ("SELECT * FROM links ORDER BY 1", "SELECT * FROM hubs ORDER BY 1, 2")
    return [[tuple(row) for row in connection.execute(query)] for query in queries]


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_library(tmp_path, [{}])
    new = tmp_path_factory.mktemp("migrations") / "999_bad.sql"
    new.write_text("ALTER TABLE sounds ADD COLUMN mood TEXT;\nALTER TABLE nothing ADD COLUMN x;")
    with monkeypatch.context() as patched, pytest.raises(LibraryError, match="nothing"):
        patched.setattr(database, "MIGRATIONS", [*database.MIGRATIONS, new])
        with database.writing(tmp_path):
            pytest.fail("the migration is wrong")
    with database.writing(tmp_path) as connection:
        columns = {row["name"] for row in connection.execute("PRAGMA table_info(sounds)")}
    assert "mood" not in columns


def test_a_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises((LibraryError, ConfigError), match="cannot create"),
        database.writing(tmp_path / "file" / "library", create=True),
    ):
        pytest.fail("a file is in the way")
