"""Collect one night of sounds from Freesound into the library."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundweave.base import cli, config, paths
from soundweave.collecting import night, plan
from soundweave.collecting.metrics import Outcome
from soundweave.github import actions


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 when sounds could be collected, 1 when Freesound did not answer."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose, log_file=args.log_file)
    settings = config.load()
    tonight = plan.choose(
        settings.collector, mode=args.mode, query=args.query, max_requests=args.max_requests
    )
    if args.dry_run:
        expected = night.dry_run(settings, tonight, args.checkpoint_dir)
        cli.show(expected, _expected_text(expected), as_json=args.json)
        return 0
    line, outcome = night.run(settings, tonight, args.checkpoint_dir, args.metrics_history)
    actions.set_outputs({name: line[name] for name in ("added", "removed", "nodes", "requests")})
    actions.add_summary("\n".join([f"{_text(line)}.", *_remarks(outcome)]))
    if outcome.stopped == "ceiling":
        actions.notice(
            f"the library has {line['nodes']} sounds, the ceiling (collector.max_sounds): nights"
            " only check the sounds it has; docs/nightly.md says why"
        )
    cli.show(line, _text(line), as_json=args.json)
    return _exit_code(outcome)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Collect one night of sounds from Freesound into the library.\n"
        "The API key is read from the environment: FREESOUND_API_KEY.",
        "python scripts/collect_sounds.py --mode search --query rain --max-requests 20",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--metrics-history", paths.METRICS_HISTORY, "gets a new line")
    parser.add_argument(
        "--mode", default="", help=f"{' | '.join(plan.MODES)} (from the configuration)"
    )
    parser.add_argument("--query", default="", help="what to search for in mode search")
    parser.add_argument(
        "--max-requests",
        default="",
        metavar="N",
        help="stop after N requests, retries included (from the configuration)",
    )
    parser.add_argument("--log-file", type=Path, metavar="PATH", help="also write the log here")
    parser.add_argument("--dry-run", action="store_true", help="print the plan, send no request")
    return parser.parse_args(argv)


def _exit_code(outcome: Outcome) -> int:
    if outcome.stopped == "interrupted":
        return cli.EXIT_INTERRUPTED
    if not outcome.failure:
        return 0
    if outcome.pages:
        actions.warning(f"{outcome.failure}; what came before is kept, the next night continues")
        return 0
    actions.error(f"nothing could be collected: {outcome.failure}")
    return 1


def _text(line: dict[str, object]) -> str:
    return (
        f"{line['nodes']} sounds by {line['users']} users in {line['packs']} packs:"
        f" {line['added']} added, {line['removed']} removed"
        f" ({line['requests']} requests, {line['duration_seconds']} s, {line['stopped']})"
    )


def _remarks(outcome: Outcome) -> list[str]:
    ceiling = ["- The library is at its ceiling (`collector.max_sounds`) and grows no more."]
    return (ceiling if outcome.stopped == "ceiling" else []) + [
        f"- Distrusted: {actions.markdown_text(reason)}" for reason in outcome.distrusted
    ]


def _expected_text(expected: dict[str, Any]) -> str:
    phases = [f"  {name:8} at most {count}" for name, count in expected["phases"].items()]
    left = f"{expected['quota_left']} left in the quota of 24 hours"
    title = f"mode {expected['mode']}: {expected['requests']} requests at most ({left})"
    return "\n".join([title, *phases])


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
