"""Running the checks and writing down what they found."""

import sqlite3
import time
from itertools import islice
from pathlib import Path
from typing import Any

from soundweave import library, times
from soundweave.errors import LibraryError, SoundweaveError
from soundweave.progress import progress
from soundweave.validation.checks import CHECKS, Check, Finding, NotApplicableError
from soundweave.validation.subject import Subject

SHOWN = 20  # findings of one check that the report lists; all are counted


def validate(checkpoint_dir: Path, metrics_history: Path) -> dict[str, Any]:
    """Check the library and its history; returns a validation_report (its schema says more).

    Never raises for a damaged or missing library: that is a finding.
    """
    began = time.monotonic()
    statistics = dict.fromkeys(("sounds", "removed", "users", "packs", "edges"), 0)
    try:
        with library.snapshot(checkpoint_dir) as connection:
            checks = _run_all(Subject(connection, metrics_history))
            statistics = library.counts(connection)
    except LibraryError as error:
        where = str(checkpoint_dir / library.FILE_NAME)
        opened = _result("library", "The library can be opened.", "error")
        checks = [_with(opened, [Finding(where, str(error))])]
    return {
        "status": "failed" if _failed(checks, "error") else "passed",
        "timestamp": times.now(),
        "duration_seconds": round(time.monotonic() - began, 3),
        "checks": checks,
        "statistics": statistics,
        "warnings": _failed(checks, "warning"),
        "errors": _failed(checks, "error"),
    }


def _run_all(subject: Subject) -> list[dict[str, Any]]:
    checks = []
    with progress("validating", len(CHECKS), "checks") as bar:
        for name, (level, check) in CHECKS.items():
            about = (check.__doc__ or "").strip()
            checks.append(_run(_result(name, about, level), check, subject))
            bar.step()
            bar.note(name)
    return checks


def _run(result: dict[str, Any], check: Check, subject: Subject) -> dict[str, Any]:
    try:
        return _with(result, check(subject))
    except NotApplicableError as reason:
        return result | {"status": "skipped", "about": f"{result['about']} Skipped: {reason}."}
    except (sqlite3.DatabaseError, SoundweaveError) as error:
        # A damaged page stops one check, not the others.
        return _with(result, [Finding("library.db or history", f"cannot be read: {error}")])


def _result(name: str, about: str, level: str) -> dict[str, Any]:
    return {
        "name": name,
        "about": about,
        "level": level,
        "status": "passed",
        "found": 0,
        "findings": [],
    }


def _with(result: dict[str, Any], findings: Any) -> dict[str, Any]:
    stream = iter(findings)
    shown = [vars(finding) for finding in islice(stream, SHOWN)]
    found = len(shown) + sum(1 for _ in stream)
    status = "failed" if found else "passed"
    return result | {"status": status, "found": found, "findings": shown}


def _failed(checks: list[dict[str, Any]], level: str) -> list[str]:
    return [
        f"{check['name']}: {check['findings'][0]['where']} {check['findings'][0]['what']}"
        + (f" (and {check['found'] - 1} more)" if check["found"] > 1 else "")
        for check in checks
        if check["level"] == level and check["found"]
    ]
