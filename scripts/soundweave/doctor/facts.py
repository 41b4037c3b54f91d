"""What the checks look at. A fact that could not be found out says why instead."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import TypeVar

from soundweave.base.errors import SoundweaveError

Value = TypeVar("Value")
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Unknown:
    """Stands for a fact that could not be found out."""

    reason: str


SETTINGS_NEED = "it needs a token that may read the repository's settings"


class NotCheckedError(SoundweaveError):
    """A check needs a fact that is not known; the message is the reason."""


def require(fact: Value | Unknown) -> Value:
    """The fact itself; raises NotCheckedError when it is not known."""
    if isinstance(fact, Unknown):
        raise NotCheckedError(fact.reason)
    return fact


def look_up(find: Callable[[], Value]) -> Value | Unknown:
    """Find a fact out; an expected failure makes it unknown."""
    try:
        return find()
    except SoundweaveError as error:
        return Unknown(str(error))
    except OSError as error:
        return Unknown(f"{error.filename or 'a file'}: {error.strerror or error}")
    except ImportError as error:
        return Unknown(f"it needs the Python package {error.name}")


def unknown(kind: Callable[..., Kind], reason: str) -> Kind:
    """A dataclass of facts of which none is known."""
    return kind(**{field.name: Unknown(reason) for field in fields(kind)})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Machine:
    """This machine and the files on it."""

    missing_packages: tuple[str, ...] | Unknown
    missing_programs: tuple[str, ...] | Unknown
    missing_bundles: tuple[str, ...] | Unknown
    free_bytes: int | Unknown
    needed_bytes: int | Unknown
    clock_ahead: float | Unknown  # seconds, negative when it is behind
    configuration_problem: str | Unknown  # empty without one, like the next
    history_problem: str | Unknown
    histories_merge: bool | Unknown  # git keeps the lines of both sides


class LibraryState(Enum):
    """What is in the library's folder."""

    FINE = "fine"
    MISSING = "missing"
    DAMAGED = "damaged"
    NEWER = "newer"


@dataclass(frozen=True)
class Library:
    """The library on this machine."""

    state: LibraryState | Unknown
    problem: str | Unknown
    requests_left: int | Unknown  # of the 24-hour quota, by the library's own ledger


@dataclass(frozen=True)
class Chat:
    """How translations reach a chat endpoint."""

    base_url: str | Unknown
    has_key: bool


@dataclass(frozen=True)
class FreesoundAnswer:
    """How Freesound answered one search; `status` is 0 if it did not, and `detail` says more."""

    status: int
    detail: str
    is_from_api: bool = True  # rather than from a proxy or another site
    clock_ahead: float | None = None  # seconds


@dataclass(frozen=True)
class Freesound:
    """The key and the API. `has_key` is about wherever the nights of this set-up run."""

    has_key: bool | Unknown
    key_is_plain: bool | Unknown  # one word of ASCII characters
    answer: FreesoundAnswer | Unknown


@dataclass(frozen=True)
class Repository:
    """The repository as GitHub describes it."""

    archived: bool
    default_branch: str
    has_issues: bool
    has_pages: bool
    parent: str  # the upstream repository of a fork, else empty
    parent_branch: str


@dataclass(frozen=True)
class Environment:
    """The rules of the environment that deployments to Pages use."""

    allows_branch: bool
    needs_review: bool


@dataclass(frozen=True)
class Pages:
    """Where and from what GitHub publishes the site."""

    source: str  # workflow or legacy; empty while Pages are off
    url: str


@dataclass(frozen=True)
class GitHub:
    """Everything about the repository on GitHub."""

    moved: bool | Unknown
    repository: Repository | Unknown
    branch: str | Unknown  # that nights commit to
    actions_enabled: bool | Unknown
    actions_allowed: str | Unknown  # all, selected or local_only
    workflow_state: str | Unknown
    token_may_write: bool | Unknown
    pages: Pages | Unknown
    environment: Environment | Unknown
    refusing_rules: tuple[str, ...] | Unknown
    cache_gone: bool | Unknown
    commits_behind: int | Unknown
    scheduled_branch: str | Unknown  # of the newest scheduled night; empty without one
    days_since_night: float | Unknown  # since the newest scheduled night began


@dataclass(frozen=True)
class Facts:
    """All of them; `url` is the address of the repository's page, if it is known."""

    url: str
    machine: Machine
    library: Library
    chat: Chat
    freesound: Freesound
    github: GitHub
