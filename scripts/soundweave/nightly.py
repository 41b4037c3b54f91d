"""The nightly on one machine: the workflow's commands in the workflow's order, on the stand-in.

The milestone step is not written again: its script is taken from the workflow file itself.
Restoring, saving, committing and deploying belong to GitHub and are left out.
"""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from soundweave.base import files, paths
from soundweave.base.errors import ConfigError, NoLibraryError, SoundweaveError
from soundweave.library import database
from soundweave.milestones.results import PASSED

log = logging.getLogger(__name__)

STEP_ID = "actions"


@dataclass(frozen=True)
class Workspace:
    """Where a night on this machine keeps everything: a folder laid out like the repository."""

    folder: Path

    @property
    def page(self) -> Path:
        """The generated page."""
        return self.folder / paths.WEBSITE_DIR / "public" / "index.html"

    def environment(self) -> dict[str, str]:
        """Return the paths as the workflow's job sets them."""
        return {
            "CHECKPOINT_DIR": str(self.folder / paths.CHECKPOINT_DIR),
            "METRICS_HISTORY": str(self.folder / paths.METRICS_HISTORY),
            "MILESTONE_HISTORY": str(self.folder / paths.MILESTONE_HISTORY),
            "WEBSITE_DIR": str(self.folder / paths.WEBSITE_DIR),
            "REPORTS": str(self.folder),
        }

    def known_sounds(self) -> int:
        """Return how many sounds earlier nights collected."""
        try:
            with database.snapshot(self.folder / paths.CHECKPOINT_DIR) as connection:
                return database.counts(connection)["sounds"]
        except NoLibraryError:
            return 0


def run_night(
    workspace: Workspace, base_url: str, max_requests: int, *, quiet: bool = False
) -> bool:
    """Run one night; returns whether validation passed (or had nothing to do).

    `quiet` sends what the commands print to stderr, so that stdout stays free for JSON.
    Raises SoundweaveError when collecting failed, ConfigError while another night is under way.
    """
    if shutil.which("bash") is None:
        raise ConfigError("the milestone step needs bash; install it")
    workspace.folder.mkdir(parents=True, exist_ok=True)
    with files.alone(workspace.folder, "another night is under way in it; wait for its end"):
        return _run_night(workspace, base_url, max_requests, quiet)


def _run_night(workspace: Workspace, base_url: str, max_requests: int, quiet: bool) -> bool:  # noqa: FBT001
    env = workspace.environment()
    run = _Runner({**env, "FREESOUND_BASE_URL": base_url, "FREESOUND_API_KEY": "stand-in"}, quiet)
    data = ["--checkpoint-dir", env["CHECKPOINT_DIR"]]
    metrics = ["--metrics-history", env["METRICS_HISTORY"]]
    milestones = ["--milestone-history", env["MILESTONE_HISTORY"]]
    status = workspace.folder / paths.MILESTONE_STATUS
    results = workspace.folder / paths.MILESTONE_RESULTS

    run.script("collect_sounds.py", *data, *metrics, "--max-requests", str(max_requests))
    run.script("detect_milestone.py", *data, *milestones, "--output", str(status))
    if not files.read_json(status)["is_milestone"]:
        return True
    stats = str(workspace.folder / paths.NETWORK_STATS)
    run.script("analyze_network.py", *data, "--output", stats, may_fail=True)
    run.bash(milestone_step())
    summary = ["--reports-dir", env["REPORTS"], "--status", str(status), "--output", str(results)]
    passed = run.script("summarize_milestone.py", *summary, may_fail=True) == 0
    if passed:
        record = ["--status", str(status), "--results", str(results)]
        run.script("record_milestone.py", *record, *milestones)
        if _is_written(results):
            site = ["--amend", *data, "--output-dir", env["WEBSITE_DIR"], *metrics, *milestones]
            run.script("generate_landing_page.py", *site, may_fail=True)
    return passed


def _is_written(results: Path) -> bool:
    actions = files.read_json(results)["actions"]
    return any(one["name"] == "website" and one["status"] == PASSED for one in actions)


def milestone_step(workflow: Path = paths.WORKFLOW) -> str:
    """Return the script of the step that runs the three actions side by side."""
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    for job in jobs.values():
        for step in job["steps"]:
            if step.get("id") == STEP_ID:
                return str(step["run"])
    raise SoundweaveError(f"{workflow} has no step with the id {STEP_ID}")


class _Runner:
    def __init__(self, variables: Mapping[str, str], quiet: bool) -> None:  # noqa: FBT001
        self._output = sys.stderr if quiet else sys.stdout
        # Inside GitHub Actions this night must not write into the outer step's outputs.
        outer = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        here = str(Path(sys.executable).parent)
        outer |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}  # the stand-in is here
        path = {"PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)])}
        self._env = {**outer, **path, **variables}

    def script(self, name: str, *arguments: str, may_fail: bool = False) -> int:
        command = [sys.executable, f"scripts/{name}", *arguments]
        return self._run(name, command, may_fail=may_fail)

    def bash(self, script: str) -> None:
        # As GitHub runs a step with `shell: bash`.
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        self._run("validation | edges | website", command)

    def _run(self, title: str, command: list[str], *, may_fail: bool = False) -> int:
        print(f"\n── {title}", file=self._output, flush=True)
        finished = subprocess.run(
            command, cwd=paths.ROOT, env=self._env, stdout=self._output, check=False
        )
        code = finished.returncode
        if code and not may_fail:
            raise SoundweaveError(f"{title} ended with exit code {code}; the lines above say why")
        return code
