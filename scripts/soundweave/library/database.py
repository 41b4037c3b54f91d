"""The library: one SQLite file in WAL mode, one writer at a time, snapshot reads.

https://sqlite.org/wal.html: a reader sees the library as it was when its transaction started,
whatever a writer commits meanwhile.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from soundweave.base.errors import (
    ConfigError,
    DamagedLibraryError,
    LibraryError,
    NoLibraryError,
)

FILE_NAME = "library.db"
DIGEST_NAME = "library.db.sha256"  # of a saved copy; a writer deletes it
BUSY_SECONDS = 60
DEFINITIONS = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
MIGRATIONS = sorted(Path(__file__).with_name("migrations").glob("*.sql"))


def connect(checkpoint_dir: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the library in `checkpoint_dir` for writing, at the newest schema version.

    Raises NoLibraryError if it does not exist and `create` is not set, LibraryError if the file
    is not a library or comes from a newer version.
    """
    path = checkpoint_dir / FILE_NAME
    if create:
        _make_folder(checkpoint_dir)
    else:
        _require(path)
    path.with_name(DIGEST_NAME).unlink(missing_ok=True)
    with _translated_errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # WAL with NORMAL never corrupts; a power cut loses only the newest commits.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def writing(checkpoint_dir: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the library for writing and close it afterwards; SQLite errors become LibraryError."""
    connection = connect(checkpoint_dir, create=create)
    with closing(connection), _translated_errors(checkpoint_dir / FILE_NAME):
        yield connection


@contextmanager
def snapshot(checkpoint_dir: Path) -> Iterator[sqlite3.Connection]:
    """Open the library read-only; the whole block sees one consistent state.

    Raises NoLibraryError and LibraryError like `connect`.
    """
    with snapshots(checkpoint_dir, 1) as (reader,):
        yield reader


@contextmanager
def snapshots(checkpoint_dir: Path, count: int) -> Iterator[list[sqlite3.Connection]]:
    """Open the library `count` times, all with the same state; each may serve a thread of its own.

    Raises NoLibraryError and LibraryError like `connect`.
    """
    path = checkpoint_dir / FILE_NAME
    _require(path)
    # In a read-only folder SQLite cannot create the files that it shares with writers.
    mode = "mode=ro" if os.access(checkpoint_dir, os.W_OK) else "immutable=1"
    wal = path.with_name(f"{path.name}-wal")
    if mode == "immutable=1" and wal.exists() and wal.stat().st_size:
        raise LibraryError(f"{wal} has changes of a killed writer; make its folder writable")
    uri = f"{path.resolve().as_uri()}?{mode}"
    with _translated_errors(path), ExitStack() as stack:
        readers = [stack.enter_context(_reader(uri)) for _ in range(count)]
        if _version(readers[0]) != len(MIGRATIONS):
            # Readers know only the newest schema, so migrate an older library first.
            connect(checkpoint_dir).close()
        _begin_together(readers)
        yield readers


@contextmanager
def empty() -> Iterator[sqlite3.Connection]:
    """Open an empty library in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        _migrate(connection, Path(":memory:"))
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit everything the block wrote, or nothing if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has already rolled it back
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def definitions() -> dict[str, str]:
    """The SQL of each table and index in a library of this version, by name."""
    with empty() as connection:
        return dict(connection.execute(DEFINITIONS))


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the sounds (not removed), the removed sounds, and the users, packs and edges."""
    row = connection.execute(
        """
        WITH gone AS MATERIALIZED (
            SELECT user_id, ifnull(pack_id, -1) AS pack_id FROM sounds
            WHERE removed_at IS NOT NULL
        )
        SELECT (SELECT count(*) FROM sounds) - (SELECT count(*) FROM gone) AS sounds,
               (SELECT count(*) FROM gone) AS removed,
               -- One lookup per hub; count(DISTINCT ...) would sort all sounds. The index answers
               -- it, except for the few hubs that lost a sound.
               (SELECT count(*) FROM users WHERE EXISTS (
                    SELECT 1 FROM sounds WHERE user_id = users.id
                    AND (users.id NOT IN (SELECT user_id FROM gone) OR removed_at IS NULL)
               )) AS users,
               (SELECT count(*) FROM packs WHERE EXISTS (
                    SELECT 1 FROM sounds WHERE pack_id = packs.id
                    AND (packs.id NOT IN (SELECT pack_id FROM gone) OR removed_at IS NULL)
               )) AS packs,
               (SELECT count(*) + count(pack_id) FROM links) AS edges
        """
    ).fetchone()
    return dict(row)


def _require(path: Path) -> None:
    if not path.exists():
        raise NoLibraryError(f"no library at {path}; run scripts/collect_sounds.py first")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot create {folder}: {error.strerror}") from error


@contextmanager
def _reader(uri: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    with closing(connection):
        connection.row_factory = sqlite3.Row
        yield connection


def _begin_together(readers: Sequence[sqlite3.Connection]) -> None:
    """Begin a transaction on each connection, all before or all after whatever another commits."""
    while True:
        before = _data_version(readers[-1])
        for reader in readers:
            reader.execute("BEGIN")
            reader.execute("SELECT 1 FROM meta").fetchone()  # takes the snapshot
        if _data_version(readers[-1]) == before:
            return
        for reader in readers:
            reader.execute("ROLLBACK")


def _data_version(connection: sqlite3.Connection) -> int:
    # It changes when another connection commits: https://sqlite.org/pragma.html#pragma_data_version
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def _translated_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LibraryError(f"{path} is being written by another process; try again") from error
        raise LibraryError(f"cannot use {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DamagedLibraryError(
            f"{path} is damaged or not a library ({error}); scripts/restore_library.py restores it"
        ) from error


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        version = _version(connection)  # again, now that no other process can change it
        tables = dict(connection.execute(DEFINITIONS).fetchall())
        if (version or tables) and not {"meta", "sounds"} <= tables.keys():
            raise DamagedLibraryError(f"{path} is the database of another program")
        if version > len(MIGRATIONS):
            raise LibraryError(f"{path} comes from a newer Soundweave; update your checkout")
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
