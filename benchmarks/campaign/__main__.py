"""Try to lose a library: kill commands, answer wrongly, damage files, and count what happens."""

import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from benchmarks.campaign import answers, damage, kills
from benchmarks.campaign.tally import Tally
from benchmarks.measure import machine, table
from soundweave.base import cli, files
from soundweave.base.errors import SoundweaveError
from soundweave.base.progress import progress

DAMAGED, WRONG = "Damaged libraries", "Wrong answers"
INTRODUCTION = """# What a library survives

`make campaign` writes this page. It kills the commands at random moments, lets the API answer
wrongly, and damages the library. Afterwards each command runs once more, undisturbed, and nothing
may be lost or stay red: the library passes its integrity check and validation, holds each sound of
the catalog, histories and commits are complete, and no unfinished file stays behind.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0, or 1 if anything was lost or stayed red."""
    parser = cli.parser(__doc__, "python -m benchmarks.campaign --kills 100 --answers 1000")
    parser.add_argument("--kills", type=int, default=1000, metavar="N", help="(1000)")
    parser.add_argument("--answers", type=int, default=10_000, metavar="N", help="(10000)")
    parser.add_argument("--libraries", type=int, default=200, metavar="N", help="(200)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), metavar="N")
    cli.path_argument(parser, "--output", Path("docs/reliability.md"), "where the page goes")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    with tempfile.TemporaryDirectory(prefix="soundweave-") as name, ProcessPoolExecutor() as pool:
        folder = Path(name)
        jobs = {
            pool.submit(kills.run, folder / f"kills-{n}", subject, count, args.seed + n): "Kills"
            for n, (subject, count) in enumerate(kills.shares(args.kills))
        }
        jobs[pool.submit(damage.run, folder / "damage", args.libraries, args.seed)] = DAMAGED
        jobs[pool.submit(answers.run, folder / "answers", args.answers, args.seed)] = WRONG
        with progress("campaign", len(jobs), "parts") as bar:
            for job in as_completed(jobs):
                bar.step()
                bar.note(", ".join(f"{tally.name}: {tally.done}" for tally in job.result()))
        parts: dict[str, list[Tally]] = {}
        for job, title in jobs.items():
            parts.setdefault(title, []).extend(job.result())
    failures = [
        f"{tally.name}: {failure}"
        for part in parts.values()
        for tally in part
        for failure in tally.failures
    ]
    files.write_text(args.output, _page(parts, args.seed))
    cli.show({"failures": failures}, "\n".join(failures) or "Nothing lost.", as_json=args.json)
    if failures:
        raise SoundweaveError(f"{len(failures)} failures; repeat them with --seed {args.seed}")
    return 0


def _page(parts: dict[str, list[Tally]], seed: int) -> str:
    sections = [f"{INTRODUCTION}\nMeasured on {machine()}, seed {seed}.\n"]
    for title, tallies in parts.items():
        rows = [(t.name, str(t.done), t.details, str(len(t.failures))) for t in tallies]
        header = (title, "count", "of these", "failures")
        sections.append(f"## {title}\n\n{table(header, rows, numbers=True)}")
    return "\n".join(sections)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
