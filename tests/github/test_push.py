import base64
import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

import commit_night
from soundweave.base import files
from soundweave.base.errors import ConfigError, PublishError
from soundweave.base.paths import ROOT
from soundweave.github import commit, push
from soundweave.github import git as git_module
from soundweave.github.git import Git

METRICS = {
    "timestamp": "2025-11-21T03:17:00Z",
    "mode": "mixed",
    "nodes": 900,
    "edges": 1000,
    "users": 80,
    "packs": 20,
    "added": 300,
    "removed": 0,
    "requests": 12,
    "duration_seconds": 20.5,
    "stopped": "complete",
}
TOKEN = "ghs_averysecrettoken"
HISTORY = "data/metrics_history.jsonl"


def line(day):
    return json.dumps(METRICS | {"timestamp": f"2025-11-{day:02}T03:17:00Z"}) + "\n"


def results(validation="passed", edge_generation="passed", website="passed"):
    statuses = {
        "validation": validation,
        "edge_generation": edge_generation,
        "website": website,
    }
    return {
        "milestone_number": 9,
        "passed": validation == "passed",
        "actions": [
            {
                "name": name,
                "critical": name == "validation",
                "status": status,
                "exit_code": None,
                "seconds": None,
                "detail": "",
            }
            for name, status in statuses.items()
        ],
    }


def git(*arguments, cwd):
    command = ["git", "-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    done = subprocess.run([*command, *arguments], cwd=cwd, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture(autouse=True)
def _no_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-such-config"))
    for name in ("GITHUB_TOKEN", "GITHUB_REF_TYPE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(push, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(push, "LONGEST_DELAY", 0.05)


@pytest.fixture
def origin(tmp_path):
    work, bare = tmp_path / "seed", tmp_path / "origin.git"
    (work / "data").mkdir(parents=True)
    (work / ".gitattributes").write_text((ROOT / ".gitattributes").read_text())
    (work / HISTORY).write_text(line(1))
    (work / "edge_stats.json").write_text("{}\n")
    git("init", "-q", "-b", "main", cwd=work)
    git("add", "-A", cwd=work)
    git("commit", "-qm", "Seed", cwd=work)
    git("clone", "-q", "--bare", str(work), str(bare), cwd=tmp_path)
    return bare


@pytest.fixture
def clone(origin, tmp_path, monkeypatch):
    folder = tmp_path / "clone"
    git("clone", "-q", str(origin), str(folder), cwd=tmp_path)
    monkeypatch.chdir(folder)
    return folder


def push_night(clone):
    return push.commit_and_push(Git(clone), [Path(HISTORY)], "Nightly: +1 sounds")


def somebody_pushes(origin, tmp_path, name, text):
    other = tmp_path / f"other-{name.replace('/', '-')}"
    git("clone", "-q", str(origin), str(other), cwd=tmp_path)
    (other / name).write_text(text)
    git("add", "-A", cwd=other)
    git("commit", "-qm", "Somebody's", cwd=other)
    git("push", "-q", "origin", "main", cwd=other)


def log(origin):
    return git("log", "--format=%s|%an|%ae|%cn", "main", cwd=origin).splitlines()


def test_the_commit_and_who_made_it(clone, origin):
    (clone / HISTORY).write_text(line(1) + line(2))
    (clone / "untracked.log").write_text("not meant")
    pushed = push_night(clone)
    bot = "github-actions[bot]"
    email = "41898282+github-actions[bot]@users.noreply.github.com"
    assert log(origin)[0] == f"Nightly: +1 sounds|{bot}|{email}|{bot}"
    assert git("rev-parse", "main", cwd=origin).strip() == pushed
    assert git("show", "--format=", "--name-only", "main", cwd=origin).split() == [HISTORY]


def test_nothing_changed_nothing_pushed(clone, origin):
    assert push_night(clone) is None
    assert len(log(origin)) == 1


def test_the_callers_tree_stays_as_it_is(clone):
    (clone / HISTORY).write_text(line(1) + line(2))
    (clone / "edge_stats.json").write_text("half written")
    before = git("status", "--porcelain", cwd=clone), git("rev-parse", "HEAD", cwd=clone)
    push_night(clone)
    assert (git("status", "--porcelain", cwd=clone), git("rev-parse", "HEAD", cwd=clone)) == before
    assert len(git("worktree", "list", cwd=clone).splitlines()) == 1


@pytest.mark.parametrize("head", ["", "0" * 40, "1" * 40], ids=["empty", "null", "unknown"])
@pytest.mark.parametrize("is_locked", [True, False])
def test_what_a_killed_run_left_does_not_stop_the_next(clone, origin, tmp_path, head, is_locked):
    left, used, lost = (tmp_path / f"soundweave-push-{name}" / "tree" for name in "abc")
    for scratch in (left, used, lost):
        scratch.parent.mkdir()
        git("worktree", "add", "--detach", str(scratch), "HEAD", cwd=clone)
    for scratch in (left, lost):
        if is_locked:
            git("worktree", "lock", str(scratch), cwd=clone)
        folder = Path((scratch / ".git").read_text().removeprefix("gitdir: ").strip())
        (folder / "HEAD").write_text(f"{head}\n" if head else "")
    shutil.rmtree(lost.parent)
    (clone / HISTORY).write_text(line(1) + line(2))
    with files.alone(used.parent, "as a push does"):
        pushed = push_night(clone)
    assert git("rev-parse", "main", cwd=origin).strip() == pushed
    assert not left.parent.exists()
    assert not lost.parent.exists()
    listed = git("worktree", "list", cwd=clone).splitlines()
    assert [entry.split()[0] for entry in listed] == [str(clone), str(used)]


def test_no_hook_runs_and_nothing_is_signed(clone, origin, tmp_path, monkeypatch):
    marker = tmp_path / "a hook ran"
    hooks = tmp_path / "hooks"
    for folder in (clone / ".git" / "hooks", hooks):
        folder.mkdir(exist_ok=True)
        for name in ("pre-commit", "commit-msg", "post-commit", "post-checkout", "pre-push"):
            (folder / name).write_text(f"#!/bin/sh\ntouch '{marker}'\nexit 1\n")
            (folder / name).chmod(0o755)
    config = tmp_path / "global-config"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    settings = ("", f"[core]\nhooksPath = {hooks}\n", "[commit]\ngpgSign = true\n")
    for day, text in enumerate(settings, start=2):
        config.write_text(text)
        (clone / HISTORY).write_text(line(1) + line(day))
        assert push_night(clone)
    assert not marker.exists()


def test_a_second_push_of_the_same_night_adds_nothing(clone, origin):
    (clone / HISTORY).write_text(line(1) + line(2))
    push_night(clone)
    push_night(clone)
    assert len(log(origin)) == 2


def push_theirs(origin, tmp_path, change):
    """Push somebody's `change`, a function of a clone; returns the clone."""
    other = tmp_path / "other"
    git("clone", "-q", str(origin), str(other), cwd=tmp_path)
    change(other)
    git("add", "-A", cwd=other)
    git("commit", "-qm", "Somebody's", cwd=other)
    git("push", "-q", "origin", "main", cwd=other)
    return other


EDITED, BROKEN = line(1).replace("900", "901"), line(1)[:20]


@pytest.mark.parametrize(
    ("before", "theirs", "ours", "after"),
    [
        ([1], line(1) + line(3), line(1) + line(2), line(1) + line(3) + line(2)),
        ([1], "", line(1) + line(2), line(2)),
        ([1], EDITED, line(1) + line(2), EDITED + line(2)),
        ([1, 2], line(2), line(1) + line(2) + line(3), line(2) + line(3)),
        ([1, 2], line(2) + line(1), line(1) + line(2) + line(3), line(2) + line(1) + line(3)),
        ([1], line(1) + line(2), line(1) + line(2), line(1) + line(2)),
        ([1], line(1) + line(3).strip(), line(1) + line(2), line(1) + line(3) + line(2)),
        ([1], line(1) + "\n" + line(3), line(1) + line(2), line(1) + "\n" + line(3) + line(2)),
        ([1, 2], line(1) + line(2) + line(4), line(1) + line(3), line(1) + line(4) + line(3)),
        ([], line(3), line(2), line(3) + line(2)),
    ],
    ids=[
        "they append too",
        "they empty it",
        "they edit a line",
        "they drop a line",
        "they sort it",
        "they have our line",
        "they end without a newline",
        "they add an empty line",
        "we drop a torn line",
        "both begin it",
    ],
)
def test_a_history_that_others_change_keeps_what_they_did_and_gets_our_lines(
    clone, origin, tmp_path, caplog, before, theirs, ours, after
):
    history = "data/history.jsonl"
    if before:
        seed = "".join(line(day) for day in before)
        push_theirs(origin, tmp_path, lambda other: (other / history).write_text(seed))
        git("pull", "-q", cwd=clone)
        (tmp_path / "other").rename(tmp_path / "seed-clone")
    push_theirs(origin, tmp_path, lambda other: (other / history).write_text(theirs))
    (clone / history).write_text(ours)
    pushed = push.commit_and_push(Git(clone), [Path(history)], "x")
    assert git("show", f"main:{history}", cwd=origin) == after
    assert (pushed is None) == (after == theirs)
    assert not caplog.records


def test_bytes_that_are_no_text_survive_a_race(clone, origin, tmp_path):
    odd = line(1).encode() + b'{"x": "\xff\xfe"}\r\n'
    push_theirs(origin, tmp_path, lambda other: (other / HISTORY).write_bytes(odd))
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push_night(clone)
    git("pull", "-q", cwd=tmp_path / "other")
    assert (tmp_path / "other" / HISTORY).read_bytes() == odd + line(2).encode()


def test_of_a_generated_file_our_side_wins(clone, origin, tmp_path):
    somebody_pushes(origin, tmp_path, "edge_stats.json", '{"theirs": 1}\n')
    (clone / "edge_stats.json").write_text('{"ours": 1}\n')
    push.commit_and_push(Git(clone), [Path("edge_stats.json")], "x")
    assert git("show", "main:edge_stats.json", cwd=origin) == '{"ours": 1}\n'


def test_a_shallow_clone_can_rebase(origin, tmp_path):
    folder = tmp_path / "shallow"
    somebody_pushes(origin, tmp_path, "edge_stats.json", "2\n")
    git("clone", "-q", "--depth=1", origin.as_uri(), str(folder), cwd=tmp_path)
    somebody_pushes(origin, tmp_path, HISTORY, line(1) + line(3))
    (folder / HISTORY).write_text(line(1) + line(2))
    push_night(folder)
    history = git("show", f"main:{HISTORY}", cwd=origin)
    assert line(2) in history
    assert line(3) in history


def test_variables_of_another_git_do_not_matter(clone, origin, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push_night(clone)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert len(log(origin)) == 2


def test_the_environment_of_git(clone):
    environ = {"PATH": os.environ["PATH"], "GITHUB_TOKEN": TOKEN, "GIT_TRACE": "1"}
    output = Git(clone, environ)("-c", "alias.variables=!env", "variables")
    lines = set(output.splitlines())
    assert {"GIT_TERMINAL_PROMPT=0", "LC_ALL=C"} <= lines
    assert any(text.endswith("=http.https://github.com/.extraheader") for text in lines)
    assert TOKEN not in output
    assert "GIT_TRACE" not in output
    assert ".extraheader" not in Git(clone, {"PATH": environ["PATH"]})(
        "-c", "alias.variables=!env", "variables"
    )


def test_without_git(clone, tmp_path):
    with pytest.raises(ConfigError, match="git is not installed"):
        Git(clone, {"PATH": str(tmp_path)})("status")


def test_missing_files_are_left_out_and_ignored_ones_added(clone, origin):
    (clone / ".git" / "info" / "exclude").write_text("website/public/\n")
    page = clone / "website" / "public" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>page")
    paths = [Path("no-such.json"), Path("website/public/index.html")]
    push.commit_and_push(Git(clone), paths, "x")
    assert git("show", "main:website/public/index.html", cwd=origin) == "<p>page"


def test_a_file_outside_the_repository_is_refused(clone, tmp_path):
    (tmp_path / "outside").write_text("x")
    with pytest.raises(ConfigError, match="outside the repository"):
        push.commit_and_push(Git(clone), [tmp_path / "outside"], "x")


def test_a_detached_head_is_refused(clone):
    git("checkout", "-q", "--detach", cwd=clone)
    (clone / HISTORY).write_text(line(1) + line(2))
    with pytest.raises(PublishError, match="check out a branch by name"):
        push_night(clone)


def test_outside_a_repository(tmp_path):
    with pytest.raises(PublishError):
        push.commit_and_push(Git(tmp_path), [], "x")


def test_a_refused_push_is_tried_again_and_then_told(clone, origin):
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    said = "the archived branch is on a read-only disk, try later"
    hook.write_text(f"#!/bin/sh\necho tried >> tries\necho {said} >&2\nexit 1\n")
    hook.chmod(0o755)
    (clone / HISTORY).write_text(line(1) + line(2))
    with pytest.raises(PublishError, match="try later"):
        push_night(clone)
    assert (origin / "tries").read_text().count("tried") == push.ATTEMPTS
    assert len(git("worktree", "list", cwd=clone).splitlines()) == 1


def test_a_push_that_fails_once_succeeds(clone, origin, caplog):
    caplog.set_level("INFO")
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n[ -e tries ] && exit 0\ntouch tries\nexit 1\n")
    hook.chmod(0o755)
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push_night(clone)
    assert len(log(origin)) == 2
    assert caplog.text.count("git push failed") == 1


class LostAnswer(Git):
    """The first push arrives, but its answer does not."""

    is_lost = False

    def read(self, *arguments, folder=None):
        answer = super().read(*arguments, folder=folder)
        if arguments[0] == "push" and not self.is_lost:
            self.is_lost = True
            raise PublishError("git push did not end within 120 s")
        return answer


def test_a_push_whose_answer_is_lost_is_found(clone, origin, caplog):
    (clone / HISTORY).write_text(line(1) + line(2))
    pushed = push.commit_and_push(LostAnswer(clone), [Path(HISTORY)], "Nightly: +1 sounds")
    assert pushed == git("rev-parse", "main", cwd=origin).strip()
    assert len(log(origin)) == 2
    assert "others changed" not in caplog.text


def test_a_push_whose_answer_is_lost_is_found_below_another_one(clone, origin, tmp_path, caplog):
    class Overtaken(LostAnswer):
        def read(self, *arguments, folder=None):
            try:
                return super().read(*arguments, folder=folder)
            except PublishError:
                somebody_pushes(origin, tmp_path, "theirs.txt", "theirs")
                raise

    name = "data/translations/a/es/translation.md"
    (clone / name).parent.mkdir(parents=True)
    (clone / name).write_text("ours\n")
    push.commit_and_push(Overtaken(clone), [Path(name)], "Nightly: 1 translation")
    assert git("show", f"main:{name}", cwd=origin) == "ours\n"
    assert len(log(origin)) == 3
    assert "others changed" not in caplog.text


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("error: GH006: Protected branch update failed for refs/heads/main.", "protected"),
        ("error: GH013: Repository rule violations found for refs/heads/main.", "a rule"),
        ("error: GH013: Rule violations\n- Push cannot contain secrets", "takes a text"),
        ("error: GH001: Large files detected.", "never accepts"),
        ("ERROR: This repository was archived so it is read-only.", "unarchive"),
        ("remote: Permission to a/b.git denied to github-actions[bot].", "Read and write"),
        ("fatal: unable to access 'x': The requested URL returned error: 403", "Read and write"),
        ("fatal: Authentication failed for 'https://github.com/a/b'", "set GITHUB_TOKEN"),
        ("fatal: could not read Username for 'https://github.com'", "set GITHUB_TOKEN"),
        ("fatal: repository 'https://github.com/a/b/' not found", "git remote set-url origin"),
    ],
)
def test_a_refusal_that_will_not_change_is_explained_at_once(clone, origin, said, advice):
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho tried >> tries\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n")
    hook.chmod(0o755)
    (clone / HISTORY).write_text(line(1) + line(2))
    with pytest.raises(push.RefusedError, match=advice):
        push_night(clone)
    assert (origin / "tries").read_text() == "tried\n"


STATS = "edge_stats.json"


def deleted(other):
    git("rm", "-q", STATS, cwd=other)


def moved_away(other):
    git("mv", STATS, "old_stats.json", cwd=other)


def made_a_folder(other):
    git("rm", "-q", STATS, cwd=other)
    (other / STATS).mkdir()
    (other / STATS / "readme").write_text("mine")


def made_a_link(other):
    (other / STATS).unlink()
    (other / STATS).symlink_to("elsewhere")


def unchanged(other):
    (other / "readme").write_text("mine")


def made_executable(other):
    (other / STATS).chmod(0o755)


def edited(other):
    (other / STATS).write_text("{2}\n")


@pytest.mark.parametrize(
    ("change", "is_ours"),
    [
        (unchanged, True),
        (edited, True),
        (made_executable, True),
        (deleted, False),
        (moved_away, False),
        (made_a_folder, False),
        (made_a_link, False),
    ],
)
@pytest.mark.parametrize("with_history", [True, False])
def test_a_report_is_ours_unless_somebody_removed_or_replaced_it(
    clone, origin, tmp_path, caplog, change, is_ours, with_history
):
    push_theirs(origin, tmp_path, change)
    theirs = git("ls-tree", "-r", "main", cwd=origin)
    (clone / STATS).write_text("{1}\n")
    if with_history:
        (clone / HISTORY).write_text(line(1) + line(2))
    pushed = push.commit_and_push(Git(clone), [Path(STATS), Path(HISTORY)], "Nightly")
    assert (pushed is not None) == (is_ours or with_history)
    assert (STATS in caplog.text) != is_ours
    if is_ours:
        assert git("show", f"main:{STATS}", cwd=origin) == "{1}\n"
    mine = [HISTORY] * with_history + [STATS] * is_ours
    changed = git("show", "--format=", "--name-only", "main", cwd=origin).split()
    assert not pushed or changed == mine
    kept = [entry for entry in theirs.splitlines() if not entry.endswith(tuple(mine) or "\0")]
    assert set(kept) <= set(git("ls-tree", "-r", "main", cwd=origin).splitlines())
    assert line(2) in git("show", f"main:{HISTORY}", cwd=origin) or not with_history


def test_what_a_failed_attempt_left_is_not_in_the_way(clone, origin, tmp_path):
    push_theirs(origin, tmp_path, made_a_folder)
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n[ -e tries ] && exit 0\ntouch tries\nexit 1\n")
    hook.chmod(0o755)
    (clone / STATS).write_text("{1}\n")
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push.commit_and_push(Git(clone), [Path(HISTORY), Path(STATS)], "x")
    assert line(2) in git("show", f"main:{HISTORY}", cwd=origin)


def test_a_mode_that_somebody_set_stays(clone, origin, tmp_path):
    push_theirs(origin, tmp_path, made_executable)
    (clone / STATS).write_text("{1}\n")
    assert push.commit_and_push(Git(clone), [Path(STATS)], "Nightly")
    assert git("ls-tree", "main", STATS, cwd=origin).startswith("100755")


@pytest.mark.parametrize(
    "name", ["data/translations/a/es/translation.md", "website/locales/es.json"]
)
@pytest.mark.parametrize("blocked", ["", "file", "link"])
def test_a_new_file_needs_its_place(clone, origin, tmp_path, caplog, name, blocked):
    parent = str(Path(name).parent)

    def change(other):
        place = other / parent
        place.parent.mkdir(parents=True, exist_ok=True)
        if blocked == "file":
            place.write_text("mine")
        elif blocked == "link":
            place.symlink_to("/elsewhere")
        else:
            (other / "readme").write_text("mine")

    push_theirs(origin, tmp_path, change)
    (clone / parent).mkdir(parents=True)
    (clone / name).write_text("new\n")
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push.commit_and_push(Git(clone), [Path(name), Path(HISTORY)], "x")
    files = git("ls-tree", "-r", "--name-only", "main", cwd=origin).split()
    assert (name in files) == (not blocked)
    assert (parent in files) == bool(blocked)
    assert (name in caplog.text) == bool(blocked)
    assert line(2) in git("show", f"main:{HISTORY}", cwd=origin)


@pytest.mark.parametrize(
    "name", ["data/translations/a/es/translation.md", "website/locales/es.json"]
)
@pytest.mark.parametrize("was_there", [True, False])
def test_what_a_person_edits_meanwhile_stays_as_edited(clone, origin, tmp_path, name, was_there):
    def write(text):
        def change(other):
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            (other / name).write_text(text)

        return change

    if was_there:
        push_theirs(origin, tmp_path, write("one\n\ntwo\n\nthree\n"))
        git("pull", "-q", cwd=clone)
        (tmp_path / "other").rename(tmp_path / "seed-clone")
    push_theirs(origin, tmp_path, write("one\n\ntwo\n\nmine\n"))
    write("new\n\nnew\n\nthree\n")(clone)
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push.commit_and_push(Git(clone), [Path(name), Path(HISTORY)], "Second")
    assert git("show", f"main:{name}", cwd=origin) == "one\n\ntwo\n\nmine\n"
    assert git("show", "--format=", "--name-only", "main", cwd=origin).split() == [HISTORY]


def rewritten(other):
    git("commit", "-q", "--amend", "-m", "Rewritten", cwd=other)


def taken_back(other):
    git("reset", "-q", "--hard", "HEAD~1", cwd=other)


def started_over(other):
    git("checkout", "-q", "--orphan", "fresh", cwd=other)
    git("commit", "-qm", "Fresh", cwd=other)
    git("branch", "-q", "-M", "fresh", "main", cwd=other)


@pytest.mark.parametrize("change", [rewritten, taken_back, started_over])
def test_a_forced_push_during_the_night_stays_as_pushed(clone, origin, tmp_path, change):
    somebody_pushes(origin, tmp_path, "secret.txt", "a mistake")
    git("pull", "-q", cwd=clone)
    other = tmp_path / "other"
    git("clone", "-q", str(origin), str(other), cwd=tmp_path)
    change(other)
    git("push", "-q", "--force", "origin", "main", cwd=other)
    theirs = git("rev-parse", "main", cwd=origin)
    (clone / HISTORY).write_text(line(1) + line(2))
    assert push_night(clone)
    assert git("rev-parse", "main^", cwd=origin) == theirs
    assert git("show", "--format=", "--name-only", "main", cwd=origin).split() == [HISTORY]


def test_a_branch_that_was_deleted_is_not_created_again(clone, origin):
    git("branch", "-m", "main", "trunk", cwd=origin)
    (clone / HISTORY).write_text(line(1) + line(2))
    with pytest.raises(push.RefusedError, match="start the night on the one"):
        push_night(clone)
    assert git("branch", "--format=%(refname:short)", cwd=origin).split() == ["trunk"]


def test_a_push_between_fetch_and_push_is_not_overwritten(clone, origin, tmp_path):
    somebody_pushes(origin, tmp_path, STATS, "theirs")
    theirs = git("rev-parse", "main", cwd=origin).strip()
    git_command = Git(clone)
    (clone / HISTORY).write_text(line(1) + line(2))

    class Late(Git):
        """Sees the branch as it was before somebody's push, once."""

        fetched = 0

        def __call__(self, *arguments, folder=None):
            if arguments[0] == "fetch":
                Late.fetched += 1
                if Late.fetched == 1:
                    return git_command("fetch", "-q", ".", "HEAD", folder=clone)
            return super().__call__(*arguments, folder=folder)

    assert push.commit_and_push(Late(clone), [Path(HISTORY)], "x")
    assert git("rev-parse", "main^", cwd=origin).strip() == theirs
    assert Late.fetched > 1


class Refusing(BaseHTTPRequestHandler):
    """Remembers the credentials, says them aloud and refuses."""

    server: "RefusingServer"

    def do_GET(self):
        self.server.seen.append(self.headers.get("Authorization"))
        body = f"denied {self.headers.get('Authorization')} {TOKEN}".encode()
        self.send_response(403)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class RefusingServer(ThreadingHTTPServer):
    """A git server that refuses everything; `seen` are the credentials it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Refusing)
        self.seen: list[str | None] = []


def test_the_token_reaches_the_server_and_nobody_else(clone, monkeypatch, caplog):
    server = RefusingServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        git("remote", "set-url", "origin", f"{url}/acme/demo.git", cwd=clone)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_SERVER_URL", url)
        monkeypatch.setenv("GIT_TRACE_CURL", "1")
        monkeypatch.setenv("GIT_TRACE_REDACT", "0")
        (clone / HISTORY).write_text(line(1) + line(2))
        with pytest.raises(PublishError, match="403") as error:
            push_night(clone)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    header = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert server.seen[0] == f"basic {header}"
    for text in (str(error.value), caplog.text, (clone / ".git" / "config").read_text()):
        assert TOKEN not in text
        assert header not in text


def test_the_words_of_git_are_redacted(clone, origin, monkeypatch):
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nprintf 'token {TOKEN} \\377' >&2\nexit 1\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    (clone / HISTORY).write_text(line(1) + line(2))
    with pytest.raises(PublishError, match="token \\*\\*\\* \ufffd"):
        push_night(clone)


def test_a_slow_git_is_ended(clone, origin, monkeypatch):
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec sleep 3\n")
    hook.chmod(0o755)
    monkeypatch.setattr(git_module, "SECONDS", 1)
    (clone / HISTORY).write_text(line(1) + line(2))
    once = Retrying(
        stop=stop_after_attempt(1), retry=retry_if_exception_type(PublishError), reraise=True
    )
    with pytest.raises(PublishError, match="did not end within 1 s"):
        push.commit_and_push(Git(clone), [Path(HISTORY)], "x", once)


@pytest.mark.parametrize(
    ("change", "milestone", "subject"),
    [
        ({}, None, "Nightly: +300 sounds, 900 in all"),
        ({}, 9, "Nightly: +300 sounds, 900 in all [Milestone 9]"),
        ({"added": 0, "removed": 4}, None, "Nightly: +0 sounds, 4 gone, 900 in all"),
    ],
)
def test_the_subject(change, milestone, subject):
    assert commit.subject(METRICS | change, milestone) == subject


def test_a_subject_without_metrics():
    assert commit.subject(None, None) == "Nightly: results"


@pytest.mark.parametrize(
    ("translated", "milestone", "end"),
    [(0, None, ""), (1, None, ", 1 translation"), (2, 9, ", 2 translations [Milestone 9]")],
)
def test_the_subject_counts_translations(translated, milestone, end):
    subject = commit.subject(METRICS, milestone, translated)
    assert subject == f"Nightly: +300 sounds, 900 in all{end}"


@pytest.mark.parametrize("value", ["$(id)", "3", -1, 2.5, None])
def test_only_numbers_reach_the_subject(tmp_path, value):
    (tmp_path / "metrics.jsonl").write_text(json.dumps(METRICS | {"added": value}) + "\n")
    with pytest.raises(ConfigError, match="last line: added"):
        commit.last_metrics(tmp_path / "metrics.jsonl")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps(results(validation="failed"))])
def test_torn_or_failed_results_release_nothing(tmp_path, text, caplog):
    assert commit.passed_results(tmp_path / "missing.json") is None
    (tmp_path / "results.json").write_text(text)
    assert commit.passed_results(tmp_path / "results.json") is None
    is_torn = "failed" not in text
    assert ("results.json" in caplog.text) == is_torn
    assert ("the milestone is not committed" in caplog.text) == is_torn


def test_the_newest_line_of_the_metrics_counts(tmp_path):
    history = tmp_path / "metrics.jsonl"
    assert commit.last_metrics(history) is None
    history.write_text(line(1) + line(2) + line(3))
    assert commit.last_metrics(history) == json.loads(line(3))


@pytest.fixture
def night(clone):
    """The clone after a milestone's night; returns the files that a commit would hold."""
    (clone / HISTORY).write_text(line(1) + line(2))
    for name in ("data/milestone_history.jsonl", "validation_report.json", "edge_stats.json"):
        (clone / name).write_text('{"x": 1}\n')
    (clone / "website/public").mkdir(parents=True)
    (clone / "website/public/index.html").write_text("<p>x\n")

    def run(value, origin):
        if value is not None:
            (clone / "milestone_results.json").write_text(json.dumps(value))
        assert commit_night.main(["--push"]) == 0
        return set(git("show", "--format=", "--name-only", "main", cwd=origin).split())

    return run


ALWAYS = {HISTORY}
MILESTONE = {*ALWAYS, "data/milestone_history.jsonl", "validation_report.json"}


@pytest.mark.parametrize(
    ("value", "files", "subject"),
    [
        (None, ALWAYS, "900 in all"),
        (results(validation="failed"), ALWAYS, "900 in all"),
        (results(validation="not finished"), ALWAYS, "900 in all"),
        (
            results(),
            {*MILESTONE, "edge_stats.json"},
            "900 in all [Milestone 9]",
        ),
        (
            results(edge_generation="failed"),
            MILESTONE,
            "900 in all [Milestone 9]",
        ),
        (
            results(website="not finished"),
            {*MILESTONE, "edge_stats.json"},
            "900 in all [Milestone 9]",
        ),
    ],
)
def test_what_a_night_commits(night, origin, value, files, subject):
    assert night(value, origin) == files
    assert log(origin)[0].split("|")[0] == f"Nightly: +300 sounds, {subject}"


def test_translations_that_changed_are_committed_whatever_became_of_the_night(
    night, clone, origin, tmp_path
):
    old = ["data/translations/map/fr/translation.md", "data/translations/map/ca/translation.json"]
    other = tmp_path / "old"
    git("clone", "-q", str(origin), str(other), cwd=tmp_path)
    for name in old:
        (other / name).parent.mkdir(parents=True)
        (other / name).write_text("old\n")
    git("add", "-A", cwd=other)
    git("commit", "-qm", "Old translations", cwd=other)
    git("push", "-q", "origin", "main", cwd=other)
    git("pull", "-q", "--rebase", "--autostash", "origin", "main", cwd=clone)

    new = [f"data/translations/river/es/translation.{end}" for end in ("json", "md")]
    others = ["river/es/notes.txt", "river/translation.md", "river/ES/translation.md", "x.md"]
    others += ["river/old/translation.md", "a/river/es/translation.md", "\udcff/es/translation.md"]
    for name in [*new, old[0], *(f"data/translations/{name}" for name in others)]:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("new\n")
    (clone / old[1]).unlink()
    words = ["website/locales/es.json", "website/locales/notes.txt", "website/locales/a/fr.json"]
    for name in words:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("{}\n")
    assert night(results(validation="failed"), origin) == {*ALWAYS, *new, old[0], words[0]}
    assert log(origin)[0].startswith("Nightly: +300 sounds, 900 in all, 2 translations|")


def test_a_tag_gets_no_commit(night, origin, monkeypatch):
    monkeypatch.setenv("GITHUB_REF_TYPE", "tag")
    night(None, origin)
    assert len(log(origin)) == 1


def test_nothing_is_pushed_unasked(clone, origin, capsys):
    (clone / HISTORY).write_text(line(1) + line(2))
    assert commit_night.main([]) == 0
    assert len(log(origin)) == 1
    assert "With --push" in capsys.readouterr().out
