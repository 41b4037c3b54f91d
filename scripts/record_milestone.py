"""Record a milestone whose actions ran and whose validation passed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundweave.base import cli, files, paths, schemas
from soundweave.base.errors import ConfigError
from soundweave.milestones import crossing


def main(argv: Sequence[str] | None = None) -> int:
    """Append to the milestone history; returns 0, or 1 when validation did not pass."""
    parser = cli.parser(
        "Record a milestone whose actions ran and whose validation passed.\n"
        "A milestone is never recorded twice.",
        "python scripts/record_milestone.py --status milestone_status.json",
    )
    cli.path_argument(parser, "--status", paths.MILESTONE_STATUS, "what detect_milestone.py wrote")
    cli.path_argument(
        parser, "--results", paths.MILESTONE_RESULTS, "what summarize_milestone.py wrote"
    )
    cli.path_argument(parser, "--milestone-history", paths.MILESTONE_HISTORY, "gets a new line")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    status = _checked("milestone_status", args.status, "detect_milestone.py")
    results = _checked("milestone_results", args.results, "summarize_milestone.py")
    number = status["milestone_number"] if status["is_milestone"] else 0
    if results["milestone_number"] != number:
        raise ConfigError(
            f"{args.results} is about milestone {results['milestone_number']},"
            f" {args.status} about {number}; run summarize_milestone.py again"
        )
    record = crossing.record(args.milestone_history, status, results)
    cli.show({"recorded": record}, _text(record, results), as_json=args.json)
    return 0 if results["passed"] else 1


def _checked(schema: str, path: Path, made_by: str) -> dict[str, Any]:
    value: dict[str, Any] = files.read_json(path, made_by=made_by)
    schemas.check(schema, value, str(path))
    return value


def _text(record: dict[str, Any] | None, results: dict[str, Any]) -> str:
    if record is not None:
        return f"milestone {record['milestone_number']} recorded"
    reason = "no new milestone" if results["passed"] else "validation did not pass"
    return f"nothing recorded: {reason}"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
