"""`make release`, in a repository of its own."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from soundweave.base.paths import ROOT

FILES = (".ci/release", "Makefile", "CHANGELOG.md", "scripts/soundweave/__init__.py")
MODULE = FILES[-1]
VERSION = '__version__ = "0.1.0"'
CHANGES = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n"

Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Run a program in a small repository with the files that a release touches."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    environment |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}

    def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=check
        )

    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    module = tmp_path / MODULE
    module.write_text(re.sub("__version__ = .*", VERSION, module.read_text()))
    (tmp_path / "CHANGELOG.md").write_text(CHANGES)
    run("git", "init", "--quiet", "--initial-branch=main")
    run("git", "add", ".")
    run("git", "commit", "--quiet", "--message", "Begin")
    return run


def test_a_release_dates_the_changelog_writes_the_version_and_tags(
    call: Call, tmp_path: Path
) -> None:
    assert "git push --follow-tags" in call("make", "release", "VERSION=0.2.0").stdout
    assert '__version__ = "0.2.0"\n' in (tmp_path / MODULE).read_text()
    today = call("date", "-u", "+%F").stdout.strip()
    dated = CHANGES.replace("[Unreleased]", f"[Unreleased]\n\n## [0.2.0] - {today}")
    assert (tmp_path / "CHANGELOG.md").read_text() == dated
    assert call("git", "status", "--porcelain").stdout == ""
    assert call("git", "describe").stdout == "v0.2.0\n"
    assert call("git", "show", "--no-patch", "--format=%s").stdout.endswith("Release 0.2.0\n")
    again = call("make", "release", "VERSION=0.3.0", check=False)
    assert "nothing under Unreleased" in again.stderr


@pytest.mark.parametrize(
    ("before", "version", "message"),
    [
        ("true", "", "name a version after 0.1.0"),
        ("true", "v1", "name a version after 0.1.0"),
        ("true", "0.1.0", "0.1.0 is not after 0.1.0"),
        ("true", "0.0.9", "0.0.9 is not after 0.1.0"),
        ("git switch --quiet --create other", "0.2.0", "switch to main"),
        ("touch new", "0.2.0", "commit or stash"),
        ("git tag v0.2.0", "0.2.0", "v0.2.0 exists"),
    ],
)
def test_a_release_that_would_be_wrong_changes_nothing(
    call: Call, before: str, version: str, message: str
) -> None:
    call(*before.split())
    head = call("git", "rev-parse", "HEAD").stdout
    status = call("git", "status", "--porcelain").stdout
    refused = call(".ci/release", version, check=False)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert call("git", "rev-parse", "HEAD").stdout == head
    assert call("git", "status", "--porcelain").stdout == status
