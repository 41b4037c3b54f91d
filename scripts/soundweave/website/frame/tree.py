"""The site's folder: written beside the one it replaces, which stays until the new one is complete.

A file with unchanged content becomes a hard link to the old file, so it keeps its time and is not
written again. A run that fails or is killed leaves the old site untouched.
"""

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from soundweave.base import files
from soundweave.base.errors import ConfigError

PUBLIC, NEXT, OLD = "public", ".public-next", ".public-old"
OURS = {
    "index.html",
    "api",
    "map",
    "translations",
}  # a folder without any of these is not an old site
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Tree:
    """The next site; paths are relative to its root, with / between their parts."""

    def __init__(self, new: Path, old: Path) -> None:
        self._new = new
        self._old = old
        self._folders: set[Path] = set()
        self.written = 0
        self.kept = 0
        self.paths: list[str] = []

    def write(self, path: str, content: str | bytes) -> None:
        """Add a file; if the old site has it with the same content, that one is kept."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        target = self._target(path)
        old = self._old / path
        if _same(old, data):
            os.link(old, target)
            self.kept += 1
        else:
            target.write_bytes(data)
            self.written += 1

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Add a file that is too large for memory; the block writes its content."""
        target = self._target(path)
        with target.open("wb") as stream:
            yield stream
        old = self._old / path
        if old.is_file() and filecmp.cmp(old, target, shallow=False):
            target.unlink()
            os.link(old, target)
            self.kept += 1
        else:
            self.written += 1

    def part(self) -> "Tree":
        """Return a tree for a part of the same site, which another process may write."""
        return Tree(self._new, self._old)

    def add(self, part: "Tree") -> None:
        """Count the files of a part."""
        self.written += part.written
        self.kept += part.kept

    def keep_rest(self) -> None:
        """Keep every file of the old site that was not written again."""
        written = set(self.paths)
        for old in sorted(self._old.rglob("*")):
            path = old.relative_to(self._old).as_posix()
            if path not in written and old.is_file():
                os.link(old, self._target(path))
                self.kept += 1

    def _target(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        # Names never come from outside; this is a second line of defense.
        if not parts or any(part in {".", ".."} or not SAFE.issuperset(part) for part in parts):
            raise ValueError(f"{path!r} is not a valid path of the site")
        target = self._new.joinpath(*parts)
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        if target.exists():
            raise ValueError(f"{path} is written twice")
        self.paths.append(path)
        return target


@contextmanager
def replacing(website_dir: Path) -> Iterator[Tree]:
    """Write the next site in the block; at its end it replaces `website_dir`/public.

    Raises ConfigError when the folder cannot be written to, or another run is using it.
    """
    try:
        website_dir.mkdir(parents=True, exist_ok=True)
        with files.alone(website_dir, "another run is writing the site; try again later"):
            new, public = website_dir / NEXT, website_dir / PUBLIC
            _recover(website_dir)
            new.mkdir()
            try:
                yield Tree(new, public)
                _swap(website_dir)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        path = error.filename or website_dir
        raise ConfigError(f"cannot write the site: {path}: {error.strerror or error}") from error


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _recover(folder: Path) -> None:
    """Clean up after a killed run."""
    public, old = folder / PUBLIC, folder / OLD
    if old.is_dir() and not public.exists():
        old.rename(public)  # it was killed between the two renames
    if public.exists() and not public.is_dir():
        raise ConfigError(f"{public} is not a folder; move it away")
    there = {path.name for path in public.iterdir()} if public.exists() else set()
    if there and not there & OURS:
        raise ConfigError(
            f"{public} contains other files; move them away, or choose another folder"
        )
    for leftover in (folder / NEXT, old):
        if leftover.exists():
            shutil.rmtree(leftover)


def _swap(folder: Path) -> None:
    public, old = folder / PUBLIC, folder / OLD
    if public.exists():
        public.rename(old)
    (folder / NEXT).rename(public)
    shutil.rmtree(old, ignore_errors=True)
