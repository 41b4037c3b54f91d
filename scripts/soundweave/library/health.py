"""Whether a library's file is intact, and repairing or setting aside one that is not."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from soundweave.base.errors import DamagedLibraryError, LibraryError
from soundweave.library import database, edges

COPY_NAME = "library.copy"  # complete and checked, about to take the library's place
# What the other tables say again. `positions` and `communities` are the map.
DERIVED = ("links", "links_due", "user_hubs", "pack_hubs", "communities", "positions")
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
# Errors that are about the machine, not about the content of the file.
OF_THE_MACHINE = ("locked", "disk", "unable to open", "readonly", "permission")


@dataclass(frozen=True)
class Health:
    """What is wrong with a library, empty if it is intact; `repairable` if all sounds are."""

    problem: str = ""
    repairable: bool = False


def check(checkpoint_dir: Path) -> Health:
    """Check a library's file.

    Raises NoLibraryError without one, and LibraryError if the reason is not in the file: it is
    in use, or from a newer version.
    """
    digest = checkpoint_dir / database.DIGEST_NAME
    path = checkpoint_dir / database.FILE_NAME
    _recover(checkpoint_dir)
    if digest.exists() and path.exists() and digest.read_text().strip() != sha256(path):
        return Health("its content is not what was saved")
    try:
        with database.writing(checkpoint_dir) as connection:
            return _check(connection)
    except (DamagedLibraryError, UnicodeError) as error:
        return Health(str(error))
    except LibraryError as error:
        cause = error.__cause__
        if not isinstance(cause, sqlite3.Error) or _is_of_the_machine(cause):
            raise
        return Health(str(error))


def repair(checkpoint_dir: Path) -> None:
    """Copy all but the derived tables into a new file, and draw the edges again.

    Raises LibraryError if they cannot be read after all; the old file stays then.
    """
    folder = checkpoint_dir / "repaired"
    shutil.rmtree(folder, ignore_errors=True)
    with database.writing(folder, create=True) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS damaged", (str(checkpoint_dir / database.FILE_NAME),))
        with database.transaction(connection):
            for table in _sources(connection):
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM damaged.{table}")
        connection.execute("DETACH damaged")
        edges.update(connection, rebuild=True)
    (folder / database.FILE_NAME).rename(checkpoint_dir / COPY_NAME)
    shutil.rmtree(folder)
    _put_in_place(checkpoint_dir)


def set_aside(checkpoint_dir: Path, destination: Path) -> Path:
    """Move a library's files away, for a person to look at; returns the new path of its file."""
    number = 1 + sum(1 for _ in destination.glob("library-*.db"))
    target = destination / f"library-{number}.db"
    destination.mkdir(parents=True, exist_ok=True)
    for path in _files(checkpoint_dir):
        shutil.move(path, target.with_name(path.name.replace(database.FILE_NAME, target.name)))
    return target


def remove(checkpoint_dir: Path) -> None:
    """Delete a library's files."""
    for path in _files(checkpoint_dir):
        path.unlink()


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def save_copy(checkpoint_dir: Path, target: Path) -> None:
    """Write a consistent, checked copy of a library to `target`, whole or not at all.

    Raises DamagedLibraryError if the copy is not intact; NoLibraryError and LibraryError as usual.
    """
    temporary = target.with_name(f".{target.name}.copy")
    temporary.unlink(missing_ok=True)
    try:
        with database.snapshot(checkpoint_dir) as reader:
            reader.execute("COMMIT")  # VACUUM takes a snapshot of its own
            reader.execute("VACUUM INTO ?", (str(temporary),))  # makes the indexes again, too
        with closing(sqlite3.connect(temporary)) as copy:
            problem = _check(copy).problem
        if problem:
            raise DamagedLibraryError(f"the copy of {checkpoint_dir} is not intact: {problem}")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def replace_by_copy(checkpoint_dir: Path) -> Path:
    """Replace a library by a checked copy of itself, with its digest; returns its file.

    A writer that is still running goes on with the old file, and disturbs nothing.
    """
    path = checkpoint_dir / database.FILE_NAME
    save_copy(checkpoint_dir, checkpoint_dir / COPY_NAME)
    _put_in_place(checkpoint_dir)
    path.with_name(database.DIGEST_NAME).write_text(f"{sha256(path)}\n")
    return path


def _put_in_place(checkpoint_dir: Path) -> None:
    # Beside the old file's write-ahead log, the new file would be damaged.
    remove(checkpoint_dir)
    (checkpoint_dir / COPY_NAME).rename(checkpoint_dir / database.FILE_NAME)


def _recover(checkpoint_dir: Path) -> None:
    """Finish a replacement that was killed halfway; forget one that had not begun."""
    copy = checkpoint_dir / COPY_NAME
    if copy.exists() and not (checkpoint_dir / database.FILE_NAME).exists():
        _put_in_place(checkpoint_dir)
    copy.unlink(missing_ok=True)


def _check(connection: sqlite3.Connection) -> Health:
    expected = database.definitions()
    if dict(connection.execute(database.DEFINITIONS).fetchall()) != expected:
        return Health("its tables are not the ones of this version")
    problem = _quick_check(connection)
    if not problem:
        return Health()
    intact = all(not _quick_check(connection, table) for table in _sources(connection))
    return Health(problem, repairable=intact)


def _quick_check(connection: sqlite3.Connection, table: str = "") -> str:
    argument = f"({table})" if table else "(1)"
    try:
        result = str(connection.execute(f"PRAGMA quick_check{argument}").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if result == "ok" else " ".join(result.split())


def _sources(connection: sqlite3.Connection) -> list[str]:
    names = [str(row[0]) for row in connection.execute(TABLES)]
    return [name for name in names if name not in DERIVED]


def _files(checkpoint_dir: Path) -> list[Path]:
    return sorted(checkpoint_dir.glob(f"{database.FILE_NAME}*"))


def _is_of_the_machine(error: sqlite3.Error) -> bool:
    return any(word in str(error) for word in OF_THE_MACHINE)
