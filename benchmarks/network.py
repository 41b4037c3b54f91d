"""Measure the network's work at 1 000 to 700 000 sounds, ours beside what people would use instead.

All rows of a table run in one go, each in a process of its own on a copy of the same library, so
ratios mean something where times do not. Writes docs/performance.md.
"""

import argparse
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import edge_contenders, layout_contenders, libraries, validation_contenders
from benchmarks.contender import Contender
from benchmarks.measure import Measured, measure
from soundweave.base import cli, files, paths
from soundweave.base.progress import progress

SIZES = (1_000, 10_000, 100_000, 700_000)
GROUPS = {
    "edges": ("User and pack edges", edge_contenders.ROWS),
    "validation": ("Validation", validation_contenders.ROWS),
    "layout": ("Communities and positions", layout_contenders.ROWS),
}
DOCUMENT = paths.ROOT / "docs" / "performance.md"
HEAD = """\
# Performance

Written by `make benchmark`. Every row of a table was measured in the same run, each in a process
of its own on a copy of the same synthetic library (users and packs with Freesound's tails, the
largest user with 40 000 of 700 000 sounds). **Ours** are the rows in bold. Time is wall time,
memory the peak of the whole process. Compare rows, not absolute times: {machine}.
"""

Cell = tuple[Contender, int, Measured]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the document; returns 0."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    jobs = [
        (contender, size)
        for group in args.group or GROUPS
        for size in args.size or SIZES
        for contender in GROUPS[group][1]
    ]
    cells = list(_measured(jobs, args.limit_seconds, args.limit_gigabytes))
    text = _document(cells, _text_of(args.output))
    if args.output:
        files.write_text(args.output, text)
    result = {"rows": [_flat(*cell) for cell in cells]}
    cli.show(result, text, as_json=args.json)
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Measure the network's work, ours beside what people would use instead.",
        "PYTHONPATH=scripts python -m benchmarks.network --group edges --size 10000",
    )
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="all without it")
    parser.add_argument("--size", action="append", type=cli.positive, help="sounds; repeatable")
    parser.add_argument("--limit-seconds", type=float, default=300.0, help="for one row (300)")
    parser.add_argument("--limit-gigabytes", type=float, default=16.0, help="for one row (16)")
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _measured(
    jobs: list[tuple[Contender, int]], seconds: float, gigabytes: float
) -> Iterator[Cell]:
    with tempfile.TemporaryDirectory(prefix="soundweave-benchmark-") as name:
        folder = Path(name)
        with progress("measuring", len(jobs), "rows") as bar:
            for contender, size in jobs:
                bar.note(f"{contender.group}, {size} sounds: {contender.name}")
                yield contender, size, _one(folder, contender, size, seconds, gigabytes)
                bar.step()


def _one(
    folder: Path, contender: Contender, size: int, seconds: float, gigabytes: float
) -> Measured:
    if contender.largest is not None and size > contender.largest:
        return Measured(failure=contender.why or "not tried")
    library = folder / str(size)
    if not library.exists():
        libraries.make(library, size)
    copy = folder / "copy"
    shutil.copytree(library, copy)
    try:
        if contender.prepare is not None:
            contender.prepare(copy)
        return measure(contender.function, copy, limit_seconds=seconds, limit_gigabytes=gigabytes)
    finally:
        shutil.rmtree(copy)


def _document(cells: list[Cell], before: str) -> str:
    machine = f"{platform.machine()}, {cpus()} cores, Python {platform.python_version()}"
    parts = [HEAD.format(machine=machine)]
    # A group that was not measured now keeps its table.
    kept = dict(re.findall(r"^## (.+)\n\n((?:.+\n)+)", before, flags=re.MULTILINE))
    for group, (title, _) in GROUPS.items():
        chosen = [cell for cell in cells if cell[0].group == group]
        table = _table(chosen) if chosen else kept.get(title)
        if table:
            parts.append(f"## {title}\n\n{table}")
    return "\n".join(parts)


def _text_of(path: Path | None) -> str:
    return path.read_text(encoding="utf-8") if path is not None and path.exists() else ""


def _table(cells: list[Cell]) -> str:
    sizes = sorted({size for _, size, _ in cells})
    names = list(dict.fromkeys((contender.name, contender.ours) for contender, _, _ in cells))
    found = {(contender.name, size): measured for contender, size, measured in cells}
    lines = ["| way | " + " | ".join(f"{size:,} sounds" for size in sizes) + " |"]
    lines.append("| --- |" + " --- |" * len(sizes))
    for name, ours in names:
        shown = [_cell(found.get((name, size))) for size in sizes]
        lines.append(f"| {f'**{name}**' if ours else name} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _cell(measured: Measured | None) -> str:
    if measured is None:
        return ""
    if measured.failure:
        return f"– ({measured.failure})"
    result = measured.result
    shown = f"{result:,}" if isinstance(result, int) else str(result or "")
    text = f"{measured.seconds:.3g} s, {measured.megabytes:.0f} MB"
    return f"{text}, {shown}" if shown else text


def _flat(contender: Contender, size: int, measured: Measured) -> dict[str, Any]:
    about = {"group": contender.group, "name": contender.name, "ours": contender.ours}
    return {**about, "sounds": size, **vars(measured)}


def cpus() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
