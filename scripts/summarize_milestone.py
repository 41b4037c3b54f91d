"""Summarize how a milestone's three actions ended; exits with 1 if a critical one did not pass."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli, files, runner, schemas
from soundweave.base.paths import MILESTONE_RESULTS, MILESTONE_STATUS
from soundweave.github import actions
from soundweave.milestones import results, summary


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__, "python scripts/summarize_milestone.py --reports-dir .")
    cli.path_argument(
        parser, "--reports-dir", Path(), "folder of exit codes, times, logs and reports"
    )
    cli.path_argument(parser, "--status", MILESTONE_STATUS, "what detect_milestone.py wrote")
    cli.path_argument(parser, "--output", MILESTONE_RESULTS, "file to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Write and print the results; the logs are printed on GitHub Actions only."""
    arguments = _parse(argv)
    cli.setup_logging(verbose=arguments.verbose)
    status = files.read_json(arguments.status, made_by="detect_milestone.py")
    schemas.check("milestone_status", status, str(arguments.status))
    number = status["milestone_number"] if status["is_milestone"] else 0
    if not status["runs_actions"]:
        cli.show({"milestone": False}, "No milestone, no actions.", as_json=arguments.json)
        return 0
    outcomes = results.read(arguments.reports_dir)
    value = results.as_json(outcomes, number)
    files.write_json(arguments.output, value)
    actions.set_outputs({result.action.name: result.status for result in outcomes})
    actions.add_summary(summary.markdown(outcomes, number))
    summary.annotate(outcomes)
    if runner.running():
        summary.print_logs(outcomes, arguments.reports_dir)
    cli.show(value, summary.text(outcomes, number), as_json=arguments.json)
    return 0 if value["passed"] else 1


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
