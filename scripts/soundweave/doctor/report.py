"""What the doctor found: as findings, as text, as Markdown and as annotations of a run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from soundweave.base.text import one_line
from soundweave.doctor.conditions import CONDITIONS, Condition, Severity
from soundweave.doctor.facts import Facts, NotCheckedError
from soundweave.github import actions

HEALTHY = "Nothing is wrong."


@dataclass(frozen=True)
class Finding:
    """A condition that holds, in words; `problem` may quote untrusted text."""

    code: str
    severity: Severity
    problem: str
    fix: str


@dataclass(frozen=True)
class Report:
    """The findings, and the reason for each condition that could not be checked."""

    findings: tuple[Finding, ...]
    not_checked: dict[str, str]

    def as_json(self) -> dict[str, object]:
        """The report as one object."""
        findings = [
            {**vars(finding), "severity": finding.severity.value} for finding in self.findings
        ]
        return {"healthy": not findings, "findings": findings, "not_checked": self.not_checked}


def examine(facts: Facts, conditions: Iterable[Condition] = CONDITIONS) -> Report:
    """Apply all checks; those whose facts are not known are listed apart."""
    findings, not_checked = [], {}
    for condition in conditions:
        try:
            detail = condition.check(facts)
        except NotCheckedError as error:
            not_checked[condition.code] = one_line(str(error), limit=300)
            continue
        if detail is not None:
            words = {"detail": one_line(detail, limit=300), "url": facts.url}
            problem, fix = (part.format(**words) for part in (condition.problem, condition.fix))
            findings.append(Finding(condition.code, condition.severity, problem, fix))
    return Report(tuple(findings), not_checked)


def text(report: Report) -> str:
    """The report for a terminal."""
    lines = [
        f"{finding.severity.value} {finding.code}: {finding.problem}\n  fix: {finding.fix}"
        for finding in report.findings
    ]
    return "\n".join([*(lines or [HEALTHY]), *_not_checked(report)])


def markdown(report: Report) -> str:
    """The findings for the summary of a step."""
    rows = [["", "What is wrong", "What fixes it"], ["---"] * 3]
    rows += [
        [finding.severity.value, *map(actions.markdown_text, (finding.problem, finding.fix))]
        for finding in report.findings
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"### The set-up needs attention\n\n{table}\n"


def annotate(report: Report) -> None:
    """Show each finding on the run's page."""
    for finding in report.findings:
        say = actions.error if finding.severity is Severity.ERROR else actions.warning
        say(f"{finding.problem}. To fix it: {finding.fix}")


def _not_checked(report: Report) -> Iterator[str]:
    codes_by_reason: dict[str, list[str]] = {}
    for code, reason in report.not_checked.items():
        codes_by_reason.setdefault(reason, []).append(code)
    for reason, codes in codes_by_reason.items():
        yield f"not checked: {', '.join(codes)}\n  because: {reason}"
