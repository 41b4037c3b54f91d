"""Restores the library before a night: from the cache, a draft release, or the ids in git.

The cached library is used if it is intact and has the sounds that its history records. Otherwise
the other two are asked, and the library with the most sounds wins; what it lacks is requested
again. A damaged library is set aside, never deleted.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from soundweave.base import jsonl, times
from soundweave.base.config import Config
from soundweave.base.errors import (
    DamagedLibraryError,
    LibraryError,
    NoLibraryError,
    PublishError,
)
from soundweave.github.releases import DraftRelease
from soundweave.library import database, health, identity, store
from soundweave.library.identity import FIELD, Identity
from soundweave.storage import rebuilding, recorded_ids, release_copies
from soundweave.storage.recorded_ids import Recorded

CACHE, RELEASE, IDS, NEW = "cache", "draft release", "ids in git", "new"


@dataclass(frozen=True)
class Places:
    """Where the library and what is known of it are."""

    checkpoint_dir: Path
    library_ids: Path
    metrics_history: Path
    set_aside: Path


@dataclass
class Restored:
    """Where the library came from and how large it is; `notes` are for a person to read."""

    tier: str = NEW
    sounds: int = 0
    expected: int = 0
    repaired: bool = False  # the derived tables; the map has to be drawn again
    notes: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, as far as is known."""
        return self.tier != NEW and self.sounds >= self.expected


def restore(config: Config, places: Places, environ: Mapping[str, str] = os.environ) -> Restored:
    """Restore the library into its folder, from the first tier that has all of it.

    Raises LibraryError if there is a library, but none of it can be had now: nothing may be
    collected then, because a new library would take the place of the old one.
    """
    recorded = recorded_ids.read(places.library_ids, recorded_ids.repository(environ))
    release = DraftRelease(environ) if environ.get("GITHUB_TOKEN") else None
    result = Restored()
    _use_cache(places, result, release, recorded)
    library = _identity(places, recorded)
    result.expected = _expected(places, library, recorded)
    if release and not result.is_complete:
        _use_release(places, result, release, library)
    if recorded and (not result.is_complete or _is_under_way(places)):
        _use_ids(config, places, result, recorded)
    if result.expected and not result.sounds:
        raise LibraryError(
            f"the library of {result.expected} sounds cannot be restored now:"
            f" {'; '.join(result.notes) or 'no copy was found'}. Nothing was changed; run this"
            f" again later. To start from scratch, delete {places.library_ids}"
        )
    if result.tier != NEW and not result.is_complete:
        result.notes.append(
            f"{result.expected - result.sounds} of {result.expected} recorded sounds are missing:"
            " no other copy has them"
        )
    return result


def _use_cache(
    places: Places, result: Restored, release: DraftRelease | None, recorded: Recorded | None
) -> None:
    folder = places.checkpoint_dir
    try:
        state = health.check(folder)
    except NoLibraryError:
        return
    problem = state.problem
    if problem and state.repairable:
        problem = _repair(folder, result, problem)
    if not problem and recorded and _identity_in(folder).id != recorded.library_id:
        problem = "it is another library than the one in git"
    if problem:
        _set_aside(places, result, problem, release)
    else:
        result.tier, result.sounds = CACHE, _count(folder)


def _repair(folder: Path, result: Restored, problem: str) -> str:
    try:
        health.repair(folder)
    except LibraryError as error:
        shutil.rmtree(folder / "repaired", ignore_errors=True)
        return str(error)
    result.repaired = True
    result.notes.append(f"edges and map were damaged and are built again ({problem})")
    return ""


def _set_aside(
    places: Places, result: Restored, problem: str, release: DraftRelease | None
) -> None:
    path = health.set_aside(places.checkpoint_dir, places.set_aside)
    result.notes.append(f"the cached library cannot be used ({problem}); it was moved to {path}")
    if release:
        with _noted(result, "it could not be kept in the draft release"):
            release_copies.upload_set_aside(release, path, times.now())


def _use_release(
    places: Places, result: Restored, release: DraftRelease, library: Identity | None
) -> None:
    folder = places.checkpoint_dir / "downloaded"
    folder.mkdir(parents=True, exist_ok=True)
    with _noted(result, "the draft release cannot be read"):
        copies = [
            copy
            for copy in release_copies.copies(release)
            if copy.sounds > result.sounds and (not library or copy.library_id == library.id)
        ]
        for copy in release_copies.best_first(copies, result.expected):
            if _download(folder, copy, result, release):
                result.expected = result.expected or copy.sounds
                health.remove(places.checkpoint_dir)
                (folder / database.FILE_NAME).rename(places.checkpoint_dir / database.FILE_NAME)
                result.tier, result.sounds = RELEASE, _count(places.checkpoint_dir)
                break
    shutil.rmtree(folder)


def _download(
    folder: Path, copy: release_copies.Copy, result: Restored, release: DraftRelease
) -> bool:
    try:
        release_copies.download(release, copy, folder / database.FILE_NAME)
        problem = health.check(folder).problem
    except DamagedLibraryError as error:
        problem = str(error)
    if problem:
        result.notes.append(f"{copy.asset.name} in the draft release is damaged ({problem})")
        health.remove(folder)
    return not problem


def _use_ids(config: Config, places: Places, result: Restored, recorded: Recorded) -> None:
    before = result.sounds
    problem = rebuilding.rebuild(config, places.checkpoint_dir, recorded)
    result.sounds = _count(places.checkpoint_dir)
    if result.sounds > before:
        result.tier = IDS if not before else f"{result.tier} and the {IDS}"
        result.notes.append(f"{result.sounds - before} sounds were requested again from Freesound")
    if problem:
        result.notes.append(f"the rebuild continues the next night: {problem}")


@contextmanager
def _noted(result: Restored, what: str) -> Iterator[None]:
    try:
        yield
    except PublishError as error:
        result.notes.append(f"{what}: {error}")


def _identity(places: Places, recorded: Recorded | None) -> Identity | None:
    if recorded:
        return recorded.identity
    try:
        return _identity_in(places.checkpoint_dir)
    except NoLibraryError:
        return None


def _identity_in(checkpoint_dir: Path) -> Identity:
    with database.snapshot(checkpoint_dir) as reader:
        return identity.read(reader)


def _expected(places: Places, library: Identity | None, recorded: Recorded | None) -> int:
    if library is None:
        return 0
    lines = (line.record for line in jsonl.lines(places.metrics_history))
    own = [record.get("nodes") for record in lines if record and record.get(FIELD) == library.id]
    nights = [nodes for nodes in own if isinstance(nodes, int)]
    return nights[-1] if nights else len(recorded.first_seen if recorded else ())


def _is_under_way(places: Places) -> bool:
    with database.snapshot(places.checkpoint_dir) as reader:
        return store.is_rebuilding(reader)


def _count(checkpoint_dir: Path) -> int:
    with database.snapshot(checkpoint_dir) as reader:
        return database.counts(reader)["sounds"]
