"""Measure the value of choosing between candidates, on parallel text with human references.

The candidates are Apertium's routes, in one row recorded systems. The choice is compared with the
direct route, a random candidate and the best possible one. Fails when a bar is missed.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import parallel_text, quality_rows, route_outputs
from benchmarks.measure import table
from benchmarks.quality_rows import Row, Score
from soundweave.base import cli, files
from soundweave.base.errors import ConfigError, SoundweaveError
from soundweave.base.progress import progress
from soundweave.translation import settings
from soundweave.translation.engines import masking
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.settings import Settings

DATA = Path("../shared/parallel")
BROKEN_PAIR = "en-es"  # also measured with broken candidates
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

"""
NOTES = """
Where candidates are broken, that share of all their segments is empty, a copy of the source, cut
to 40 % or a refusal; none of direct is (means of {draws} draws). In the row of systems the
candidates are three of {systems}. There direct is the best of the three, and the gain is over
random.

## Placeholders

Interface strings of Django REST framework, Sphinx and WTForms with placeholders or markup, and in
how many of their translations every placeholder is kept: {count} strings.

"""


@dataclass(frozen=True)
class Strings:
    """How many strings with placeholders a route translates without losing any of them."""

    route: str
    strings: int
    masked: int
    plain: int

    @property
    def met(self) -> bool:
        """Whether all keep their placeholders."""
        return self.masked == self.strings


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write the tables; returns 0, 1 when a bar is missed."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    if not args.data.is_dir():
        raise ConfigError(f"{args.data} does not exist; name a folder of parallel text with --data")
    configured, _ = settings.load(environ={})
    rows = _measured(_jobs(args.data, configured, args.limit))
    strings = _strings(args.data, configured, args.limit)
    text = _document(rows, strings)
    if args.output:
        files.write_text(args.output, text)
    result = {"rows": list(map(asdict, rows)), "strings": list(map(asdict, strings))}
    cli.show(result, text, as_json=args.json)
    missed = [f"{row.pair} {row.data}" for row in rows if not row.met]
    missed += [f"placeholders by {row.route}" for row in strings if not row.met]
    if missed:
        raise SoundweaveError(f"below the bar: {'; '.join(missed)}")
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        __doc__,
        "python -m benchmarks.translation_quality --limit 300",
    )
    cli.path_argument(parser, "--data", DATA, "folder of parallel text")
    parser.add_argument(
        "--limit",
        type=cli.positive,
        metavar="ROWS",
        help="rows per data set; few give wide intervals",
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="write the tables here")
    return parser.parse_args(argv)


def _jobs(folder: Path, configured: Settings, limit: int | None) -> list[Callable[[], Row]]:
    """Translate everything; returns the functions that measure a row."""
    jobs: list[Callable[[], Row]] = []
    work = [
        (corpus, routes)
        for pair, routes in configured.apertium.routes.items()
        for corpus in parallel_text.corpora(folder, pair, limit)
    ]
    with progress("translating", sum(len(routes) for _, routes in work), "routes") as bar:
        for corpus, routes in work:
            renderings = {}
            for route in routes:
                renderings[route] = route_outputs.outputs(route, corpus.sources)
                bar.step()
                bar.note(f"{corpus.name} by {route}")
            row = partial(quality_rows.by_routes, corpus, renderings, configured.evaluation)
            jobs += [row, partial(row, rate=BROKEN)] if corpus.pair == BROKEN_PAIR else [row]
    systems = parallel_text.systems(folder, quality_rows.LLMS, limit)
    return [*jobs, partial(quality_rows.by_systems, systems, configured.evaluation)]


def _measured(jobs: Sequence[Callable[[], Row]]) -> list[Row]:
    with (
        progress("measuring", len(jobs), "rows") as bar,
        ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool,
    ):
        rows = []
        for future in [pool.submit(job) for job in jobs]:
            rows.append(future.result())
            bar.step()
            bar.note(f"{rows[-1].pair} {rows[-1].data}")
    return rows


def _strings(folder: Path, configured: Settings, limit: int | None) -> list[Strings]:
    strings = [text for text in parallel_text.strings(folder) if masking.placeholders(text)][:limit]
    return [
        Strings(
            route,
            len(strings),
            _intact(strings, route_outputs.outputs(route, strings)),
            _intact(strings, route_outputs.plain(route, strings)),
        )
        for route in configured.apertium.routes[BROKEN_PAIR]
    ]


def _intact(sources: Sequence[str], renderings: Sequence[Rendering]) -> int:
    return sum(
        rendering.text is not None and masking.keeps(source, rendering.text)
        for source, rendering in zip(sources, renderings, strict=True)
    )


def _document(rows: Sequence[Row], strings: Sequence[Strings]) -> str:
    header = ["pair", "data", "segments", "direct", "random", "oracle", "chosen", "gain", "bar", ""]
    notes = NOTES.format(
        draws=quality_rows.DRAWS,
        systems=", ".join(quality_rows.LLMS),
        count=strings[0].strings,
    )
    routes = [[row.route, str(row.masked), str(row.plain), _verdict(row)] for row in strings]
    columns = ["route", "masked, as in the pipeline", "not masked", ""]
    return HEAD + table(header, map(_cells, rows)) + notes + table(columns, routes)


def _cells(row: Row) -> list[str]:
    scores = [_text(score) for score in (row.direct, row.random, row.oracle, row.selected)]
    gain = f"{row.gain.value:+.2f} [{row.gain.low:+.2f}, {row.gain.high:+.2f}]"
    return [row.pair, row.data, str(row.segments), *scores, gain, row.bar, _verdict(row)]


def _text(score: Score) -> str:
    return f"{score.chrf:.2f} / {score.bleu:.2f}"


def _verdict(row: Row | Strings) -> str:
    return "met" if row.met else "**missed**"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
