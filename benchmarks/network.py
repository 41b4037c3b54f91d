"""Measure the network's work at 1 000 to 700 000 sounds, ours beside what people would use instead.

All rows of a table run in one go, each in a process of its own on a copy of the same library, so
ratios mean something where times do not. Writes docs/performance.md.
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import edge_contenders, layout_contenders, libraries, validation_contenders
from benchmarks.measure import Contender, Measured, machine, measure, table
from soundweave.base import cli, files
from soundweave.base.progress import progress

SIZES = (1_000, 10_000, 100_000, 700_000)
GROUPS = {
    "edges": ("User and pack edges", edge_contenders.ROWS),
    "validation": ("Validation", validation_contenders.ROWS),
    "layout": ("Communities and positions", layout_contenders.ROWS),
}
HEAD = """\
# Performance

Written by `make benchmark`. Every row of a table was measured in the same run, each in a process
of its own on a copy of the same synthetic library (users and packs with Freesound's tails, the
largest user with 40 000 of 700 000 sounds). **Ours** are the rows in bold. Time is wall time,
memory the peak of the whole process. Compare rows, not absolute times: {machine}.
"""

Cells = dict[tuple[str, Contender, int], Measured]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the document; returns 0."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    jobs = [
        (group, contender, size)
        for group in args.group or GROUPS
        for size in args.size or SIZES
        for contender in GROUPS[group][1]
    ]
    cells = dict(zip(jobs, _measured(jobs, args.limit_seconds, args.limit_gigabytes), strict=True))
    text = _document(cells, args.output)
    if args.output:
        files.write_text(args.output, text)
    rows = [
        {"group": group, "name": contender.name, "ours": contender.ours, "sounds": size}
        | vars(measured)
        for (group, contender, size), measured in cells.items()
    ]
    cli.show({"rows": rows}, text, as_json=args.json)
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Measure the network's work, ours beside what people would use instead.",
        "python -m benchmarks.network --group edges --size 10000",
    )
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="default: all")
    parser.add_argument("--size", action="append", type=cli.positive, help="sounds; repeatable")
    parser.add_argument("--limit-seconds", type=float, default=300.0, help="per row (300)")
    parser.add_argument("--limit-gigabytes", type=float, default=16.0, help="per row (16)")
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _measured(
    jobs: list[tuple[str, Contender, int]], seconds: float, gigabytes: float
) -> Iterator[Measured]:
    limits = {"limit_seconds": seconds, "limit_gigabytes": gigabytes}
    with (
        tempfile.TemporaryDirectory(prefix="soundweave-benchmark-") as folder,
        progress("measuring", len(jobs), "rows") as bar,
    ):
        for group, contender, size in jobs:
            bar.note(f"{group}, {size} sounds: {contender.name}")
            yield _measure(Path(folder), contender, size, limits)
            bar.step()


def _measure(folder: Path, contender: Contender, size: int, limits: dict[str, float]) -> Measured:
    if contender.largest is not None and size > contender.largest:
        return Measured(failure=contender.why)
    library = folder / str(size)
    if not library.exists():
        libraries.make(library, size)
    copy = folder / "copy"
    shutil.copytree(library, copy)
    try:
        if contender.prepare is not None:
            contender.prepare(copy)
        return measure(contender.function, copy, **limits)
    finally:
        shutil.rmtree(copy)


def _document(cells: Cells, path: Path | None) -> str:
    parts = [HEAD.format(machine=machine())]
    # A group that was not measured this time keeps its table.
    text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
    old_tables = dict(re.findall(r"^## (.+)\n\n((?:.+\n)+)", text, flags=re.MULTILINE))
    for group, (title, contenders) in GROUPS.items():
        sizes = sorted({size for measured_group, _, size in cells if measured_group == group})
        header = ["way", *(f"{size:,} sounds" for size in sizes)]
        rows = [
            [f"**{contender.name}**" if contender.ours else contender.name]
            + [_cell(cells[group, contender, size]) for size in sizes]
            for contender in contenders
        ]
        if content := table(header, rows) if sizes else old_tables.get(title):
            parts.append(f"## {title}\n\n{content}")
    return "\n".join(parts)


def _cell(measured: Measured) -> str:
    if measured.failure:
        return f"– ({measured.failure})"
    result: Any = measured.result
    text = f"{measured.seconds:.3g} s, {measured.megabytes:.0f} MB"
    return f"{text}, {f'{result:,}' if isinstance(result, int) else result}"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
