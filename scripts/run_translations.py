"""Translate texts: make several candidates in parallel, choose the best, review and revise it."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from soundweave.base import cli, files, paths
from soundweave.base.errors import ConfigError
from soundweave.base.progress import progress
from soundweave.github import actions
from soundweave.translation import settings, settings_layers
from soundweave.translation.results import terminal
from soundweave.translation.running import check, display
from soundweave.translation.running.events import Events
from soundweave.translation.running.manual import Terminal
from soundweave.translation.running.runner import WEIGHTS, Job, Outcome, Runner, plan
from soundweave.translation.texts import source_texts


def main(argv: Sequence[str] | None = None) -> int:
    """Translate what is not translated yet; 1 if a text failed or waits for an answer."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    config, layers = settings.load(_overrides(args))
    check.check(config)
    if args.show_config:
        cli.show(layers.to_json(), str(layers), as_json=args.json)
        return 0
    _check_folders(args)
    names = [name.rpartition("/")[2].removesuffix(".md") for name in args.texts]
    jobs = plan(
        source_texts.read_all(args.texts_dir, names),
        args.output_dir,
        langs=args.lang,
        again=args.again,
    )
    outcomes = _run(args, config, jobs)
    display.add_summary(outcomes)
    cli.show(
        {"translations": [_plain(outcome) for outcome in outcomes]},
        _text(outcomes),
        as_json=args.json,
    )
    return 0 if all(outcome.status in {"done", "skipped"} for outcome in outcomes) else 1


def _check_folders(args: argparse.Namespace) -> None:
    if not args.texts_dir.is_dir():
        raise ConfigError(f"there is no folder {args.texts_dir}; put your texts there")
    for folder in (args.output_dir, args.work_dir):
        # Checked before any request is paid for.
        files.check_folder(folder)


def _run(args: argparse.Namespace, config: settings.Settings, jobs: Sequence[Job]) -> list[Outcome]:
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    outcomes = []
    with progress("Translating", 100, "%") as bar:
        events = Events(
            args.work_dir / "events.jsonl",
            run,
            [job.name for job in jobs],
            WEIGHTS,
            display.Display(bar),
        )
        # With --json, standard output has only the result.
        terminal = Terminal(sys.stderr if args.json else None)
        runner = Runner(config, events, work=args.work_dir, output=args.output_dir, answer=terminal)
        for outcome in runner.run(jobs):
            if outcome.status == "failed":
                actions.error(f"{' to '.join(outcome.job.name)}: {outcome.message}")
            outcomes.append(outcome)
    return outcomes


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        __doc__ or "",
        "python scripts/run_translations.py river-recorded --lang es --parallel-count 3",
    )
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="names in data/texts (all)")
    parser.add_argument(
        "--lang", action="append", default=[], help="only this language; repeatable"
    )
    parser.add_argument("--parallel-count", type=cli.positive, metavar="N", help="candidates")
    parser.add_argument("--workflow-mode", choices=settings.MODES, help="models and prompts")
    parser.add_argument("--engine", choices=get_args(settings.Engine), help="who translates")
    parser.add_argument("--answers", choices=get_args(settings.Answers), help="recorded answers")
    parser.add_argument("--executor", choices=get_args(settings.Executor), help="the kind of pool")
    parser.add_argument("--quorum", type=int, metavar="N", help="stop at N valid ones; 0: all")
    parser.add_argument("--max-cost", type=float, metavar="X", help="stop before the next request")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="stop before the next request")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=settings_layers.assignment,
        metavar="KEY=VALUE",
        help="any setting that --show-config names, like deadline_seconds=60; repeatable",
    )
    parser.add_argument("--again", action="store_true", help="translate unchanged texts, too")
    parser.add_argument("--show-config", action="store_true", help="print the settings and exit")
    cli.path_argument(parser, "--texts-dir", paths.TEXTS_DIR, "folder of the texts")
    cli.path_argument(parser, "--output-dir", paths.TRANSLATIONS_DIR, "folder of the results")
    cli.path_argument(parser, "--work-dir", paths.TRANSLATION_WORK_DIR, "folder of unfinished work")
    return parser.parse_args(argv)


def _overrides(args: argparse.Namespace) -> dict[str, Any]:
    flags = {
        "parallel_count.*": args.parallel_count,
        "workflow_mode": args.workflow_mode,
        "engine": args.engine,
        "answers": args.answers,
        "executor": args.executor,
        "quorum": args.quorum,
        "max_cost": args.max_cost,
        "max_tokens": args.max_tokens,
    }
    return dict(args.set) | {key: value for key, value in flags.items() if value is not None}


def _plain(outcome: Outcome) -> dict[str, Any]:
    name, lang = outcome.job.name
    plain = {"text": name, "lang": lang, "status": outcome.status, "message": outcome.message}
    if outcome.record is None:
        return plain
    record = outcome.record
    return plain | {
        "engine": record["engine"],
        "answers": record["answers"],
        "workflow_mode": record["workflow_mode"],
        "chosen": record["evaluation"]["chosen"],
        "method": record["evaluation"]["method"],
        "totals": record["ledger"]["totals"],
    }


def _text(outcomes: Sequence[Outcome]) -> str:
    results = [terminal.comparison(outcome.record) for outcome in outcomes if outcome.record]
    messages = Counter(outcome.message for outcome in outcomes if outcome.message)
    repeated = [message for message, count in messages.items() if count > 1]
    lines = [_line(outcome, repeated) for outcome in outcomes] or ["nothing to translate"]
    lines += [f"{'*' * number} {message}" for number, message in enumerate(repeated, start=1)]
    return "\n\n".join([*results, "\n".join(lines)])


def _line(outcome: Outcome, repeated: Sequence[str]) -> str:
    line = f"{outcome.job.text.name} -> {outcome.job.lang}: {outcome.status}"
    if outcome.message in repeated:
        return line + "*" * (repeated.index(outcome.message) + 1)
    return f"{line} ({outcome.message})" if outcome.message else line


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
