"""Nights against a GitHub that keeps issues: one issue at a time, opened, commented on, closed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from soundweave.base import times
from soundweave.doctor import night_issue
from tests.conftest import Run
from tests.support.github_server import REPOSITORY, Answer, GitHub, Request, github_server

ROOT = f"/repos/{REPOSITORY}"
ENABLE = f"{ROOT}/actions/workflows/freesound-nightly-pipeline.yml/enable"
HOSTILE = "@everyone #1 ``` <img src=x>\n\n# Title\n[x](javascript:1) \u202e"


@dataclass
class Issues:
    """The issues of the repository, and the comments on each."""

    github: GitHub
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    pushed_at: str = field(default_factory=times.now)

    def install(self) -> None:
        route = self.github.route
        route("GET", ROOT, lambda _: Answer(200, {"pushed_at": self.pushed_at}))
        route("GET", f"{ROOT}/issues", self._list)
        route("POST", f"{ROOT}/issues", self._open)
        route("POST", rf"{ROOT}/issues/(\d+)/comments", self._comment)
        route("PATCH", rf"{ROOT}/issues/(\d+)", self._change)
        route("PUT", ENABLE, lambda _: Answer(204))

    def states(self) -> list[str]:
        return [issue["state"] for issue in self.issues]

    def _list(self, request: Request) -> Answer:
        assert request.query["state"] == "open"
        return Answer(
            200,
            [
                issue
                for issue in self.issues
                if issue["state"] == "open" and request.query["labels"] in issue["labels"]
            ],
        )

    def _open(self, request: Request) -> Answer:
        issue = {"number": len(self.issues) + 1, "state": "open", "labels": [], **request.json()}
        self.issues.append(issue)
        return Answer(201, issue)

    def _comment(self, request: Request) -> Answer:
        self.comments.append((int(request.parts[0]), request.json()["body"]))
        return Answer(201, {})

    def _change(self, request: Request) -> Answer:
        self.issues[int(request.parts[0]) - 1].update(request.json())
        return Answer(200, {})


@pytest.fixture
def issues() -> Iterator[Issues]:
    with github_server() as (github, _):
        result = Issues(github)
        result.install()
        yield result


@pytest.fixture
def night(issues: Issues, run: Run) -> Any:
    """Report a night with these results of its jobs; returns what the command prints."""

    def report(**results: str) -> Any:
        needs = {name: {"result": result, "outputs": {}} for name, result in results.items()}
        environ = issues.github.environment() | {
            "GITHUB_ACTIONS": "true",
            "NEEDS": json.dumps(needs),
        }
        environ |= {"GITHUB_RUN_ID": "4242", "GITHUB_RUN_ATTEMPT": "2"}
        done = run("report_night.py", "--json", env=environ)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return report


GOOD = {"check": "success", "nightly": "success", "deploy": "skipped"}
BAD = {"check": "success", "nightly": "failure", "deploy": "skipped"}


def test_failing_nights_share_an_issue_and_a_good_one_closes_it(issues: Issues, night: Any) -> None:
    assert night(**GOOD)["done"] == ""
    assert issues.issues == []
    assert night(**BAD)["done"] == "Opened issue 1"
    (issue,) = issues.issues
    assert issue["labels"] == [night_issue.LABEL]
    assert f"https://github.com/{REPOSITORY}/actions/runs/4242/attempts/2" in issue["body"]
    assert "failed in `nightly`" in issue["body"]
    assert night(**BAD)["done"] == "Commented on issue 1"
    assert night(**BAD)["done"] == "Commented on issue 1"
    assert night(**GOOD)["done"] == "Closed issue 1"
    assert issues.states() == ["closed"]
    assert [number for number, _ in issues.comments] == [1, 1, 1]
    assert night(**GOOD)["done"] == ""
    assert night(**BAD)["done"] == "Opened issue 2"
    assert issues.states() == ["closed", "open"]


@pytest.mark.parametrize(
    ("results", "kind"),
    [
        (GOOD, "good"),
        (GOOD | {"deploy": "success"}, "good"),
        (GOOD | {"deploy": "failure"}, "failed"),
        (BAD | {"nightly": "cancelled"}, "failed"),  # its time limit
        ({"check": "failure", "nightly": "skipped", "deploy": "skipped"}, "failed"),
        ({"check": "success", "nightly": "skipped", "deploy": "skipped"}, "none"),
    ],
)
def test_how_a_night_ended(night: Any, issues: Issues, results: Any, kind: str) -> None:
    assert night(**results)["night"] == kind
    assert issues.states() == (["open"] if kind == "failed" else [])


def test_other_peoples_issues_and_pull_requests_stay(issues: Issues, night: Any) -> None:
    others: list[tuple[list[str], dict[str, Any]]] = [
        ([], {}),
        ([night_issue.LABEL], {"pull_request": {}}),
    ]
    for labels, more in others:
        number = len(issues.issues) + 1
        body = {"number": number, "state": "open", "title": night_issue.TITLE, "labels": labels}
        issues.issues.append(body | more)
    assert night(**GOOD)["done"] == ""
    assert issues.states() == ["open", "open"]
    assert night(**BAD)["done"] == "Opened issue 3"


def test_the_jobs_errors_are_quoted_as_code(issues: Issues, night: Any) -> None:
    jobs = [{"id": 8, "conclusion": "failure"}, {"id": 9, "conclusion": "success"}]
    annotations = [
        {"annotation_level": "failure", "message": HOSTILE},
        {"annotation_level": "failure", "message": HOSTILE},
        {"annotation_level": "warning", "message": "only a warning"},
    ]
    route = issues.github.route
    route("GET", f"{ROOT}/actions/runs/4242/attempts/2/jobs", lambda _: Answer(200, {"jobs": jobs}))
    route("GET", f"{ROOT}/check-runs/8/annotations", lambda _: Answer(200, annotations))
    night(**BAD)
    (issue,) = issues.issues
    paragraphs = issue["body"].split("\n\n")
    (quoted,) = [text for text in paragraphs if "everyone" in text]
    assert quoted.startswith("    @everyone")
    assert "\n" not in quoted
    assert "only a warning" not in issue["body"]


def test_a_repository_without_issues_is_told_how_to_enable_them(issues: Issues, run: Run) -> None:
    issues.github.fail("GET", f"{ROOT}/issues", 410)
    environ = issues.github.environment() | {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "1"}
    environ |= {"GITHUB_RUN_ATTEMPT": "1", "NEEDS": '{"nightly": {"result": "failure"}}'}
    done = run("report_night.py", env=environ)
    assert done.returncode == 0
    assert "::notice::" in done.stdout
    assert "Features -> Issues" in done.stdout


@pytest.mark.parametrize("status", [403, 500])
def test_a_refusal_is_a_notice(issues: Issues, run: Run, status: int) -> None:
    issues.github.fail("POST", f"{ROOT}/issues", status)
    environ = issues.github.environment() | {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "1"}
    environ |= {"GITHUB_RUN_ATTEMPT": "1", "NEEDS": '{"nightly": {"result": "failure"}}'}
    done = run("report_night.py", env=environ)
    assert done.returncode == 0
    assert f"::notice::The night was not reported: GitHub answered HTTP {status}" in done.stdout


@pytest.mark.parametrize("needs", ["", "null", "[]", '{"nightly": 1}', '{"nightly": {}}', "{"])
def test_other_results_are_a_usage_error(issues: Issues, run: Run, needs: str) -> None:
    environ = issues.github.environment() | {"NEEDS": needs}
    environ |= {"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1"}
    done = run("report_night.py", env=environ)
    assert done.returncode == 2
    assert done.stderr.startswith("error: NEEDS ")


def test_outside_of_actions_it_says_so(run: Run) -> None:
    done = run("report_night.py")
    assert done.returncode == 2
    assert "GITHUB_RUN_ID" in done.stderr


@pytest.mark.parametrize(("days", "enabled"), [(0, False), (29, False), (31, True), (90, True)])
def test_a_quiet_repository_is_enabled_again_without_a_commit(
    issues: Issues, night: Any, days: int, enabled: bool
) -> None:
    issues.pushed_at = times.stamp(datetime.now(UTC) - timedelta(days=days))
    assert night(**GOOD)["kept_alive"] is enabled
    changes = [r.path for r in issues.github.requests if r.method != "GET"]
    assert changes == ([ENABLE] if enabled else [])


def test_a_night_that_cannot_be_kept_alive_is_still_reported(issues: Issues, night: Any) -> None:
    issues.pushed_at = "2026-01-01T00:00:00Z"
    issues.github.fail("PUT", ENABLE, 403)
    assert night(**BAD)["done"] == "Opened issue 1"
