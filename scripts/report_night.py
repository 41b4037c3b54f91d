"""Report how a night ended: a failing one in an issue, which the next good one closes."""

import json
import os
import re
from collections.abc import Mapping, Sequence

from soundweave.base import cli
from soundweave.base.errors import ConfigError
from soundweave.base.paths import WORKFLOW
from soundweave.doctor import night_issue
from soundweave.doctor.night_issue import Run
from soundweave.github import actions
from soundweave.github.rest import GitHubError, Rest

ISSUES_DISABLED = (404, 410)
NO_ISSUES = (
    "Failing nights are not reported: issues are disabled in this repository. Enable them under "
    "Settings -> General -> Features -> Issues."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0, also when GitHub refuses or does not answer: a notice says so."""
    parser = cli.parser(
        f"{__doc__}\n\nA step of the workflow: NEEDS holds the results of the other jobs as JSON.",
        "python scripts/report_night.py --json",
    )
    args = parser.parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    run, rest = _run(os.environ), _rest(os.environ)
    done = _report(rest, run)
    kept_alive = _keep_alive(rest)
    text = done or "Nothing to report."
    cli.show(
        {"night": run.night().value, "done": done, "kept_alive": kept_alive},
        text,
        as_json=args.json,
    )
    return 0


def _report(rest: Rest, run: Run) -> str:
    try:
        return night_issue.report(rest, run)
    except GitHubError as error:
        # The night is over; what became of it does not depend on this.
        disabled = error.status in ISSUES_DISABLED
        actions.notice(NO_ISSUES if disabled else f"The night was not reported: {error}")
        return ""


def _keep_alive(rest: Rest) -> bool:
    try:
        return night_issue.keep_alive(rest, WORKFLOW.name)
    except GitHubError as error:
        actions.notice(f"The schedule could not be enabled again: {error}")
        return False


def _rest(environ: Mapping[str, str]) -> Rest:
    return Rest.from_environment(
        environ, _variable(environ, "GITHUB_REPOSITORY", r"[\w.-]+/[\w.-]+")
    )


def _run(environ: Mapping[str, str]) -> Run:
    number = _variable(environ, "GITHUB_RUN_ID", r"[0-9]+")
    attempt = _variable(environ, "GITHUB_RUN_ATTEMPT", r"[0-9]+")
    url = f"{_rest(environ).url}/actions/runs/{number}/attempts/{attempt}"
    return Run(number, attempt, url, _results(environ.get("NEEDS", "")))


def _results(text: str) -> dict[str, str]:
    try:
        return {name: job["result"] for name, job in json.loads(text).items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError("NEEDS is not the workflow's `needs` as JSON") from error


def _variable(environ: Mapping[str, str], name: str, pattern: str) -> str:
    value = environ.get(name, "")
    if not re.fullmatch(pattern, value):
        raise ConfigError(f"{name} is {value!r:.80}; GitHub Actions sets it in each step")
    return value


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
