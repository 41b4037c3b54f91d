"""Measure the command that writes the site: time, memory, files, and what a reader loads first.

The command runs on a synthetic library of each size, then once more after a night's new sounds.
Writes docs/site-performance.md with --output.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import libraries, named_libraries
from benchmarks.measure import machine, measure, table
from soundweave.base import cli, files, paths
from soundweave.base.errors import SoundweaveError
from soundweave.base.progress import progress

SIZES = (10_000, 100_000, 700_000)
LIBRARY, METRICS, MILESTONES = "library", "metrics.jsonl", "milestones.jsonl"
FIRST_VIEW = {  # files that are loaded before any interaction
    "front page": ("index.html", "assets/site-*.css", "assets/front-*.js"),
    "map": ("map.html", "assets/site-*.css", "assets/map-*.js", "map/overview.json"),
}
MAP_DATA = ("map/*.json",)
LIMITS = {100_000: (60, 2_000), 700_000: (300, 2_000)}  # sounds: seconds, MB
PREPARATION_SECONDS = 1_800  # for a library, at most
HEAD = """\
# The site in numbers

Written by `make benchmark`. Libraries are synthetic: users, packs, tags and names with Freesound's
tails, and 2 % of the sounds with similar ones. Sizes are gzip -9 unless they are on disk. Memory is
the peak of the whole process. Times are wall times and depend on the machine: {machine}.
"""


@dataclass(frozen=True)
class Run:
    """One run of the command: files `written`, and files `kept` from the previous run."""

    seconds: float
    megabytes: float
    written: int
    kept: int

    @property
    def reused(self) -> float:
        """The share of the files that did not change."""
        return self.kept / max(self.kept + self.written, 1)


@dataclass(frozen=True)
class Site:
    """One size: the first run, the one a night later, and the site's sizes in bytes."""

    sounds: int
    first: Run
    later: Run
    files: int
    disk: int
    largest_page: int
    views: dict[str, int]
    map_data: int
    folders: dict[str, int]


Rows = dict[str, Callable[[Site], str]]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the document; returns 0."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    sites = []
    sizes = args.sounds or SIZES
    with progress("measuring", len(sizes), "sizes") as bar:
        for sounds in sizes:
            bar.note(f"{sounds} sounds")
            with tempfile.TemporaryDirectory(prefix="soundweave-site-") as folder:
                sites.append(_measure(Path(folder), sounds))
            bar.step()
    text = _document(sites)
    if args.output:
        files.write_text(args.output, text)
    cli.show({"sites": [asdict(site) for site in sites]}, text, as_json=args.json)
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Measure the command that writes the site.",
        "python -m benchmarks.website --sounds 100000",
    )
    parser.add_argument(
        "--sounds", action="append", type=cli.positive, help="size of a library; repeatable"
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _measure(folder: Path, sounds: int) -> Site:
    _in_new_process(named_libraries.make, folder / LIBRARY, sounds)
    libraries.add_metrics(folder / LIBRARY, folder / METRICS)
    first = _run(folder)
    _in_new_process(named_libraries.add_night, folder / LIBRARY)
    libraries.add_metrics(folder / LIBRARY, folder / METRICS)
    later = _run(folder)
    public = folder / "site" / "public"
    sizes = {path: path.stat().st_size for path in public.rglob("*") if path.is_file()}
    folders: Counter[str] = Counter()
    for path, size in sizes.items():
        folders[_kind(path.relative_to(public))] += size
    return Site(
        sounds=sounds,
        first=first,
        later=later,
        files=len(sizes),
        disk=sum(sizes.values()),
        largest_page=max(size for path, size in sizes.items() if path.suffix == ".html"),
        views={name: _gzipped(public, patterns) for name, patterns in FIRST_VIEW.items()},
        map_data=_gzipped(public, MAP_DATA),
        folders=dict(sorted(folders.items())),
    )


def _in_new_process(function: Callable[..., None], *arguments: object) -> None:
    """Keep this process small: its memory counts for the command, which is started from it."""
    measured = measure(function, *arguments, limit_seconds=PREPARATION_SECONDS)
    if measured.failure:
        raise SoundweaveError(f"could not create the library: {measured.failure}")


def _run(folder: Path) -> Run:
    command = [
        *(sys.executable, str(paths.ROOT / "scripts" / "generate_landing_page.py"), "--json"),
        *("--checkpoint-dir", str(folder / LIBRARY), "--output-dir", str(folder / "site")),
        *("--metrics-history", str(folder / METRICS)),
        *("--milestone-history", str(folder / MILESTONES)),
    ]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=paths.ROOT) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SoundweaveError(f"generate_landing_page.py ended with {process.returncode}")
    built = json.loads(output)
    return Run(round(seconds, 1), usage.ru_maxrss / 1024, built["written"], built["kept"])


def _kind(path: Path) -> str:
    """Return the folder of a file; other languages count with the English ones."""
    parts = [part for part in path.parts[:-1] if len(part) > 2]
    return "/".join(parts[:2]) or "pages at the top"


def _gzipped(public: Path, patterns: Iterable[str]) -> int:
    matches = (path for pattern in patterns for path in sorted(public.glob(pattern)))
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in matches)


def _document(sites: Sequence[Site]) -> str:
    folders = sorted({folder for site in sites for folder in site.folders})
    speed: Rows = {
        "seconds": lambda site: _with_limit(site, site.first.seconds, 0),
        "memory, MB": lambda site: _with_limit(site, site.first.megabytes, 1),
        "files": lambda site: f"{site.files:,}",
        "on disk, MB": lambda site: _megabytes(site.disk),
        "seconds a night later": lambda site: f"{site.later.seconds:,.1f}",
        "seconds a night later, of a fresh site's": lambda site: (
            f"{site.later.seconds / site.first.seconds:.2f}"
        ),
        "files reused then, by hard link": lambda site: f"{site.later.reused:.0%}",
    }
    loading: Rows = {
        **{
            f"first view: {view}": partial(
                lambda site, view: _kilobytes(site.views[view]), view=view
            )
            for view in FIRST_VIEW
        },
        "all map data": lambda site: _kilobytes(site.map_data),
        "largest HTML page, not compressed": lambda site: _kilobytes(site.largest_page),
    }
    disk: Rows = {
        folder: partial(lambda site, name: _megabytes(site.folders.get(name, 0)), name=folder)
        for folder in folders
    }
    return "\n".join(
        [
            HEAD.format(machine=machine()),
            "## Writing it\n\n" + _table("", sites, speed),
            "## Loading it, kB\n\n" + _table("", sites, loading),
            "## On disk, MB\n\n" + _table("folder", sites, disk),
        ]
    )


def _table(title: str, sites: Sequence[Site], rows: Rows) -> str:
    header = [title, *(f"{site.sounds:,} sounds" for site in sites)]
    cells = ([name, *map(text_of, sites)] for name, text_of in rows.items())
    return table(header, cells, numbers=True)


def _with_limit(site: Site, value: float, index: int) -> str:
    limits = LIMITS.get(site.sounds)
    return f"{value:,.0f}" + (f" (at most {limits[index]:,})" if limits else "")


def _kilobytes(size: int) -> str:
    return f"{size / 1000:,.1f}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f}"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
