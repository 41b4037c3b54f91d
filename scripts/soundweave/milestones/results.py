"""How the three actions of a milestone ended, read from the files of the workflow's step.

The step writes `<name>.exit`, `<name>.time` and `<name>.log` for each action. A killed job leaves
no exit file, an empty one, or a code of 128 or more: it did not finish. Only a written 0 passes.
"""

import json
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSED, FAILED, NOT_FINISHED = "passed", "failed", "not finished"
SIGNAL_BASE = 128  # bash: a command killed by signal n has exit code 128 + n
EXIT_CODES = {
    1: "found errors",
    2: "wrong usage or configuration",
    3: "stopped by a bug",
    126: "could not be started",
    127: "command not found",
}
LAST_LINE_LENGTH = 200


@dataclass(frozen=True)
class Action:
    """One of the three: its name in files and outputs, its title, and its report if it has one."""

    name: str
    title: str
    critical: bool
    report: str | None


ACTIONS = (
    Action("validation", "Validation", critical=True, report="validation_report.json"),
    Action("edge_generation", "Edges", critical=False, report="edge_stats.json"),
    Action("website", "Website", critical=False, report=None),
)


@dataclass(frozen=True)
class Result:
    """How one action ended; times are seconds since the same start, None where unknown."""

    action: Action
    status: str
    exit_code: int | None
    started: float | None
    ended: float | None
    detail: str

    @property
    def seconds(self) -> float | None:
        """How long it ran."""
        if self.started is None or self.ended is None:
            return None
        return max(0.0, self.ended - self.started)


def read(reports_dir: Path) -> list[Result]:
    """Read how each action ended; anything missing or damaged counts against it."""
    return [_read_result(action, reports_dir) for action in ACTIONS]


def passed(results: list[Result]) -> bool:
    """Whether every critical action passed."""
    return all(result.status == PASSED for result in results if result.action.critical)


def as_json(results: list[Result], milestone_number: int) -> dict[str, Any]:
    """Build the content of milestone_results.json (milestone_results.schema.json)."""
    return {
        "milestone_number": milestone_number,
        "passed": passed(results),
        "actions": [
            {
                "name": result.action.name,
                "critical": result.action.critical,
                "status": result.status,
                "exit_code": result.exit_code,
                "seconds": None if result.seconds is None else round(result.seconds, 3),
                "detail": result.detail,
            }
            for result in results
        ],
    }


def _read_result(action: Action, reports_dir: Path) -> Result:
    code = _exit_code(reports_dir / f"{action.name}.exit")
    status, reason = _status(code)
    report = _read_report(reports_dir / action.report) if action.report else {}
    if status == PASSED and report is None:
        status, reason = FAILED, f"ended with 0 but left no readable {action.report}"
    details = [reason, _counts(action, report or {})]
    if status != PASSED or action.report is None:
        details.append(_last_line(reports_dir / f"{action.name}.log"))
    started, ended = _times(reports_dir / f"{action.name}.time")
    return Result(action, status, code, started, ended, "; ".join(text for text in details if text))


def _status(code: int | None) -> tuple[str, str]:
    if code is None:
        return NOT_FINISHED, "left no exit code"
    if code == 0:
        return PASSED, ""
    if code < SIGNAL_BASE:
        return FAILED, EXIT_CODES.get(code, f"ended with code {code}")
    try:
        return NOT_FINISHED, f"killed by {signal.Signals(code - SIGNAL_BASE).name}"
    except ValueError:
        return NOT_FINISHED, f"ended with code {code}"


def _exit_code(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else None


def _times(path: Path) -> tuple[float | None, float | None]:
    # bash writes EPOCHREALTIME with the decimal point of the locale.
    lines = _text(path).replace(",", ".").splitlines()
    times = [float(line) for line in lines if re.fullmatch(r"[0-9]+(\.[0-9]+)?", line)]
    started, ended, *_ = [*times, None, None]
    return started, ended


def _read_report(path: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(_text(path))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _counts(action: Action, report: Mapping[str, Any]) -> str:
    if action.name == "validation" and isinstance(report.get("checks"), list):
        checks = [check for check in report["checks"] if isinstance(check, dict)]
        counted = {
            level: sum(
                _number(check.get("found")) for check in checks if check.get("level") == level
            )
            for level in ("error", "warning")
        }
        return f"{len(checks)} checks, {counted['error']} errors, {counted['warning']} warnings"
    if action.name == "edge_generation" and report:
        users, packs = (_number(report.get(f"{kind}_edges_added")) for kind in ("user", "pack"))
        return f"{users} user and {packs} pack edges added"
    return ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last_line(path: Path) -> str:
    lines = [line.strip() for line in _text(path).splitlines() if line.strip()]
    return lines[-1][:LAST_LINE_LENGTH] if lines else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
