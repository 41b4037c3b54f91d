"""Commit and push a night's results: metrics, translations and a milestone's reports."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli
from soundweave.base.paths import (
    LIBRARY_IDS,
    LOCALES_DIR,
    METRICS_HISTORY,
    MILESTONE_HISTORY,
    MILESTONE_RESULTS,
    TRANSLATIONS_DIR,
)
from soundweave.github import actions, commit, push
from soundweave.github.git import Git


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = cli.parser(__doc__, "python scripts/commit_night.py --push")
    cli.path_argument(parser, "--results", MILESTONE_RESULTS, "what summarize_milestone.py wrote")
    cli.path_argument(parser, "--metrics-history", METRICS_HISTORY, "one line per night")
    cli.path_argument(parser, "--milestone-history", MILESTONE_HISTORY, "one line per milestone")
    cli.path_argument(parser, "--reports-dir", Path(), "folder of the reports")
    cli.path_argument(parser, "--translations-dir", TRANSLATIONS_DIR, "folder of the translations")
    parser.add_argument("--push", action="store_true", help="without it, only list the files")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Push one commit, or none if nothing changed; a tag cannot take one."""
    arguments = parse(argv)
    cli.setup_logging(verbose=arguments.verbose)
    results = commit.passed_results(arguments.results)
    paths = [arguments.metrics_history, LIBRARY_IDS]
    if results:
        paths += commit.derived(results, arguments.milestone_history, arguments.reports_dir)
    git = Git(Path())
    translations = commit.translations(git, arguments.translations_dir)
    paths += translations + commit.locales(git, LOCALES_DIR)
    subject = commit.subject(
        commit.last_metrics(arguments.metrics_history),
        results["milestone_number"] or None if results else None,
        len({path.parent for path in translations}),
    )
    if os.environ.get("GITHUB_REF_TYPE") == "tag":
        actions.warning("A tag cannot take a commit; start the night on a branch")
        return 0
    pushed = None
    if arguments.push:
        pushed = push.commit_and_push(git, paths, subject)
    names = [str(path) for path in paths]
    outcome = _outcome(pushed, wants_push=arguments.push)
    text = "\n  ".join([f"{subject}\n{outcome}", *names])
    cli.show({"commit": pushed, "subject": subject, "paths": names}, text, as_json=arguments.json)
    return 0


def _outcome(pushed: str | None, *, wants_push: bool) -> str:
    if not wants_push:
        return "With --push, these files would be committed and pushed if changed:"
    return f"Pushed {pushed}:" if pushed else "Nothing changed, so nothing was pushed:"


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
