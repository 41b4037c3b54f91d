"""Measure the command that writes the site: time, memory, files, and what a reader loads first.

A synthetic library is made for each size; the command runs on it as a user runs it, then once more
after a night's new sounds. Writes docs/site-performance.md with --output.
"""

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import libraries, named_libraries
from benchmarks.measure import measure
from soundweave.base import cli, files, paths
from soundweave.base.errors import SoundweaveError
from soundweave.base.progress import progress

SIZES = (10_000, 100_000, 700_000)
LIBRARY, METRICS, MILESTONES = "library", "metrics.jsonl", "milestones.jsonl"
FIRST_VIEW = {  # what is loaded before anything is done
    "front page": ("index.html", "assets/site-*.css", "assets/front-*.js"),
    "map": ("map.html", "assets/site-*.css", "assets/map-*.js", "map/overview.json"),
}
MAP_DATA = ("map/*.json",)
LIMITS = {100_000: (60, 2_000), 700_000: (300, 2_000)}  # sounds: seconds, MB
PREPARATION = 1_800  # seconds for a library, at most
HEAD = """\
# The site in numbers

Written by `make benchmark`. Libraries are synthetic: users, packs, tags and names with Freesound's
tails, and 2 % of the sounds with similar ones. Sizes are gzip -9 unless they are on disk. Memory is
the peak of the whole process. Times are wall times and depend on the machine: {machine}.
"""


@dataclass(frozen=True)
class Run:
    """What the command took: `files` by the first part of their path, `kept` those unchanged."""

    seconds: float
    megabytes: float
    written: int
    kept: int


@dataclass(frozen=True)
class Site:
    """One size: the first run, the one a night later, and what the site is made of."""

    sounds: int
    first: Run
    later: Run
    files: int
    disk: int
    largest_page: int
    views: dict[str, int]
    map_data: int
    folders: dict[str, int]


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
        "PYTHONPATH=scripts python -m benchmarks.website --sounds 100000",
    )
    parser.add_argument(
        "--sounds", action="append", type=cli.positive, help="size of a library; repeatable"
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _measure(folder: Path, sounds: int) -> Site:
    _apart(named_libraries.make, folder / LIBRARY, sounds)
    libraries.add_metrics(folder / LIBRARY, folder / METRICS)
    first = _run(folder)
    _apart(named_libraries.add_night, folder / LIBRARY)
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


def _apart(function: Callable[..., None], *arguments: object) -> None:
    """Run a function in a process of its own: ours stays small, and the command begins with it."""
    made = measure(function, *arguments, limit_seconds=PREPARATION)
    if made.failure:
        raise SoundweaveError(f"the library could not be made: {made.failure}")


def _run(folder: Path) -> Run:
    command = [
        *(sys.executable, str(paths.ROOT / "scripts" / "generate_landing_page.py"), "--json"),
        *("--checkpoint-dir", str(folder / LIBRARY), "--output-dir", str(folder / "site")),
        *("--metrics-history", str(folder / METRICS)),
        *("--milestone-history", str(folder / MILESTONES)),
    ]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=paths.ROOT) as process:
        answer = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SoundweaveError(f"generate_landing_page.py ended with {process.returncode}")
    built = json.loads(answer)
    return Run(round(seconds, 1), usage.ru_maxrss / 1024, built["written"], built["kept"])


def _kind(path: Path) -> str:
    """Return the folder of a file; those of other languages count with the English ones."""
    parts = [part for part in path.parts[:-1] if len(part) > 2]
    return "/".join(parts[:2]) or "pages at the top"


def _gzipped(public: Path, patterns: Iterable[str]) -> int:
    found = (path for pattern in patterns for path in sorted(public.glob(pattern)))
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in found)


def _document(sites: Sequence[Site]) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    folders = sorted({folder for site in sites for folder in site.folders})
    runs = [
        ("seconds", [_bounded(site, site.first.seconds, 0) for site in sites]),
        ("memory, MB", [_bounded(site, site.first.megabytes, 1) for site in sites]),
        ("files", [f"{site.files:,}" for site in sites]),
        ("on disk, MB", [_mega(site.disk) for site in sites]),
        ("seconds a night later", [f"{site.later.seconds:,.1f}" for site in sites]),
        ("files kept then, by hard link", [_share(site.later) for site in sites]),
    ]
    loads = [
        *(
            (f"first view: {name}", [_kilo(site.views[name]) for site in sites])
            for name in FIRST_VIEW
        ),
        ("all map data", [_kilo(site.map_data) for site in sites]),
        ("largest HTML page, not compressed", [_kilo(site.largest_page) for site in sites]),
    ]
    disk = [(folder, [_mega(site.folders.get(folder, 0)) for site in sites]) for folder in folders]
    return "\n".join(
        [
            HEAD.format(machine=machine),
            "## Writing it\n\n" + _table("", sites, runs),
            "## Loading it, kB\n\n" + _table("", sites, loads),
            "## On disk, MB\n\n" + _table("folder", sites, disk),
        ]
    )


def _table(name: str, sites: Sequence[Site], rows: Iterable[tuple[str, list[str]]]) -> str:
    lines = [f"| {name} | " + " | ".join(f"{site.sounds:,} sounds" for site in sites) + " |"]
    lines.append("| --- |" + " ---: |" * len(sites))
    lines += [f"| {title} | {' | '.join(cells)} |" for title, cells in rows]
    return "\n".join(lines) + "\n"


def _bounded(site: Site, value: float, which: int) -> str:
    """Return a number with what it may be at most, where that is set."""
    limit = LIMITS.get(site.sounds)
    return f"{value:,.0f}" + (f" (at most {limit[which]:,})" if limit else "")


def _share(run: Run) -> str:
    return f"{run.kept / max(run.kept + run.written, 1):.0%}"


def _kilo(size: int) -> str:
    return f"{size / 1000:,.1f}"


def _mega(size: int) -> str:
    return f"{size / 1_000_000:,.1f}"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
