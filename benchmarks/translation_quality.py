"""Measure what the choice between candidates is worth, on parallel text with human references.

Apertium's routes are the candidates, recorded systems in one row; what is chosen is compared with
the direct route, a random candidate and the best one that there was. Fails when a bar is missed.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import parallel_text, quality_rows, route_outputs
from benchmarks.quality_rows import Row, Score
from soundweave.base import cli, files
from soundweave.base.errors import ConfigError, SoundweaveError
from soundweave.base.progress import progress
from soundweave.translation import settings
from soundweave.translation.engines import masking
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.settings import Settings

DATA = Path("../shared/parallel")
INJURED = "en-es"  # the pair that is measured with broken candidates as well
BROKEN = 0.2
HEAD = """\
# Translation quality

Written by `make benchmark`. A score is chrF / BLEU (sacrebleu's
defaults) against human references: one half, split by document, of the test sets FLORES-101,
NTREX-128, TICO-19 and Tatoeba, and of WMT24's English to Spanish with its recorded systems.
Nothing was trained on them; the weights and priors in `config/pipeline.yaml` are round numbers
chosen on this half.

Candidates are Apertium's routes as configured. *Direct* is the shortest route, *random* the mean
of the candidates, *oracle* the best candidate of each segment as the reference sees it, *chosen*
what the evaluation took, which sees no reference; where it took nothing the source stands, as in
the results. The gain is chosen minus direct in chrF, with its 95 % interval (paired bootstrap over
segments, seeded).

| pair | data | segments | direct | random | oracle | chosen | gain | bar | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
NOTES = """
Where candidates are broken, that share of all their segments is empty, a copy of the source, cut
to 40 % or a refusal; none of direct is (means of {draws} draws). In the row of systems the
candidates are three of {systems}. There direct is the best of the three, and the gain is over
random.

## Placeholders

Interface strings of Django REST framework, Sphinx and WTForms with placeholders or markup, and in
how many of their translations every placeholder is kept: {count} strings.

| route | masked, as in the pipeline | not masked | |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Kept:
    """Of how many strings with placeholders a route's translations keep them all."""

    route: str
    strings: int
    masked: int
    plain: int

    @property
    def met(self) -> bool:
        """Whether none is lost."""
        return self.masked == self.strings


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write the tables; returns 0, 1 when a bar is missed."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    if not args.data.is_dir():
        raise ConfigError(f"there is no folder {args.data}; name one of parallel text with --data")
    configured, _ = settings.load(environ={})
    rows = _measured(_jobs(args.data, configured, args.limit))
    strings = _strings(args.data, configured, args.limit)
    text = _document(rows, strings)
    if args.output:
        files.write_text(args.output, text)
    result = {"rows": [asdict(row) for row in rows], "strings": [asdict(each) for each in strings]}
    cli.show(result, text, as_json=args.json)
    missed = [f"{row.pair} {row.data}" for row in rows if not row.met]
    missed += [f"placeholders by {each.route}" for each in strings if not each.met]
    if missed:
        raise SoundweaveError(f"below the bar: {'; '.join(missed)}")
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        __doc__,
        "PYTHONPATH=scripts python -m benchmarks.translation_quality --limit 300",
    )
    cli.path_argument(parser, "--data", DATA, "folder of parallel text")
    parser.add_argument(
        "--limit", type=cli.positive, metavar="ROWS", help="of each data set; a few say little"
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _jobs(folder: Path, configured: Settings, limit: int | None) -> list[Callable[[], Row]]:
    """Return what is to be measured, everything translated."""
    jobs: list[Callable[[], Row]] = []
    asked = [
        (corpus, routes)
        for pair, routes in configured.apertium.routes.items()
        for corpus in parallel_text.corpora(folder, pair, limit)
    ]
    with progress("translating", sum(len(routes) for _, routes in asked), "routes") as bar:
        for corpus, routes in asked:
            made = {}
            for route in routes:
                made[route] = route_outputs.outputs(route, corpus.sources)
                bar.step()
                bar.note(f"{corpus.name} by {route}")
            row = partial(quality_rows.by_routes, corpus, made, configured.evaluation)
            jobs += [row, partial(row, rate=BROKEN)] if corpus.pair == INJURED else [row]
    systems = parallel_text.systems(folder, quality_rows.LLMS, limit)
    return [*jobs, partial(quality_rows.by_systems, systems, configured.evaluation)]


def _measured(jobs: Sequence[Callable[[], Row]]) -> list[Row]:
    with (
        progress("measuring", len(jobs), "rows") as bar,
        ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool,
    ):
        rows = []
        for done in [pool.submit(job) for job in jobs]:
            rows.append(done.result())
            bar.step()
            bar.note(f"{rows[-1].pair} {rows[-1].data}")
    return rows


def _strings(folder: Path, configured: Settings, limit: int | None) -> list[Kept]:
    sources = [each for each in parallel_text.strings(folder) if masking.placeholders(each)][:limit]
    return [
        Kept(
            route,
            len(sources),
            _kept(sources, route_outputs.outputs(route, sources)),
            _kept(sources, route_outputs.plain(route, sources)),
        )
        for route in configured.apertium.routes[INJURED]
    ]


def _kept(sources: Sequence[str], made: Sequence[Rendering]) -> int:
    return sum(
        rendering.text is not None and masking.keeps(source, rendering.text)
        for source, rendering in zip(sources, made, strict=True)
    )


def _document(rows: Sequence[Row], strings: Sequence[Kept]) -> str:
    notes = NOTES.format(
        draws=quality_rows.DRAWS,
        systems=", ".join(quality_rows.LLMS),
        count=strings[0].strings,
    )
    table = "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows)
    kept = "".join(
        f"| {each.route} | {each.masked} | {each.plain} | {_mark(met=each.met)} |\n"
        for each in strings
    )
    return HEAD + table + notes + kept


def _cells(row: Row) -> list[str]:
    gain = f"{row.gain.value:+.2f} [{row.gain.low:+.2f}, {row.gain.high:+.2f}]"
    scores = [_pair(each) for each in (row.direct, row.random, row.oracle, row.chosen)]
    return [row.pair, row.data, str(row.segments), *scores, gain, row.bar, _mark(met=row.met)]


def _pair(score: Score) -> str:
    return f"{score.chrf:.2f} / {score.bleu:.2f}"


def _mark(*, met: bool) -> str:
    return "met" if met else "**missed**"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
