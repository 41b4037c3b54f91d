"""Saves the library after a night: a checked copy for the cache, ids for git, a draft release."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soundweave.base import times
from soundweave.base.errors import PublishError
from soundweave.github.releases import DraftRelease
from soundweave.library import database, health, identity, store
from soundweave.storage import rebuilding, recorded_ids, release_copies
from soundweave.storage.recorded_ids import Recorded


@dataclass
class Saved:
    """What was saved; `uploaded` if the draft release got a copy."""

    sounds: int
    uploaded: bool = False
    notes: list[str] = field(default_factory=list)


def save(
    checkpoint_dir: Path,
    library_ids: Path,
    *,
    is_milestone: bool,
    environ: Mapping[str, str] = os.environ,
) -> Saved:
    """Replace the library by a checked copy, and write what the other tiers keep of it.

    Raises NoLibraryError without a library, DamagedLibraryError if it is not intact; then nothing
    is written.
    """
    path = health.replace_by_copy(checkpoint_dir)
    repository = recorded_ids.repository(environ)
    recorded = recorded_ids.read(library_ids, repository)
    with database.snapshot(checkpoint_dir) as reader:
        library_id = identity.read(reader).id
        known = recorded_ids.known(reader)
        removed = {row["id"] for row in reader.execute("SELECT id FROM sounds WHERE removed_at")}
        pending = rebuilding.missing_ids(reader, recorded) if recorded else []
        if not store.is_rebuilding(reader):
            pending = []
    result = Saved(len(known))
    if recorded:
        result.notes += _losses(recorded, known.keys() | pending, removed)
        known |= {sound_id: recorded.first_seen[sound_id] for sound_id in pending}
    recorded_ids.write(library_ids, library_id, repository, known)
    if environ.get("GITHUB_TOKEN"):
        _upload(path, library_id, result, is_milestone=is_milestone, environ=environ)
    return result


def _losses(recorded: Recorded, known: set[int], removed: set[int]) -> list[str]:
    """Say why the library is smaller than the one that was saved before, if it is."""
    gone = recorded.first_seen.keys() - known
    if len(known) >= len(recorded.first_seen) or not gone:
        return []
    left = len(gone & removed)
    return [
        f"{len(known)} sounds replace {len(recorded.first_seen)}: {left} were removed from"
        f" Freesound, {len(gone) - left} could not be restored"
    ]


def _upload(
    path: Path,
    library_id: str,
    result: Saved,
    *,
    is_milestone: bool,
    environ: Mapping[str, str],
) -> None:
    now = times.now()
    release = DraftRelease(environ)
    try:
        if is_milestone or release_copies.is_due(release_copies.copies(release), library_id, now):
            release_copies.upload(release, path, library_id, result.sounds, now)
            result.uploaded = True
    except PublishError as error:
        result.notes.append(f"no copy was put into the draft release: {error}")
