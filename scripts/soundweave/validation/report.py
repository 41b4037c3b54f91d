"""Runs the checks and reports what they found."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Any

from soundweave.base import times
from soundweave.base.config import ValidationConfig
from soundweave.base.errors import LibraryError, SoundweaveError
from soundweave.base.progress import progress
from soundweave.library import database
from soundweave.validation import registry
from soundweave.validation.finding import Finding, NotApplicableError, plain
from soundweave.validation.subject import Subject

THREADS = 2  # SQLite works outside the GIL, so each of them can use a core
LISTED = 20  # findings of one check in the report; all are counted

# What SQLite, a decoder or arithmetic raises on damaged data. Anything else is a bug.
DAMAGE = (sqlite3.Error, SoundweaveError, ValueError, ArithmeticError, RecursionError)


def validate(
    checkpoint_dir: Path,
    metrics_history: Path,
    milestone_history: Path,
    config: ValidationConfig,
) -> dict[str, Any]:
    """Check the library and its histories; returns a validation_report (see its schema).

    A damaged or missing library is a finding. Raises ConfigError for an unknown check.
    """
    began = time.monotonic()
    levels = registry.levels(config.levels)
    statistics = dict.fromkeys(("sounds", "removed", "users", "packs", "edges"), 0)
    checks: list[dict[str, Any]] = []
    try:
        # One for each thread that runs checks, one for this thread.
        with database.snapshots(checkpoint_dir, THREADS + 1) as readers:
            for reader in readers:
                reader.text_factory = _text
            subject = Subject(
                list(readers), metrics_history, milestone_history, config, times.now()
            )
            checks += _run_all(subject, levels)
            statistics = subject.counts
    except LibraryError as error:
        opened = _result("library", "The library can be opened and counted.", "error")
        path = checkpoint_dir / database.FILE_NAME
        checks.append(_with(opened, iter([Finding(str(path), str(error))])))
    return {
        "status": "failed" if _failed(checks, "error") else "passed",
        "timestamp": times.now(),
        "duration_seconds": round(time.monotonic() - began, 3),
        "checks": checks,
        "statistics": statistics,
        "warnings": _failed(checks, "warning"),
        "errors": _failed(checks, "error"),
    }


def _run_all(subject: Subject, levels: dict[str, str]) -> list[dict[str, Any]]:
    stopped = threading.Event()
    with progress("validating", len(levels), "checks") as bar:

        def run(group: Sequence[registry.Check]) -> list[dict[str, Any]]:
            results = []
            for check in group:
                if stopped.is_set():
                    break
                results.append(_run(check, levels[check.__name__], subject))
                bar.step()
                bar.note(check.__name__)
            return results

        with ThreadPoolExecutor(THREADS) as pool:
            try:
                return list(chain.from_iterable(pool.map(run, registry.GROUPS)))
            except KeyboardInterrupt:
                stopped.set()
                subject.interrupt()
                raise


def _run(check: registry.Check, level: str, subject: Subject) -> dict[str, Any]:
    result = _result(check.__name__, (check.__doc__ or "").strip(), level)
    if level == "off":
        return result | {"status": "skipped"}
    began = time.monotonic()
    try:
        result = _with(result, _until_damage(check(subject)))
    except NotApplicableError as reason:
        result |= {"status": "skipped", "about": f"{result['about']} Skipped: {reason}."}
    return result | {"seconds": round(time.monotonic() - began, 3)}


def _until_damage(findings: Iterable[Finding]) -> Iterator[Finding]:
    # A damaged page stops one check, not the others, and its earlier findings count.
    try:
        yield from findings
    except DAMAGE as error:
        yield Finding("library.db or history", f"cannot be read: {error}")


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="backslashreplace")


def _result(name: str, about: str, level: str) -> dict[str, Any]:
    return {
        "name": name,
        "about": about,
        "level": level,
        "status": "passed",
        "found": 0,
        "findings": [],
    }


def _with(result: dict[str, Any], findings: Iterator[Finding]) -> dict[str, Any]:
    listed = [
        {"where": plain(finding.where), "what": plain(finding.what)}
        for finding in islice(findings, LISTED)
    ]
    count = len(listed) + sum(1 for _ in findings)
    status = "failed" if count else "passed"
    return result | {"status": status, "found": count, "findings": listed}


def _failed(checks: list[dict[str, Any]], level: str) -> list[str]:
    return [
        f"{check['name']}: {check['findings'][0]['where']} {check['findings'][0]['what']}"
        + (f" (and {check['found'] - 1} more)" if check["found"] > 1 else "")
        for check in checks
        if check["level"] == level and check["found"]
    ]
