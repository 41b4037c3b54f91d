"""Name what is wrong with this set-up, and the click or the command that fixes it."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - it may be run by any Python
    OLD = {
        "code": "python_too_old",
        "severity": "error",
        "problem": "Python {}.{} is too old".format(*sys.version_info[:2]),
        "fix": "install Python 3.11 or newer and name it: make doctor PYTHON=python3.12",
    }
    as_json = {"healthy": False, "findings": [OLD], "not_checked": {}}
    print(json.dumps(as_json) if "--json" in sys.argv else f"{OLD['problem']}\n  fix: {OLD['fix']}")
    raise SystemExit(1)

from soundweave.base import cli, paths, runner
from soundweave.doctor import report
from soundweave.doctor.facts import Unknown
from soundweave.doctor.gather import gather
from soundweave.doctor.project import Project
from soundweave.github import actions


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 when nothing is wrong, 1 with findings."""
    parser = cli.parser(
        f"{__doc__}\n\nIt changes nothing. With FREESOUND_API_KEY in the environment it sends one\n"
        "request to Freesound; with GITHUB_TOKEN it sees more of the repository's settings.",
        "GITHUB_TOKEN=... python scripts/doctor.py",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--metrics-history", paths.METRICS_HISTORY, "one line per night")
    cli.path_argument(parser, "--milestone-history", paths.MILESTONE_HISTORY, "one per milestone")
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    project = Project(
        os.environ, args.checkpoint_dir, args.metrics_history, args.milestone_history, folder=Path()
    )
    facts = gather(project)
    result = report.examine(facts)
    if runner.running():
        pages = facts.github.pages
        actions.set_outputs({"site_url": "" if isinstance(pages, Unknown) else pages.url})
        report.annotate(result)
        if result.findings:
            actions.add_summary(report.markdown(result))
    cli.show(result.as_json(), report.text(result), as_json=args.json)
    return 1 if result.findings else 0


if __name__ == "__main__":
    raise SystemExit(cli.run(main, explains=True))
