"""Measure the workflow's milestone step against its three commands one after another.

The step's script is taken from the workflow file; both runs start from the same synthetic
library. Fails when the step takes longer than 1.15 times its slowest job alone plus one second.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import libraries
from soundweave import nightly
from soundweave.base import cli, files, paths
from soundweave.base.errors import SoundweaveError
from soundweave.milestones import results as milestone_results
from soundweave.milestones.results import PASSED

STATUS = {
    "is_milestone": True,
    "previous_milestone_nodes": 0,
    "runs_actions": True,
    "library": {"id": "0123456789abcdef", "created_at": "2025-01-01T00:00:00Z"},
    "next_milestone_nodes": 700_000,
    "interval": 100,
    "crossed": [1],
    "milestone_number": 1,
}
IN_BACKGROUND = ' & jobs+=("$!")'


def main(argv: Sequence[str] | None = None) -> int:
    """Print the times; returns 1 when the step is too slow."""
    parser = cli.parser(__doc__, "python -m benchmarks.milestone_step --sounds 300000")
    parser.add_argument("--sounds", type=int, default=200_000, help="sounds in the library")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="soundweave-") as folder:
        result = measure(Path(folder), arguments.sounds)
    cli.show(result, _text(result), as_json=arguments.json)
    if result["wall"] > result["limit"]:
        raise SoundweaveError("the step is too slow; is the machine busy with something else?")
    return 0


def measure(folder: Path, sounds: int) -> dict[str, float]:
    """Measure the seconds of each job alone, their sum, the step's wall time and its limit."""
    alone, together = nightly.Workspace(folder / "alone"), nightly.Workspace(folder / "together")
    make(alone, sounds)
    shutil.copytree(alone.folder, together.folder, symlinks=True)
    (script,) = [step.script for step in nightly.local_steps() if step.id == "actions"]
    # The same script with its jobs in the foreground: one after another.
    sequential = script.replace(IN_BACKGROUND, "")
    if script.count(IN_BACKGROUND) != len(milestone_results.ACTIONS):
        raise SoundweaveError("the milestone step has changed; adapt this benchmark")
    run(sequential, alone)
    wall = run(script, together)
    jobs = {result.action.name: result.seconds or 0.0 for result in passed(alone)}
    passed(together)
    slowest, total = max(jobs.values()), sum(jobs.values())
    facts = {"sounds": sounds, "cores": os.cpu_count() or 1, "total": total, "slowest": slowest}
    return {**facts, **jobs, "wall": wall, "limit": 1.15 * slowest + 1}


def make(workspace: nightly.Workspace, sounds: int) -> None:
    """Fill a workspace with a library, its metrics line and a milestone."""
    workspace.prepare()
    library = workspace.folder / paths.CHECKPOINT_DIR
    libraries.make(library, sounds)
    libraries.add_metrics(library, workspace.folder / paths.METRICS_HISTORY)
    status = STATUS | {"current_nodes": sounds, "nodes_since_last_milestone": sounds}
    files.write_json(workspace.folder / paths.MILESTONE_STATUS, status)


def run(script: str, workspace: nightly.Workspace) -> float:
    """Run a step's script as GitHub does; returns how many seconds it took."""
    interpreter_folder = str(Path(sys.executable).parent)
    search_path = os.pathsep.join([interpreter_folder, os.environ.get("PATH", os.defpath)])
    start = time.monotonic()
    environ = {**os.environ, "PATH": search_path}
    subprocess.run([*nightly.BASH, script], cwd=workspace.folder, env=environ, check=True)
    return time.monotonic() - start


def passed(workspace: nightly.Workspace) -> list[milestone_results.Result]:
    """Read the results; raises SoundweaveError unless all passed, as the times mean little then."""
    results = milestone_results.read(workspace.folder)
    for result in results:
        if result.status != PASSED:
            raise SoundweaveError(f"{result.action.title} {result.status}: {result.detail}")
    return results


def _text(result: dict[str, float]) -> str:
    names = [action.name for action in milestone_results.ACTIONS]
    lines = [f"{result['sounds']} sounds, {result['cores']} cores"]
    lines += [f"{name:16} {result[name]:7.2f} s alone" for name in names]
    lines += [
        f"{'one by one':16} {result['total']:7.2f} s",
        f"{'side by side':16} {result['wall']:7.2f} s, at most {result['limit']:.2f} s allowed",
        f"{'wall / slowest':16} {result['wall'] / result['slowest']:7.2f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
