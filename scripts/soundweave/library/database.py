"""The library: one SQLite file in WAL mode, one writer at a time, snapshot reads.

https://sqlite.org/wal.html: a reader sees the state of its transaction's start, whatever a
writer commits meanwhile.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from soundweave.base.errors import ConfigError, LibraryError, NoLibraryError

FILE_NAME = "library.db"
BUSY_SECONDS = 60
DEFINITIONS = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
MIGRATIONS = sorted(Path(__file__).with_name("migrations").glob("*.sql"))


def connect(checkpoint_dir: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the library in `checkpoint_dir` for writing, at the newest schema version.

    Raises NoLibraryError when there is none and `create` is not set, LibraryError when the file
    is not a library or was made by a newer version.
    """
    path = checkpoint_dir / FILE_NAME
    if create:
        _make_folder(checkpoint_dir)
    elif not path.exists():
        raise NoLibraryError(f"no library at {path}; run scripts/collect_sounds.py first")
    with _explained(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # WAL with NORMAL never corrupts; a power cut may only cost the newest commits.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def writing(checkpoint_dir: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the library for writing and close it at the end; SQLite's errors become LibraryError."""
    connection = connect(checkpoint_dir, create=create)
    with closing(connection), _explained(checkpoint_dir / FILE_NAME):
        yield connection


@contextmanager
def snapshot(checkpoint_dir: Path) -> Iterator[sqlite3.Connection]:
    """Open the library read-only, at one consistent state for the whole block.

    Raises NoLibraryError and LibraryError like `connect`.
    """
    path = checkpoint_dir / FILE_NAME
    if not path.exists():
        raise NoLibraryError(f"no library at {path}; run scripts/collect_sounds.py first")
    # Where nobody can write, SQLite cannot make the files it shares a library with writers by.
    mode = "mode=ro" if os.access(checkpoint_dir, os.W_OK) else "immutable=1"
    unread = path.with_name(f"{path.name}-wal")
    if mode == "immutable=1" and unread.exists() and unread.stat().st_size:
        raise LibraryError(f"{unread} holds what a killed writer left; make its folder writable")
    uri = f"{path.resolve().as_uri()}?{mode}"
    with _explained(path), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader:
        reader.row_factory = sqlite3.Row
        if _version(reader) != len(MIGRATIONS):
            # Readers know one schema: an older library is brought up to date first.
            connect(checkpoint_dir).close()
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM meta").fetchone()  # the snapshot is taken at the first read
        yield reader


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block wrote, all of it, or nothing when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def definitions() -> dict[str, str]:
    """Return the SQL of each table and index that a library of this version has, by name."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        _migrate(fresh, Path(":memory:"))
        return dict(fresh.execute(DEFINITIONS))


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the numbers of sounds (not removed), removed sounds, their users, packs and edges."""
    row = connection.execute(
        """
        -- Each of these is read from an index alone.
        SELECT (SELECT count(*) FROM sounds WHERE removed_at IS NULL) AS sounds,
               (SELECT count(*) FROM sounds)
               - (SELECT count(*) FROM sounds WHERE removed_at IS NULL) AS removed,
               -- A look-up for each hub; counting distinct ones would sort all sounds.
               (SELECT count(*) FROM users WHERE EXISTS (
                    SELECT 1 FROM sounds WHERE user_id = users.id AND removed_at IS NULL
               )) AS users,
               (SELECT count(*) FROM packs WHERE EXISTS (
                    SELECT 1 FROM sounds WHERE pack_id = packs.id AND removed_at IS NULL
               )) AS packs,
               (SELECT count(*) + count(pack_id) FROM links) AS edges
        """
    ).fetchone()
    return dict(row)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make {folder}: {error.strerror}") from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LibraryError(f"{path} is being written by another process; try again") from error
        raise LibraryError(f"cannot use {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"{path} is damaged or no library ({error}); restore it, or move"
            " its folder away to start anew"
        ) from error


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        version = _version(connection)  # again, now that no other process can change it
        if version > len(MIGRATIONS):
            raise LibraryError(f"{path} was made by a newer Soundweave; update your checkout")
        for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in _statements(migration.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # sqlite3.executescript would commit the surrounding transaction.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
