"""Facts about this machine and the library on it; read-only."""

import re
import shutil
import sqlite3
import tomllib
from contextlib import closing
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from soundweave.doctor.facts import (
    Chat,
    Library,
    LibraryState,
    Machine,
    NotCheckedError,
    Unknown,
    look_up,
    require,
)
from soundweave.doctor.project import Project
from soundweave.freesound.quota import Quota
from soundweave.library import database

EXTRAS = ("collect", "network", "site")  # of pyproject.toml: what a night needs
PROGRAMS = ("bash", "git")
FREE_BYTES = 300_000_000  # logs, map and site of a night
COPIES = 3  # of the library: its write-ahead log, a packed copy, one to spare
REQUIREMENT = re.compile(r"([\w.-]+)>=([\d.]+)")
LATER = Unknown("other jobs of the workflow install and make it")


def machine(project: Project, clock_ahead: float | Unknown) -> Machine:
    """Look at the machine and the project's files."""
    return Machine(
        missing_packages=LATER if project.on_actions else look_up(lambda: _packages(project)),
        missing_programs=tuple(name for name in PROGRAMS if shutil.which(name) is None),
        missing_bundles=LATER
        if project.on_actions
        else look_up(lambda: _settings().missing_bundles(project)),
        free_bytes=look_up(lambda: shutil.disk_usage(_existing(project.checkpoint_dir)).free),
        needed_bytes=look_up(lambda: FREE_BYTES + COPIES * _size(project.checkpoint_dir)),
        clock_ahead=clock_ahead,
        configuration_problem=look_up(lambda: _settings().configuration_problem(project)),
        history_problem=look_up(lambda: _settings().history_problem(project)),
        histories_merge=look_up(lambda: _histories_merge(project)),
    )


def chat(project: Project) -> Chat:
    """See how translations are configured."""
    environ = project.environ
    has_key = environ.get("HAS_TRANSLATION_KEY") == "true" or bool(
        environ.get("TRANSLATION_API_KEY")
    )
    address = environ.get("TRANSLATION_BASE_URL", "").strip()
    setting = address or look_up(lambda: str(_raw(project, "translation", "chat", "base_url")))
    return Chat(setting, has_key)


def freesound_address(project: Project) -> str:
    """The address of Freesound's API, as configured; raises NotCheckedError for an invalid one."""
    address = project.environ.get("FREESOUND_BASE_URL") or _raw(project, "freesound", "base_url")
    parts = urlsplit(str(address))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        require(Unknown("freesound.base_url is no address"))
    return str(address).rstrip("/") + "/"


def library(project: Project) -> Library:
    """Look at the library, if nights are collected on this machine."""
    path = project.checkpoint_dir / database.FILE_NAME
    if not project.checkpoint_dir.is_dir():
        reason = Unknown("no library is kept on this machine")
        return Library(reason, reason, reason)
    if not path.is_file():
        return Library(LibraryState.MISSING, str(path), Unknown("there is no library"))
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            left = look_up(lambda: _requests_left(project, connection))
    except sqlite3.OperationalError as error:  # it is locked, or its folder cannot be used
        reason = Unknown(f"{path}: {error}")
        return Library(reason, reason, reason)
    except sqlite3.DatabaseError as error:
        return Library(LibraryState.DAMAGED, f"{path} ({error})", Unknown("it cannot be read"))
    if problem != "ok" or not version:
        return Library(LibraryState.DAMAGED, f"{path} ({problem})", left)
    newer = version > len(database.MIGRATIONS)
    return Library(LibraryState.NEWER if newer else LibraryState.FINE, str(path), left)


def _requests_left(project: Project, connection: sqlite3.Connection) -> int:
    freesound = _settings().load(project).freesound
    quota = Quota(
        connection,
        per_minute=freesound.requests_per_minute,
        per_day=freesound.requests_per_day,
    )
    try:
        return quota.left_today()
    except sqlite3.Error as error:
        raise NotCheckedError("the library has no ledger of requests") from error


def _packages(project: Project) -> tuple[str, ...]:
    tables = tomllib.loads(project.pyproject.read_text(encoding="utf-8"))["project"]
    lists = [tables["dependencies"], *(tables["optional-dependencies"][name] for name in EXTRAS)]
    needed = [REQUIREMENT.match(line) for lines in lists for line in lines]
    return tuple(sorted({match[1] for match in needed if match and not _has(match[1], match[2])}))


def _has(package: str, minimum: str) -> bool:
    try:
        return _release(metadata.version(package)) >= _release(minimum)
    except metadata.PackageNotFoundError:
        return False


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.resolve().parents) if path.exists())


def _size(folder: Path) -> int:
    path = folder / database.FILE_NAME
    return path.stat().st_size if path.is_file() else 0


def _histories_merge(project: Project) -> bool:
    attributes = project.git("check-attr", "merge", "--", "data/metrics_history.jsonl")
    return attributes.endswith(": union")


def _raw(project: Project, *keys: str) -> Any:
    # The file as it is: it is read before the packages that check it are installed.
    from soundweave.base import yaml_files  # noqa: PLC0415 - PyYAML may be missing

    value = yaml_files.read_yaml(project.config)
    for key in keys:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def _settings() -> ModuleType:
    from soundweave.doctor import settings  # noqa: PLC0415 - its packages may be missing

    return settings
