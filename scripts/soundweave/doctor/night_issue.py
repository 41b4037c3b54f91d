"""One issue about failing nights: the first opens it, others comment on it, a good one closes it.

The issue is the newest open one with LABEL: only people with rights in the repository can label.
Annotations quote untrusted text, so they are shown as code, where nobody is mentioned.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from soundweave.base import times
from soundweave.base.text import one_line
from soundweave.github.rest import GitHubError, Rest

LABEL = "failing-night"
TITLE = "Nights are failing"
FAILED = ("failure", "cancelled")  # cancelled by its time limit: a person's cancel ends the run
MOST_REASONS = 10
QUIET_DAYS = 30  # GitHub disables schedules after 60 days without activity
ADVICE = (
    "The summary of the job *Check the setup* names what is wrong with the set-up, and so does"
    " `make doctor` on a laptop. This issue closes itself after the next good night."
)


class Night(Enum):
    """How a night ended."""

    GOOD = "good"
    FAILED = "failed"
    NONE = "none"  # nothing was to be done


@dataclass(frozen=True)
class Run:
    """A run of the workflow, and its jobs' results by name."""

    id: str
    attempt: str
    url: str
    results: Mapping[str, str]

    def night(self) -> Night:
        """How the night ended."""
        if any(result in FAILED for result in self.results.values()):
            return Night.FAILED
        good = self.results.get("nightly") == "success"
        return Night.GOOD if good else Night.NONE


def report(rest: Rest, run: Run) -> str:
    """Open, comment on or close the issue; returns what was done, empty if nothing.

    Raises GitHubError, with status 410 when the repository has no issues.
    """
    night = run.night()
    if night is Night.NONE:
        return ""
    number = _open_issue(rest)
    if night is Night.FAILED:
        return _failed(rest, run, number)
    return "" if number is None else _recovered(rest, run, number)


def keep_alive(rest: Rest, workflow: str) -> bool:
    """Enable the workflow again if nothing was pushed for QUIET_DAYS; returns whether it did."""
    pushed = times.parse_or_none(str(rest.get().get("pushed_at")))
    if pushed is None or (datetime.now(UTC) - pushed).days < QUIET_DAYS:
        return False
    rest.send("PUT", f"/actions/workflows/{workflow}/enable")
    return True


def _failed(rest: Rest, run: Run, number: int | None) -> str:
    text = "\n\n".join([_failures(run), *_reasons(rest, run), ADVICE])
    if number is not None:
        rest.send("POST", f"/issues/{number}/comments", {"body": text})
        return f"Commented on issue {number}"
    opened = rest.send("POST", "/issues", {"title": TITLE, "body": text, "labels": [LABEL]})
    return f"Opened issue {opened['number']}"


def _recovered(rest: Rest, run: Run, number: int) -> str:
    rest.send(
        "POST", f"/issues/{number}/comments", {"body": f"[This night]({run.url}) was good again."}
    )
    rest.send("PATCH", f"/issues/{number}", {"state": "closed", "state_reason": "completed"})
    return f"Closed issue {number}"


def _open_issue(rest: Rest) -> int | None:
    issues = rest.get_list("/issues", state="open", labels=LABEL, per_page=100)
    numbers = [issue["number"] for issue in issues if "pull_request" not in issue]
    return int(numbers[0]) if numbers else None


def _failures(run: Run) -> str:
    failed = [name for name, result in run.results.items() if result in FAILED]
    names = ", ".join(f"`{name}`" for name in failed)
    return f"[This night]({run.url}) failed in {names}."


def _reasons(rest: Rest, run: Run) -> Iterator[str]:
    try:
        lines = list(dict.fromkeys(_annotations(rest, run)))
    except GitHubError:
        return  # the link leads to them
    if lines:
        yield "\n".join(f"    {line}" for line in lines[:MOST_REASONS])


def _annotations(rest: Rest, run: Run) -> Iterator[str]:
    jobs = rest.get(f"/actions/runs/{run.id}/attempts/{run.attempt}/jobs", per_page=100)
    for job in _objects(jobs.get("jobs")):
        if job.get("conclusion") in FAILED:
            annotations = rest.get_list(f"/check-runs/{job['id']}/annotations", per_page=50)
            for annotation in annotations:
                if annotation.get("annotation_level") == "failure":
                    yield one_line(str(annotation.get("message")), "(no message)", 500)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value or [] if isinstance(item, dict)]
