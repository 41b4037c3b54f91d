"""Check the library and its histories; report problems and where they are."""

from collections.abc import Sequence
from typing import Any

from soundweave.base import cli, config, files, paths, schemas
from soundweave.validation.report import validate

MARKS = {"passed": "✓", "failed": "✗", "skipped": "–"}


def main(argv: Sequence[str] | None = None) -> int:
    """Write validation_report.json; returns 0 if it passed, 1 if it failed."""
    parser = cli.parser(
        "Check the library and its histories; say what is wrong, and where.",
        "python scripts/validate_pipeline_data.py --output validation_report.json",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--metrics-history", paths.METRICS_HISTORY, "one line per night")
    cli.path_argument(parser, "--milestone-history", paths.MILESTONE_HISTORY, "milestones so far")
    cli.path_argument(parser, "--output", paths.VALIDATION_REPORT, "file to write")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    settings = config.load().validation
    report = validate(args.checkpoint_dir, args.metrics_history, args.milestone_history, settings)
    schemas.check("validation_report", report, str(args.output))
    files.write_json(args.output, report)
    cli.show(report, _text(report), as_json=args.json)
    return 0 if report["status"] == "passed" else 1


def _text(report: dict[str, Any]) -> str:
    lines = [f"{MARKS[check['status']]} {check['about']}" for check in report["checks"]]
    sounds = report["statistics"]["sounds"]
    lines.append(f"{report['status']}: {sounds} sounds in {report['duration_seconds']} s")
    # The worst comes last: a summary may show the last line alone.
    lines += [f"warning: {warning}" for warning in report["warnings"]]
    lines += [f"error: {error}" for error in report["errors"]]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
