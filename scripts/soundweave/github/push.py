"""Commit the night's results and push them, whatever other people do to the branch meanwhile.

Everything happens in a scratch work tree, so the caller's files, index and branch stay as they
are. Only the night's own commit moves: it is made again on top of what the branch is now, so a
forced push stays as pushed. Where somebody changed the same file, a history gets the night's
lines, a report is the night's, and anything else stays as they have it: deleted, moved, replaced
or edited.
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from soundweave.base import files
from soundweave.base.errors import ConfigError, PublishError
from soundweave.base.paths import EDGE_STATS, VALIDATION_REPORT
from soundweave.github.git import Git, branch

log = logging.getLogger(__name__)

ATTEMPTS = 6
FIRST_DELAY, LONGEST_DELAY = 1.0, 20.0  # seconds
SCRATCH, IN_USE = "soundweave-push-", "another push is using it"
REPORTS = {EDGE_STATS.name, VALIDATION_REPORT.name}  # made by commands, never by people

ADVICE = "exempt the branch from the rule, under Settings -> Rules or Settings -> Branches"
WORKFLOW_PERMISSIONS = (
    "under Settings -> Actions -> General -> Workflow permissions, choose 'Read and write'"
)
# What another attempt cannot change, and what to do about it; the first that fits counts.
REFUSALS = {
    "cannot contain secrets": (
        "GitHub takes a text in the commit for a secret; its answer says where, and how to allow it"
    ),
    "error: GH006|protected branch": f"the branch is protected; {ADVICE}",
    "error: GH013|rule violations": f"a rule of the repository forbids the push; {ADVICE}",
    r"error: GH\d{3}": "GitHub never accepts this commit; change what its answer names",
    "repository was archived": "the repository cannot be written to; unarchive it",
    "Permission to .* denied|returned error: 403": (
        f"the token may not push; {WORKFLOW_PERMISSIONS}"
    ),
    "Authentication failed|returned error: 401|could not read Username": (
        "git needs a token; set GITHUB_TOKEN to a valid one"
    ),
    "repository .* not found|returned error: 404|does not appear to be a git repository": (
        "the address of origin leads to no repository; correct it with: git remote set-url origin"
    ),
    "couldn't find remote ref": (
        "the branch is gone, and it is not created again; start the night on the one that is there"
    ),
}


class RefusedError(PublishError):
    """A push that another attempt cannot save; the message says what to do."""


def commit_and_push(
    git: Git, paths: Sequence[Path], subject: str, retrying: Retrying | None = None
) -> str | None:
    """Commit those of `paths` that exist and push the commit to the checked-out branch of origin.

    Returns the id of the pushed commit, or None if nothing changed. Raises PublishError if the
    push fails after all attempts, RefusedError if more of them are useless.
    """
    name = branch(git)
    with _scratch_tree(git) as scratch:
        own_commit = _commit(git, scratch, paths, subject)
        moved = None
        for attempt in retrying or _retrying() if own_commit else ():
            with attempt, _explained():
                tip = _tip(git, scratch, name)
                if tip == moved:
                    return moved  # the push before arrived, only its answer did not
                moved = _moved(git, scratch, own_commit, tip, subject)
                if moved:
                    _push(git, scratch, moved, name)
        return moved


class _File(NamedTuple):
    """An entry of a commit's tree: a regular file, or anything else that has its name."""

    mode: str
    id: str

    @property
    def is_regular(self) -> bool:
        return self.mode.startswith("100")


def _commit(git: Git, scratch: Path, paths: Sequence[Path], subject: str) -> str:
    """Commit the files on top of what is checked out; returns "" if none of them changed."""
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
        return ""
    git("commit", "--quiet", "--message", subject, folder=scratch)
    return git("rev-parse", "HEAD", folder=scratch)


def _tip(git: Git, scratch: Path, name: str) -> str:
    git("fetch", "--quiet", "origin", f"refs/heads/{name}", folder=scratch)
    return git("rev-parse", "FETCH_HEAD", folder=scratch)


def _moved(git: Git, scratch: Path, own_commit: str, tip: str, subject: str) -> str | None:
    """Make our commit again on top of what the branch is now; None if it would change nothing."""
    git("read-tree", tip, folder=scratch)
    changed = git("diff-tree", "-r", "-z", "--name-only", "--no-commit-id", own_commit)
    left_out = [
        path
        for path in filter(None, changed.split("\0"))
        if not _stage(git, scratch, own_commit, tip, path)
    ]
    if left_out:
        log.warning("not committed, as others changed it meanwhile: %s", ", ".join(left_out))
    tree = git("write-tree", folder=scratch)
    if tree == git("rev-parse", f"{tip}^{{tree}}", folder=scratch):
        return None
    return git("commit-tree", tree, "-p", tip, "-m", subject, folder=scratch)


def _stage(git: Git, scratch: Path, own_commit: str, tip: str, path: str) -> bool:
    """Put our version of a file into the index; returns False if theirs stays."""
    ours, theirs = _file(git, own_commit, path), _file(git, tip, path)
    base = _file(git, f"{own_commit}^", path)
    if ours is None:
        return False
    if theirs == ours:
        return True
    if theirs == base:
        content = ours.id
    elif theirs is None or not theirs.is_regular:
        return False
    elif path.endswith(".jsonl"):
        content = _merged(git, scratch, base, ours, theirs)
    elif Path(path).name in REPORTS:
        content = ours.id
    else:
        return False
    mode = theirs.mode if theirs else ours.mode
    try:
        git("update-index", "--add", "--cacheinfo", f"{mode},{content},{path}", folder=scratch)
    except PublishError:
        return False  # a folder of the path is a file now, or the other way around
    return True


def _file(git: Git, commit: str, path: str) -> _File | None:
    entry = git("ls-tree", "--full-tree", "-z", commit, "--", path)
    return _File(*entry.split()[:3:2]) if entry else None


def _merged(git: Git, scratch: Path, base: _File | None, ours: _File, theirs: _File) -> str:
    """Add to their history what we added to the base, and take out what we took out."""
    before, own, current = (_lines(git, file) for file in (base, ours, theirs))
    taken_out = set(before) - set(own)
    kept = [line for line in current if line not in taken_out]
    known = {*before, *kept}
    added = [line for line in own if line not in known]
    result = scratch.parent / "merged"
    result.write_bytes(b"".join(line + b"\n" for line in [*kept, *added]))
    return git("hash-object", "-w", "--no-filters", str(result), folder=scratch)


def _lines(git: Git, file: _File | None) -> list[bytes]:
    content = git.read("cat-file", "blob", file.id) if file else b""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _push(git: Git, scratch: Path, commit: str, name: str) -> None:
    # The lease: a push of somebody else since the fetch, a forced one too, is never overwritten.
    ref = f"refs/heads/{name}"
    parent = git("rev-parse", f"{commit}^", folder=scratch)
    lease = f"--force-with-lease={ref}:{parent}"
    git("push", "--quiet", lease, "origin", f"{commit}:{ref}", folder=scratch)


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
    _remove_leftovers(git)
    with (
        tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder,
        files.alone(Path(folder), IN_USE),
    ):
        scratch = Path(folder) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(scratch), "HEAD")
        try:
            yield scratch
        finally:
            git("worktree", "remove", "--force", str(scratch))


def _remove_leftovers(git: Git) -> None:
    """Remove the scratch trees of killed runs: one that is half made breaks every fetch."""
    for line in git("worktree", "list", "--porcelain").splitlines():
        key, _, path = line.partition(" ")
        scratch = Path(path)
        if key != "worktree" or not scratch.parent.name.startswith(SCRATCH):
            continue
        # The kernel gives up the lock of a killed process, whatever its number is used for now.
        is_there = scratch.parent.exists()  # somebody may have emptied the temporary folder
        lock = files.alone(scratch.parent, IN_USE) if is_there else nullcontext()
        with suppress(ConfigError), lock:
            with suppress(PublishError):
                git("worktree", "unlock", str(scratch))  # git locks it while it makes it
            shutil.rmtree(scratch.parent, ignore_errors=True)
            git("worktree", "prune")


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
