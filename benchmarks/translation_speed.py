"""Measure how long N candidates take, beside the same calls in sequence; writes a page of docs.

python -m benchmarks.translation_speed --output docs/performance-baseline.md
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.endpoint import endpoint
from benchmarks.measure import machine
from soundweave.base import files
from soundweave.base.paths import ROOT
from soundweave.translation import settings
from soundweave.translation.asking.stage import StageContext
from soundweave.translation.model import Kind, Text, numbered
from soundweave.translation.running import candidates, executors
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.running.pipeline import ParallelStageConfig, Pipeline
from soundweave.translation.running.pool import Limits
from soundweave.translation.running.stages import Evaluation, InitialTranslation
from soundweave.translation.running.worker import run_candidate

CALLS = 24
WORKERS = (2, 3, 4, 8)
NEEDED = 0.9  # of N times the speed
COUNTS = (1, 2, 3)
MODES = ("reasoning", "non_reasoning", "hybrid")
TEXTS = ("river-recorded", "map-at-night")
SPREAD, ERRORS = 0.3, 0.05
LONGEST = 2.0  # largest wall time of several candidates, as a multiple of one's
TEXT = Text("t", "A Night", "", Kind.PROSE, "en", ("es",), "", numbered(["The map grows."]))


def main() -> int:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    os.environ["TRANSLATION_API_KEY"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        parts = [_head(), *_throughput(Path(folder)), *_one_text(Path(folder))]
        parts += _modes(Path(folder))
    page = "\n".join(parts) + "\n"
    print(page)
    if args.output:
        files.write_text(args.output, page)
    return 0


def _head() -> str:
    return (
        "# Performance baseline of the translation runner\n\n"
        "Written by `make benchmark`. The endpoint is on the same machine and only"
        " waits, so all that is measured beside its answer time is ours. Compare rows, not"
        f" absolute times: {machine()}."
    )


def _context(folder: Path, url: str) -> StageContext:
    loaded, _ = settings.load(
        {
            "chat.base_url": url,
            "engine": "chat",
            "chat.concurrency": max(WORKERS),
            "parallel_count.*": CALLS,
        },
        environ={},
    )
    return StageContext(TEXT, "es", loaded, folder / "a" / "b" / "c")


def _throughput(folder: Path) -> Iterator[str]:
    yield (
        f"\n## {CALLS} calls of one second each\n\n"
        "Through one pool of processes, its start included, beside the same calls in sequence.\n\n"
        "| workers | seconds | times as fast | needed |\n| ---: | ---: | ---: | ---: |"
    )
    with endpoint(seconds=1.0) as url:
        context = _context(folder, url)
        _, generator = candidates.generator(context.settings, TEXT, "es")
        contexts = [context.of_candidate(generator(i)) for i in range(CALLS)]
        start = time.perf_counter()
        _checked([InitialTranslation().execute(context) for context in contexts])
        sequential = time.perf_counter() - start
        yield f"| none, in sequence | {sequential:.2f} | 1.00 | |"
        for workers in WORKERS:
            start = time.perf_counter()
            with executors.pool("process", workers) as pool:
                tasks = [
                    pool.submit(run_candidate, InitialTranslation(), context)
                    for context in contexts
                ]
                _checked([task.result() for task in as_completed(tasks)])
            wall = time.perf_counter() - start
            yield f"| {workers} | {wall:.2f} | {sequential / wall:.2f} | {NEEDED * workers:.2f} |"


def _one_text(folder: Path) -> Iterator[str]:
    yield (
        "\n## One text, three candidates\n\n"
        "From the start of the pool to the choice, beside the slowest of the three; the bar is 1.15"
        f" times that and 0.3 s more. Answers take a second in the median (sigma {SPREAD}).\n\n"
        "| run | slowest candidate, s | wall, s | bar, s |\n| ---: | ---: | ---: | ---: |"
    )
    with endpoint(seconds=1.0, spread=SPREAD) as url:
        for run in range(1, 6):
            context = replace(_context(folder, url), folder=folder / str(run) / "es" / "x")
            _, generator = candidates.generator(context.settings, TEXT, "es")
            stages = [ParallelStageConfig(InitialTranslation(), 3, generator, "candidates")]
            start = time.perf_counter()
            with executors.pool("process", 3) as pool:
                pipeline = Pipeline([*stages, Evaluation()], Limits(60), executor=pool)
                state = pipeline.run(context, PipelineState("speed"))
                wall = time.perf_counter() - start
            results = _checked(state.results[0].data)
            slowest = max(candidate["seconds"] for candidate in results)
            yield f"| {run} | {slowest:.2f} | {wall:.2f} | {1.15 * slowest + 0.3:.2f} |"


def _modes(folder: Path) -> Iterator[str]:
    yield (
        "\n## A whole text, by mode and number of candidates\n\n"
        f"Means over {len(TEXTS)} texts through all stages; answers take a second in the median"
        f" (sigma {SPREAD}), and {ERRORS:.0%} of the requests are answered with an error 500."
        " Tokens are those of the toy model, so they compare, but are no real model's.\n\n"
        "| mode | candidates | wall, s | requests | failed requests | candidates lost | tokens |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    best = {}
    for mode in MODES:
        walls = {}
        for count in COUNTS:
            # A new endpoint each time: the same seeds for all rows.
            with endpoint(seconds=1.0, spread=SPREAD, errors=ERRORS) as url:
                row = _run(folder / f"{mode}-{count}", url, mode, count)
            walls[count] = row["wall"]
            if row["lost"] == 0 and row["wall"] <= LONGEST * walls[1]:
                best[mode] = count
            yield (
                f"| {mode} | {count} | {row['wall']:.1f} | {row['requests']:.1f}"
                f" | {row['failed']:.0%} | {row['lost']:.0%} | {row['tokens']:,.0f} |"
            )
    yield (
        "\n## Recommended parallel count\n\n"
        f"The most candidates that take at most {LONGEST:g} times as long as one and lose none; a"
        " judge, as in the mode reasoning, asks twice more."
        " Three is where quality stops growing much ([measured](translation-quality.md)), so more"
        " are not tried here.\n\n| mode | parallel_count |\n| --- | ---: |"
    )
    for mode in MODES:
        yield f"| {mode} | {best.get(mode, 1)} |"


def _run(folder: Path, url: str, mode: str, count: int) -> dict[str, float]:
    command = [sys.executable, str(ROOT / "scripts/run_translations.py"), *TEXTS, "--lang", "es"]
    command += ["--parallel-count", str(count), "--workflow-mode", mode, "--engine", "chat"]
    command += ["--output-dir", str(folder / "out"), "--work-dir", str(folder / "work")]
    environ = os.environ | {"TRANSLATION_BASE_URL": url}
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    records = [json.loads(path.read_text()) for path in folder.glob("out/*/es/translation.json")]
    totals = [record["ledger"]["totals"] for record in records]
    requests = sum(total["requests"] for total in totals)
    errors = [candidate["error"] for record in records for candidate in record["candidates"]]
    return {
        "wall": wall / len(TEXTS),
        "requests": requests / len(TEXTS),
        "failed": sum(total["failed"] for total in totals) / requests,
        "lost": sum(map(bool, errors)) / len(errors),
        "tokens": sum(total["tokens"] for total in totals) / len(TEXTS),
    }


def _checked(results: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    lost = [candidate["message"] for candidate in results if candidate["error"]]
    if lost:
        raise SystemExit(f"{len(lost)} calls were lost: {lost[0]}")
    return results


if __name__ == "__main__":
    raise SystemExit(main())
