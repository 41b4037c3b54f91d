"""The results of a milestone's actions for people: Markdown, text, annotations and the logs."""

import secrets
from pathlib import Path

from soundweave.base import runner
from soundweave.github import actions
from soundweave.milestones.results import NOT_FINISHED, PASSED, Result, passed

MARKS = {PASSED: "✅", NOT_FINISHED: "⛔"}
FAILED_MARK = "❌"
LOG_BYTES = 200_000  # only the end of a longer log is printed; the artifact has all of it
COLUMNS = ("Action", "Critical", "Result", "Details", "Time")


def markdown(results: list[Result], milestone_number: int) -> str:
    """Format the step summary: one row per action, then the times."""
    header = ["", *COLUMNS]
    rows = [header, ["---"] * len(header)]
    rows += [
        [_mark(result), *(actions.markdown_text(cell) for cell in _cells(result))]
        for result in results
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"### {_title(results, milestone_number)}\n\n{table}\n\n{times(results)}\n"


def text(results: list[Result], milestone_number: int) -> str:
    """Format the same table for a terminal."""
    rows = [COLUMNS, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([_title(results, milestone_number), *lines, times(results)])


def times(results: list[Result]) -> str:
    """Say how long the actions took in parallel and one after another, and name the slowest."""
    timed = [result for result in results if result.seconds is not None]
    if not timed:
        return "No times were recorded."
    slowest = max(timed, key=lambda result: result.seconds or 0)
    wall = max(result.ended or 0 for result in timed) - min(result.started or 0 for result in timed)
    in_sequence = sum(result.seconds or 0 for result in timed)
    return (
        f"Side by side {wall:.1f} s, one after another {in_sequence:.1f} s; "
        f"slowest: {slowest.action.title}, {slowest.seconds:.1f} s."
    )


def annotate(results: list[Result]) -> None:
    """Annotate the run: an error for a critical action that did not pass, a warning for others."""
    for result in results:
        if result.status != PASSED:
            say = actions.error if result.action.critical else actions.warning
            say(f"{result.action.title} {result.status}: {result.detail}")


def print_logs(results: list[Result], reports_dir: Path) -> None:
    """Print each log in its own group; workflow commands in a log stay text."""
    for result in results:
        name = f"{result.action.name}.log"
        token = secrets.token_hex(16)
        runner.command(f"::group::{name}\n::stop-commands::{token}")
        print(_end_of(reports_dir / name), flush=True)
        runner.command(f"::{token}::\n::endgroup::")


def _title(results: list[Result], milestone_number: int) -> str:
    problem = "" if passed(results) else ": a critical action did not pass"
    if not milestone_number:
        return f"No site{problem}" if problem else "A site without a new milestone"
    return f"Milestone {milestone_number} {'not ' if problem else ''}reached{problem}"


def _mark(result: Result) -> str:
    return MARKS.get(result.status, FAILED_MARK)


def _cells(result: Result) -> list[str]:
    return [
        result.action.title,
        "yes" if result.action.critical else "no",
        result.status,
        result.detail,
        "unknown" if result.seconds is None else f"{result.seconds:.1f} s",
    ]


def _end_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError:
        return "(no log)"
    cut = "(the beginning is in the artifact)\n" if len(raw) > LOG_BYTES else ""
    return cut + raw[-LOG_BYTES:].decode("utf-8", errors="replace").rstrip("\n")
