"""Where the files are that the doctor looks at."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from soundweave.base import paths
from soundweave.doctor.facts import NotCheckedError


@dataclass(frozen=True)
class Project:
    """A checkout of this repository, and the environment of the command."""

    environ: Mapping[str, str]
    checkpoint_dir: Path = paths.CHECKPOINT_DIR
    metrics_history: Path = paths.METRICS_HISTORY
    milestone_history: Path = paths.MILESTONE_HISTORY
    config: Path = paths.CONFIG
    workflow: Path = paths.WORKFLOW
    dist: Path = paths.WEBSITE_DIST
    pyproject: Path = paths.ROOT / "pyproject.toml"
    folder: Path = paths.ROOT

    @property
    def on_actions(self) -> bool:
        """Whether this runs in a step of a workflow."""
        return self.environ.get("GITHUB_ACTIONS") == "true"

    def git(self, *arguments: str) -> str:
        """What git prints; raises NotCheckedError when it fails."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NotCheckedError(f"git {arguments[0]} does not work here") from error
        return done.stdout.strip()
