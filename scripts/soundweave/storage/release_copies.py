"""Copies of the library in a draft release: compressed, named by what is in them."""

import gzip
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from soundweave.base import times
from soundweave.base.errors import DamagedLibraryError
from soundweave.github.releases import Asset, DraftRelease

NAME = re.compile(
    r"library-(?P<library>[0-9a-f]{16})-(?P<sounds>\d{1,12})-sounds-(?P<time>\d{8}T\d{6}Z)\.db\.gz"
)
SET_ASIDE = "set-aside-"
KEEP = 2  # the newest copies of a library; its largest one stays as well
NEARLY_ALL = 0.95  # of the sounds that a library should have
KEEP_SET_ASIDE = 2
DAYS = 7  # a copy is written at least this often
LEVEL = 6  # of gzip: higher ones take long and save little


@dataclass(frozen=True)
class Copy:
    """An asset of the release that is a copy of a library."""

    asset: Asset
    library_id: str
    sounds: int
    time: str


def copies(release: DraftRelease) -> list[Copy]:
    """The copies in the release, those with the most sounds first, then the newest."""
    matches = [(asset, NAME.fullmatch(asset.name)) for asset in release.assets()]
    found = [
        Copy(asset, match["library"], int(match["sounds"]), match["time"])
        for asset, match in matches
        if match
    ]
    return sorted(found, key=lambda copy: (copy.sounds, copy.time), reverse=True)


def best_first(copies: list[Copy], expected: int) -> list[Copy]:
    """Sort the copies of a library of about `expected` sounds: the newest nearly whole one first.

    An older copy may have more sounds, but some of them are gone by now, and newer ones missing.
    """
    enough = NEARLY_ALL * max([expected, *(copy.sounds for copy in copies)])
    whole = [copy for copy in copies if copy.sounds >= enough]
    rest = [copy for copy in copies if copy.sounds < enough]
    return sorted(whole, key=lambda copy: copy.time, reverse=True) + rest


def is_due(existing: list[Copy], library_id: str, now: str) -> bool:
    """Whether the newest copy of a library is too old, or missing."""
    newest = max((copy.time for copy in existing if copy.library_id == library_id), default="")
    return newest <= _name_time(times.before(now, days=DAYS))


def upload(release: DraftRelease, library: Path, library_id: str, sounds: int, now: str) -> None:
    """Upload a copy, then delete those that are no longer needed."""
    name = f"library-{library_id}-{sounds}-sounds-{_name_time(now)}.db.gz"
    _upload(release, library, name)
    own = [copy for copy in copies(release) if copy.library_id == library_id]
    for copy in sorted(own[1:], key=lambda copy: copy.time, reverse=True)[KEEP:]:
        release.delete(copy.asset)


def upload_set_aside(release: DraftRelease, library: Path, now: str) -> None:
    """Keep a damaged library for a person to look at, in place of the oldest one."""
    _upload(release, library, f"{SET_ASIDE}{_name_time(now)}.db.gz")
    kept = [asset for asset in release.assets() if asset.name.startswith(SET_ASIDE)]
    for asset in kept[:-KEEP_SET_ASIDE]:
        release.delete(asset)


def download(release: DraftRelease, copy: Copy, target: Path) -> None:
    """Unpack a copy to `target`; raises DamagedLibraryError if it cannot be unpacked."""
    packed = target.with_name(f"{target.name}.gz")
    try:
        release.download(copy.asset, packed)
        with gzip.open(packed) as source, target.open("wb") as stream:
            shutil.copyfileobj(source, stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DamagedLibraryError(f"{copy.asset.name} is damaged: {error}") from error
    finally:
        packed.unlink(missing_ok=True)


def _upload(release: DraftRelease, library: Path, name: str) -> None:
    packed = library.with_name(f"{library.name}.gz")
    try:
        with library.open("rb") as source, gzip.open(packed, "wb", LEVEL) as stream:
            shutil.copyfileobj(source, stream)
        release.upload(packed, name)
    finally:
        packed.unlink(missing_ok=True)


def _name_time(stamp: str) -> str:
    return stamp.replace("-", "").replace(":", "")
