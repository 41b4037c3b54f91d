"""Which of a night's files are committed, and the subject of the commit.

The metrics line is always committed, so that the raw night is kept. Derived data follow only if
the milestone's validation passed, and the edge statistics only if the edges were generated.
Translations are committed whenever they changed. The site is deployed, not committed.
"""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from soundweave.base import files, jsonl, schemas
from soundweave.base.errors import ConfigError
from soundweave.base.paths import EDGE_STATS, VALIDATION_REPORT
from soundweave.github.git import Git

log = logging.getLogger(__name__)

TRANSLATION = re.compile(r"[a-z0-9-]+/[a-z]{2}/translation\.(json|md)")
LOCALE = re.compile(r"[a-z]{2}\.json")


def last_metrics(path: Path) -> Mapping[str, Any] | None:
    """The newest line of the metrics history, checked; None if the history is empty."""
    records = jsonl.read(path)
    if not records:
        return None
    schemas.check("metrics", records[-1], f"{path}, last line")
    return records[-1]


def passed_results(path: Path) -> Mapping[str, Any] | None:
    """The results of a passed milestone; None without a milestone or if it failed."""
    if not path.exists():
        return None
    try:
        results = files.read_json(path)
        schemas.check("milestone_results", results, str(path))
    except ConfigError as error:
        log.warning("%s; the milestone is not committed", error)
        return None
    return results if results["passed"] else None


def derived(results: Mapping[str, Any], milestone_history: Path, reports_dir: Path) -> list[Path]:
    """What a passed milestone adds to the commit."""
    report_of_action = {
        "validation": reports_dir / VALIDATION_REPORT,
        "edge_generation": reports_dir / EDGE_STATS,
    }
    passed = [action["name"] for action in results["actions"] if action["status"] == "passed"]
    return [
        milestone_history,
        *(report_of_action[name] for name in passed if name in report_of_action),
    ]


def translations(git: Git, folder: Path) -> list[Path]:
    """The translation files in `folder` that are new or changed since HEAD."""
    return _changed(git, folder, TRANSLATION)


def locales(git: Git, folder: Path) -> list[Path]:
    """The locale files in `folder` that are new or changed since HEAD."""
    return _changed(git, folder, LOCALE)


def _changed(git: Git, folder: Path, file_name: re.Pattern[str]) -> list[Path]:
    if not (git.folder / folder).is_dir():
        return []
    names = git("ls-files", "--modified", "--others", "-z", "--", str(folder)).split("\0")
    paths = [Path(name) for name in dict.fromkeys(names) if name]
    return [
        path
        for path in paths
        if file_name.fullmatch(path.relative_to(folder).as_posix())
        and (git.folder / path).is_file()
    ]


def subject(metrics: Mapping[str, Any] | None, milestone: int | None, translated: int = 0) -> str:
    """The commit's subject: what the night changed, in numbers only.

    `translated` counts translations, one for each text and language.
    """
    parts = []
    if metrics:
        parts.append(f"+{metrics['added']} sounds")
        if metrics["removed"]:
            parts.append(f"{metrics['removed']} gone")
        parts.append(f"{metrics['nodes']} in all")
    if translated:
        parts.append(f"{translated} translation{'s' * (translated > 1)}")
    line = "Nightly: " + (", ".join(parts) or "results")
    return line if milestone is None else f"{line} [Milestone {milestone}]"
