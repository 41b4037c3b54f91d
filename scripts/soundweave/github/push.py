"""Commit the night's results and push them, even if someone else pushed in the meantime.

Everything happens in a scratch work tree, so the caller's files, index and branch stay as they
are. If the branch has moved, the commit is rebased onto it: histories keep the lines of both
sides (`*.jsonl merge=union` in .gitattributes), and our version of generated files wins. The
token reaches git only through the environment.
"""

import base64
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from soundweave.base.errors import ConfigError, PublishError

log = logging.getLogger(__name__)

AUTHOR = "github-actions[bot]"
EMAIL = "41898282+github-actions[bot]@users.noreply.github.com"
ATTEMPTS = 6
FIRST_DELAY, LONGEST_DELAY = 1.0, 20.0  # seconds
GIT_SECONDS = 120


class Git:
    """git in one folder, with the token of GitHub Actions if there is one."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        token = environ.get("GITHUB_TOKEN", "")
        header = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        self._secrets = [token, header] if token else []
        self._environ = _environment(environ, header if token else "")

    def __call__(self, *arguments: str, folder: Path | None = None) -> str:
        """Run `git <arguments>` and return its output; raises PublishError with git's message."""
        command = f"git {arguments[0]}"
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=folder or self.folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=GIT_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise ConfigError("git is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"{command} did not end within {GIT_SECONDS} s") from error
        if done.returncode:
            words = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise PublishError(f"{command} failed: {self._redacted(words)}")
        return done.stdout.decode(errors="replace").strip()

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def branch(git: Git) -> str:
    """The name of the checked-out branch; raises PublishError if there is no branch."""
    try:
        return git("symbolic-ref", "--quiet", "--short", "HEAD")
    except PublishError as error:
        raise PublishError(
            "no branch is checked out, so nothing can be pushed; check out a branch by name"
        ) from error


def commit_and_push(
    git: Git, paths: Sequence[Path], subject: str, retrying: Retrying | None = None
) -> str | None:
    """Commit those of `paths` that exist on top of HEAD and push to the same branch of origin.

    Returns the id of the pushed commit, or None if nothing changed. Raises PublishError if the
    push fails after all attempts.
    """
    name = branch(git)
    with _scratch_tree(git) as scratch:
        if not _commit(git, scratch, paths, subject):
            return None
        for attempt in retrying or _retrying():
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    _rebase(git, scratch, name)
                git("push", "--quiet", "origin", f"HEAD:refs/heads/{name}", folder=scratch)
        return git("rev-parse", "HEAD", folder=scratch)


def _commit(git: Git, scratch: Path, paths: Sequence[Path], subject: str) -> bool:
    root = Path(git("rev-parse", "--show-toplevel")).resolve()
    for path in paths:
        source = (git.folder / path).resolve()
        if not source.is_file():
            continue
        if not source.is_relative_to(root):
            raise ConfigError(f"{path} lies outside the repository {root}; it cannot be committed")
        target = scratch / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        # Force: a .gitignore may exclude the folder of a file that is named here.
        git("add", "--force", "--", str(target), folder=scratch)
    if not git("diff", "--cached", "--name-only", folder=scratch):
        return False
    git("commit", "--quiet", "--message", subject, folder=scratch)
    return True


def _rebase(git: Git, scratch: Path, name: str) -> None:
    git("fetch", "--quiet", "origin", f"refs/heads/{name}", folder=scratch)
    try:
        # In a rebase, "theirs" is the commit being moved: ours.
        git("rebase", "--quiet", "--strategy-option=theirs", "FETCH_HEAD", folder=scratch)
    except PublishError:
        git("rebase", "--abort", folder=scratch)
        raise


@contextmanager
def _scratch_tree(git: Git) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="soundweave-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(scratch), "HEAD")
        try:
            yield scratch
        finally:
            git("worktree", "remove", "--force", str(scratch))


def _retrying() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(PublishError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential_jitter(multiplier=FIRST_DELAY, max=LONGEST_DELAY, jitter=FIRST_DELAY),
        before_sleep=before_sleep_log(log, logging.INFO),
        reraise=True,
    )


def _environment(environ: Mapping[str, str], header: str) -> dict[str, str]:
    # Variables like GIT_TRACE would print the header.
    variables = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    variables.pop("GITHUB_TOKEN", None)
    variables |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    for role in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{role}_NAME": AUTHOR, f"GIT_{role}_EMAIL": EMAIL}
    settings = {"commit.gpgSign": "false", "core.hooksPath": os.devnull}
    settings["merge.theirs-stay.driver"] = "true"  # in a rebase, keeps what others pushed
    if header:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        settings[f"http.{server}/.extraheader"] = f"AUTHORIZATION: basic {header}"
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | {"GIT_CONFIG_COUNT": str(len(settings))}
