"""A cancel as GitHub's runner does it: the signals go to the step's bash alone.

SIGINT, 7.5 seconds later SIGTERM, 2.5 seconds later SIGKILL (actions/runner,
src/Runner.Sdk/ProcessInvoker.cs). What bash started gets none of them.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from soundweave.base import jsonl, paths
from soundweave.github.actions import read_outputs
from soundweave.library import database
from soundweave.standin import Fault, StandIn, synthetic_catalog
from tests.workflow.act import wait_until

BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]  # `shell: bash` on GitHub
SECONDS = 5  # within which the collector ends


def step(name: str) -> dict[str, Any]:
    jobs = yaml.safe_load(paths.WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    (found,) = [step for step in jobs["nightly"]["steps"] if step.get("name") == name]
    return dict(found)


def start(folder: Path, name: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start a step of the workflow as the runner does; its output goes to step.log."""
    script = folder / "step.sh"
    script.write_text(step(name)["run"])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = dict.fromkeys(step(name).get("env", {}), "") | {"PATH": path, **variables}
    with (folder / "step.log").open("wb") as log:
        return subprocess.Popen(
            [*BASH, str(script)],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def cancel(process: subprocess.Popen[bytes]) -> float:
    """Send the runner's signals until the step's process ends; returns how long that took."""
    started = time.monotonic()
    for number, pause in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5), (signal.SIGKILL, 30)):
        process.send_signal(number)
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            continue
        break
    return time.monotonic() - started


def writers(folder: Path) -> list[str]:
    """The processes that have a file of this folder open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = link.readlink()
        except OSError:
            continue
        if target.is_relative_to(folder):
            found.append(link.parts[2])
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the checkout, whose library grows far enough in a night to be interrupted."""
    for name in ("scripts", "config"):
        shutil.copytree(paths.ROOT / name, tmp_path / name)
    (tmp_path / "website").symlink_to(paths.ROOT / "website")
    settings = tmp_path / "config" / paths.CONFIG.name
    text = settings.read_text(encoding="utf-8")
    changed = text.replace("new_sounds: 500 ", "new_sounds: 50000 ")
    assert changed != text
    settings.write_text(changed, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("fault", ["hang", "minute", "none"])
def test_a_cancel_during_collection(workspace: Path, fault: str) -> None:
    """While an answer is awaited, before a retry, and in full run."""
    with StandIn(synthetic_catalog(sounds=20_000, seed=4)) as freesound:
        if fault != "none":
            freesound.add_fault(Fault(fault, times=None, after=3))
        process = start(
            workspace,
            "Collect sounds",
            FREESOUND_API_KEY="a-key",
            FREESOUND_BASE_URL=freesound.base_url,
            MAX_REQUESTS="100",
            MODE="newest",
        )
        wait_until(lambda: len(freesound.log) >= 4)
        seconds = cancel(process)
    log = (workspace / "step.log").read_text()
    assert seconds < SECONDS, log
    assert process.returncode == 130, log
    (line,) = jsonl.read(workspace / paths.METRICS_HISTORY)
    assert (line["stopped"], line["nodes"] >= 450) == ("interrupted", True)
    with database.snapshot(workspace / paths.CHECKPOINT_DIR) as connection:
        assert database.counts(connection)["sounds"] == line["nodes"]
        assert [row[0] for row in connection.execute("PRAGMA quick_check")] == ["ok"]
    assert writers(workspace / "data") == []

    saving = start(workspace, "Copy the library", GITHUB_OUTPUT=str(workspace / "outputs"))
    assert saving.wait(60) == 0, (workspace / "step.log").read_text()
    assert read_outputs(workspace / "outputs") == {"saved": "true"}
    saved = {path.name for path in (workspace / paths.CHECKPOINT_DIR).iterdir()}
    assert saved == {database.FILE_NAME, database.DIGEST_NAME}
    recorded = jsonl.read(workspace / paths.LIBRARY_IDS)
    assert sum(len(night["ids"]) for night in recorded) == line["nodes"]
