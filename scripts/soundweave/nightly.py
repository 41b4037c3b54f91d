"""A whole night on one machine, against the stand-in: the steps of the workflow's job `nightly`.

The steps, their order and their conditions come from the workflow file. What belongs to GitHub is
skipped: actions, the push, and what other jobs hand over.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from soundweave.base import files, paths
from soundweave.base.errors import ConfigError, NoLibraryError, SoundweaveError
from soundweave.base.yaml_files import read_yaml
from soundweave.github import actions
from soundweave.library import database

RESULTS_STEP = "results"  # fails when the milestone's validation failed
TOKEN_OPTIONAL = ("restore", "copy")  # with one, these steps use the draft release as well
# What a night only reads.
LINKS = ("scripts", paths.TEXTS_DIR, paths.TRANSLATIONS_DIR, paths.LOCALES_DIR)
CONDITION = re.compile(r"steps\.(\w+)\.outputs\.(\w+) == '(\w+)'")
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]  # as GitHub runs a step


@dataclass(frozen=True)
class Workspace:
    """Where a night on this machine keeps everything: a folder laid out like the repository."""

    folder: Path

    @property
    def page(self) -> Path:
        """The generated front page."""
        return self.folder / paths.WEBSITE_DIR / "public" / "index.html"

    def prepare(self) -> None:
        """Link the parts of the repository that a night reads."""
        for name in LINKS:
            link = self.folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(paths.ROOT / name, target_is_directory=True)

    def known_sounds(self) -> int:
        """How many sounds earlier nights collected."""
        try:
            with database.snapshot(self.folder / paths.CHECKPOINT_DIR) as connection:
                return database.counts(connection)["sounds"]
        except NoLibraryError:
            return 0


@dataclass(frozen=True)
class Step:
    """A step of the workflow that can run here."""

    name: str
    id: str
    script: str
    condition: str
    may_fail: bool
    inputs: tuple[str, ...]  # variables that other jobs or secrets would fill

    def applies(self, outputs: Mapping[tuple[str, str], str]) -> bool:
        """Whether `outputs`, by step and name, meet the condition."""
        return all(
            outputs.get((step, name)) == value
            for step, name, value in CONDITION.findall(self.condition)
        )


def local_steps(workflow: Path = paths.WORKFLOW) -> Iterator[Step]:
    """The steps of the job `nightly` that need nothing from GitHub."""
    for step in read_yaml(workflow)["jobs"]["nightly"]["steps"]:
        variables: dict[str, Any] = step.get("env", {})
        condition = str(step.get("if", ""))
        is_local = step.get("id") in TOKEN_OPTIONAL or not (
            "github.token" in str(variables)
            or re.search(r"needs\.|\.outcome", condition)  # how a step on GitHub ended
        )
        if "run" in step and is_local:
            yield Step(
                name=step["name"],
                id=step.get("id", ""),
                script=step["run"],
                condition=condition,
                may_fail=step.get("continue-on-error", False),
                inputs=tuple(variables),
            )


def run_night(
    workspace: Workspace, base_url: str, max_requests: int, *, quiet: bool = False
) -> bool:
    """Run one night; returns whether validation passed or had nothing to do.

    `quiet` sends the commands' output to stderr, so that stdout stays free for JSON.
    Raises SoundweaveError if a step fails, ConfigError while another night is running.
    """
    if shutil.which("bash") is None:
        raise ConfigError("the milestone step needs bash; install it")
    workspace.folder.mkdir(parents=True, exist_ok=True)
    with files.alone(workspace.folder, "another night is running there; wait until it ends"):
        workspace.prepare()
        variables = _environment(base_url, max_requests)
        output = sys.stderr if quiet else sys.stdout
        return _run_steps(workspace.folder, variables, output)


def _run_steps(folder: Path, environment: dict[str, str], output: TextIO) -> bool:
    outputs: dict[tuple[str, str], str] = {}
    passed, failure = True, ""
    for step in local_steps():
        has_failed = failure or not passed
        if not step.applies(outputs) or (has_failed and "always()" not in step.condition):
            continue
        print(f"\n── {step.name}", file=output, flush=True)
        with tempfile.NamedTemporaryFile() as output_file:
            variables = dict.fromkeys(step.inputs, "") | environment
            code = subprocess.run(
                [*BASH, step.script],
                cwd=folder,
                env=variables | {"GITHUB_OUTPUT": output_file.name},
                stdout=output,
                check=False,
            ).returncode
            step_outputs = actions.read_outputs(Path(output_file.name))
        outputs |= {(step.id, name): value for name, value in step_outputs.items()}
        if code and step.id == RESULTS_STEP:
            passed = False
        elif code and not step.may_fail and not has_failed:
            failure = f"{step.name}: exit code {code}; the lines above say what went wrong"
    if failure:
        raise SoundweaveError(failure)
    return passed


def _environment(base_url: str, max_requests: int) -> dict[str, str]:
    # Inside GitHub Actions, a night must not write to the outer step's outputs, but its commands
    # print into the outer step's log.
    outer = {
        name: value
        for name, value in os.environ.items()
        if name == "GITHUB_ACTIONS" or not name.startswith("GITHUB_")
    }
    interpreter_folder = str(Path(sys.executable).parent)
    search_path = [interpreter_folder, os.environ.get("PATH", os.defpath)]
    return outer | {
        "PATH": os.pathsep.join(search_path),
        "NO_PROXY": "127.0.0.1",  # the stand-in is local
        "no_proxy": "127.0.0.1",
        "FREESOUND_BASE_URL": base_url,
        "FREESOUND_API_KEY": "stand-in",
        "MAX_REQUESTS": str(max_requests),
    }
