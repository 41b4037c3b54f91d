"""What tests of several modules share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]

# Nothing here depends on how fast the machine is. CI tries the same examples every time.
settings.register_profile(
    "soundweave",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("soundweave")


# Behind & or nohup these signals are ignored, and so they would be in each program that is started.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are cores: tests wait for browsers, servers and programs."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def real_freesound() -> Path:
    """The folder of real Freesound metadata, which is not part of this repository."""
    folder = REAL / "freesound"
    if not folder.is_dir():
        pytest.skip("real Freesound metadata is not part of the repository")
    return folder


@pytest.fixture
def run() -> Run:
    """Run a command of scripts/ as a user does, from the repository root."""

    def run_script(
        name: str, *arguments: object, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "FREESOUND_"))}
        return subprocess.run(
            [sys.executable, f"scripts/{name}", *map(str, arguments)],
            cwd=ROOT,
            env=clean | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    return run_script
