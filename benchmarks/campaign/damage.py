"""Nights that start with a damaged library, and must restore it."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.campaign.tally import Tally
from soundweave.base import paths
from soundweave.base.errors import SoundweaveError
from soundweave.library import database
from soundweave.nightly import Workspace, run_night
from soundweave.standin import StandIn, synthetic_catalog

SOUNDS = 420
PAGE = 4096
Damage = Callable[[random.Random, Path], None]


def run(folder: Path, count: int, seed: int) -> list[Tally]:
    """Damage a library `count` times, in each way in turn, and run nights on it."""
    generator = random.Random(seed)
    tallies = {name: Tally(name) for name in DAMAGES}
    with StandIn(synthetic_catalog(sounds=SOUNDS, seed=seed), 0, None, None) as standin:
        base = Workspace(folder / "base")
        run_night(base, standin.base_url, 50, quiet=True)
        for number in range(count):
            name = list(DAMAGES)[number % len(DAMAGES)]
            copy = Workspace(folder / "copy")
            shutil.rmtree(copy.folder, ignore_errors=True)
            shutil.copytree(base.folder, copy.folder, symlinks=True)
            DAMAGES[name](generator, copy.folder / paths.CHECKPOINT_DIR / database.FILE_NAME)
            _recover(copy, standin.base_url, tallies[name])
    return list(tallies.values())


def _recover(workspace: Workspace, base_url: str, tally: Tally) -> None:
    tally.done += 1
    try:
        tally.check(run_night(workspace, base_url, 50, quiet=True), "validation did not pass")
        sounds = workspace.known_sounds()
        tally.check(sounds == SOUNDS, f"{sounds} of {SOUNDS} sounds")
    except SoundweaveError as error:
        tally.failures.append(str(error))


def _truncate(generator: random.Random, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: generator.randrange(len(content))])


def _flip_bits(generator: random.Random, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(generator.randint(1, 40)):
        content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    path.write_bytes(content)


def _zero_pages(generator: random.Random, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(generator.randint(1, 5)):
        start = PAGE * generator.randrange(len(content) // PAGE)
        content[start : start + PAGE] = bytes(PAGE)
    path.write_bytes(content)


def _another_program(generator: random.Random, path: Path) -> None:
    kind = generator.choice(("database", "text", "picture", "empty", "noise"))
    path.unlink()
    if kind == "database":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE cookies (name, value)")
            connection.commit()
        return
    contents = {
        "text": b"version https://git-lfs.github.com/spec/v1\n",
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "empty": b"",
        "noise": generator.randbytes(50_000),
    }
    path.write_bytes(contents[kind])


DAMAGES: dict[str, Damage] = {
    "truncated": _truncate,
    "bits flipped": _flip_bits,
    "pages zeroed": _zero_pages,
    "a file of another program": _another_program,
}
