"""Commit the night's results and push them, whatever other people do to the branch meanwhile.

Everything happens in a scratch work tree, so the caller's files, index and branch stay as they
are. Only the night's own commit moves: it is put on top of what the branch is now, so a forced
push stays as pushed and a deleted file stays deleted. Histories keep the lines of both sides
(`*.jsonl merge=union` in .gitattributes), and our version of generated files wins. The token
reaches git only through the environment.
"""

import base64
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception,
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
UNMERGED = ("diff", "--diff-filter=U")

ADVICE = "let github-actions[bot] push there, or start the night on another branch"
WORKFLOW_PERMISSIONS = (
    "under Settings -> Actions -> General -> Workflow permissions, choose 'Read and write'"
)
# What another attempt cannot change, and what to do about it.
REFUSALS = {
    r"GH006|protected branch": f"the branch is protected; {ADVICE}",
    r"GH013|rule violations": f"a rule of the repository forbids the push; {ADVICE}",
    r"GH\d{3}": "GitHub refuses the commit; change what its message names",
    r"repository was archived": "the repository cannot be written to; unarchive it",
    r"Permission to .* denied|returned error: 403": (
        f"the token may not push; {WORKFLOW_PERMISSIONS}"
    ),
    r"Authentication failed|returned error: 401|could not read Username": "git needs a valid token",
    r"repository .* not found|returned error: 404|does not appear to be a git repository": (
        "the address of origin leads to no repository"
    ),
    r"couldn't find remote ref": "the branch is gone, and it is not created again",
}


class RefusedError(PublishError):
    """A push that another attempt cannot save; the message says what to do."""


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
    """Commit those of `paths` that exist and push the commit to the checked-out branch of origin.

    Returns the id of the pushed commit, or None if nothing changed. Raises PublishError if the
    push fails after all attempts, RefusedError if more of them are useless.
    """
    name = branch(git)
    with _scratch_tree(git) as scratch:
        if not _commit(git, scratch, paths, subject):
            return None
        own_commit = git("rev-parse", "HEAD", folder=scratch)
        for attempt in retrying or _retrying():
            with attempt, _explained():
                if not _move(git, scratch, own_commit, name):
                    return None
                _push(git, scratch, name)
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


def _move(git: Git, scratch: Path, own_commit: str, name: str) -> bool:
    """Put our commit on top of what the branch is now; returns False if it changes nothing."""
    git("fetch", "--quiet", "origin", f"refs/heads/{name}", folder=scratch)
    if git("rev-parse", "FETCH_HEAD", folder=scratch) == git(
        "rev-parse", f"{own_commit}^", folder=scratch
    ):
        git("checkout", "--quiet", "--force", "--detach", own_commit, folder=scratch)
        return True
    git("checkout", "--quiet", "--force", "--detach", "FETCH_HEAD", folder=scratch)
    git("clean", "--quiet", "--force", "-d", "-x", folder=scratch)
    # In a cherry-pick, "theirs" is the commit being moved: ours.
    pick = ("cherry-pick", "--no-commit", "--strategy-option=theirs", own_commit)
    try:
        git(*pick, folder=scratch)
    except PublishError:
        if not _names(git, scratch, *UNMERGED):
            raise
    _keep_theirs(git, scratch, own_commit)
    if not git("diff", "--cached", "--name-only", folder=scratch):
        return False
    git("commit", "--quiet", "--reuse-message", own_commit, folder=scratch)
    return True


def _keep_theirs(git: Git, scratch: Path, own_commit: str) -> None:
    """Where somebody deleted, moved or replaced one of our files, leave it as they did."""
    ours = _names(git, scratch, "diff-tree", "-r", "--no-commit-id", own_commit)
    staged = _names(git, scratch, "diff", "--cached")
    if unwanted := (staged - ours) | _names(git, scratch, *UNMERGED):
        git("reset", "--quiet", "HEAD", "--", *sorted(unwanted), folder=scratch)
    written = _names(git, scratch, "diff", "--cached")
    if missing := ours - written:
        log.warning("not committed, as others changed it meanwhile: %s", ", ".join(sorted(missing)))


def _names(git: Git, scratch: Path, *command: str) -> set[str]:
    names = git(*command, "--name-only", "-z", folder=scratch).split("\0")
    return set(filter(None, names))


def _push(git: Git, scratch: Path, name: str) -> None:
    # The lease: a push of somebody else since the fetch, a forced one too, is never overwritten.
    ref = f"refs/heads/{name}"
    parent = git("rev-parse", "HEAD^", folder=scratch)
    lease = f"--force-with-lease={ref}:{parent}"
    git("push", "--quiet", lease, "origin", f"HEAD:{ref}", folder=scratch)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn an error that another attempt cannot change into a RefusedError that says so."""
    try:
        yield
    except PublishError as error:
        for pattern, advice in REFUSALS.items():
            if re.search(pattern, str(error), re.IGNORECASE):
                raise RefusedError(f"{advice} ({error})") from error
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
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential_jitter(multiplier=FIRST_DELAY, max=LONGEST_DELAY, jitter=FIRST_DELAY),
        before_sleep=before_sleep_log(log, logging.INFO),
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PublishError) and not isinstance(error, RefusedError)


def _environment(environ: Mapping[str, str], header: str) -> dict[str, str]:
    # Variables like GIT_TRACE would print the header.
    variables = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    variables.pop("GITHUB_TOKEN", None)
    variables |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    for role in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{role}_NAME": AUTHOR, f"GIT_{role}_EMAIL": EMAIL}
    settings = {"commit.gpgSign": "false", "core.hooksPath": os.devnull}
    settings["merge.theirs-stay.driver"] = "true"  # keeps what others pushed
    if header:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        settings[f"http.{server}/.extraheader"] = f"AUTHORIZATION: basic {header}"
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | {"GIT_CONFIG_COUNT": str(len(settings))}
