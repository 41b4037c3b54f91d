"""Each condition is seeded in a healthy set-up, over real HTTP, git and SQLite, and named alone."""

import re
import shutil
import sqlite3
import time
from collections import namedtuple
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from soundweave.base import paths
from soundweave.doctor.conditions import CONDITIONS
from soundweave.doctor.report import HEALTHY, text
from soundweave.library import database
from soundweave.standin import Fault
from tests.conftest import ROOT
from tests.doctor.set_up import WORKFLOW, SetUp
from tests.support.github_server import Answer

Seed = Callable[[SetUp, pytest.MonkeyPatch], object]
Usage = namedtuple("Usage", "total used free")
CONTENTS_WRITE = next(
    line
    for line in paths.WORKFLOW.read_text(encoding="utf-8").splitlines(keepends=True)
    if "permissions: {contents: write" in line
)


def put(path: str, **values: object) -> Seed:
    """Change what GitHub says."""
    return lambda set_up, _: set_up.answers[path].update(values)


def answer(path: str, value: object) -> Seed:
    """Let GitHub say something else."""
    return lambda set_up, _: set_up.answers.update({path: value})


def environ(**values: str) -> Seed:
    return lambda set_up, _: set_up.environ.update(values)


def edit(name: str, old: str, new: str) -> Seed:
    return lambda set_up, _: set_up.edit(name, old, new)


def write(name: str, content: bytes) -> Seed:
    return lambda set_up, _: (set_up.folder / name).write_bytes(content)


def fault(kind: str) -> Seed:
    return lambda set_up, _: set_up.freesound.add_fault(Fault(kind, times=None))


def both(*seeds: Seed) -> Seed:
    return lambda set_up, patch: [seed(set_up, patch) for seed in seeds]


def no_key(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    del set_up.environ["FREESOUND_API_KEY"]
    del set_up.answers["/actions/secrets/FREESOUND_API_KEY"]


def no_programs(set_up: SetUp, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PATH", str(set_up.folder / "dist"))
    set_up.on_actions()  # without git, only Actions knows the repository


def full_disk(_: SetUp, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**8, 10**8))


def wrong_clock(_: SetUp, patch: pytest.MonkeyPatch) -> None:
    server_time = "Wed, 01 Jan 2020 00:00:00 GMT"
    patch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: server_time)


def no_library(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    set_up.library.unlink()


def library_of_zeros(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    content = set_up.library.read_bytes()
    set_up.library.write_bytes(content[:4096] + bytes(len(content) - 4096))


def newer_library(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(set_up.library)
    connection.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) + 1}")
    connection.close()


def spent_ledger(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    with database.writing(set_up.folder / "library") as connection:
        rows = [(time.time() - 60, "search/", 200)] * 2000
        connection.executemany("INSERT INTO requests (at, path, status) VALUES (?, ?, ?)", rows)


def freesound_stopped(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    set_up.freesound.close()


def search_is_down(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    detail = "Search server error: Failed to connect to server at http://search:8983"
    set_up.github.route("GET", "/down/search/", lambda _: Answer(400, {"detail": detail}))
    other_api(set_up, "/down/")


def a_web_page(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    set_up.github.route("GET", "/page/search/", lambda _: Answer(200, content=b"<html>Hello"))
    other_api(set_up, "/page/")


def other_api(set_up: SetUp, path: str) -> None:
    """Let the server that plays GitHub play Freesound too."""
    set_up.environ["FREESOUND_BASE_URL"] = set_up.github.url + path
    set_up.github.schemes.append("Token")


def night_without_cache(conclusion: str) -> Seed:
    artifacts = {"artifacts": [{"workflow_run": {"id": 5}}]}
    return both(
        answer("/actions/caches", {"total_count": 0}),
        answer("/actions/artifacts", artifacts),
        answer("/actions/runs/5", {"conclusion": conclusion}),
    )


def protection(**rules: object) -> Seed:
    """Protect the branch in the classic way."""
    return both(
        answer("/rules/branches/main", []),
        answer("/branches/main/protection", rules),
    )


def upstream_news(set_up: SetUp, _: pytest.MonkeyPatch) -> None:
    files = set_up.answers["/compare/main...upstream:main"]["files"]
    files.append({"filename": "scripts/collect_sounds.py"})


def on_actions(seed: Seed) -> Seed:
    return both(lambda set_up, _: set_up.on_actions(), seed)


SEEDS: list[tuple[str, Seed]] = [
    ("missing_packages", edit("pyproject.toml", '"pydantic>=', '"no-such-package>=')),
    ("missing_packages", edit("pyproject.toml", '"pydantic>=2', '"pydantic>=99')),
    ("missing_programs", no_programs),
    ("missing_bundles", lambda set_up, _: (set_up.folder / "dist" / "map.js").unlink()),
    ("full_disk", full_disk),
    ("wrong_clock", wrong_clock),
    ("invalid_configuration", edit("pipeline.yaml", "attempts: 5", "attempts: 0")),
    ("invalid_configuration", edit("pipeline.yaml", "engine: auto", "engine: magic")),
    ("invalid_history", write("metrics_history.jsonl", b'{"half": \n{}\n')),
    ("invalid_history", write("milestone_history.jsonl", b'{"nodes": -1}\n')),
    ("histories_conflict", write(".gitattributes", b"*.sh text\n")),
    ("chat_key_missing", environ(TRANSLATION_BASE_URL="https://api.example.org/v1")),
    ("chat_endpoint_missing", environ(TRANSLATION_API_KEY="k")),
    ("library_missing", no_library),
    ("library_damaged", library_of_zeros),
    ("library_damaged", write("library/library.db", b"not a library" * 1000)),
    ("library_damaged", write("library/library.db", b"")),
    ("library_newer", newer_library),
    ("no_key", no_key),
    ("no_key", both(no_key, environ(HAS_API_KEY="false"))),
    ("malformed_key", environ(FREESOUND_API_KEY="k" * 40 + "\n")),
    ("malformed_key", environ(FREESOUND_API_KEY="kéy")),
    ("rejected_key", environ(FREESOUND_API_KEY="x" * 40)),
    ("suspended_key", fault("suspended_key")),
    ("quota_used_up", fault("day")),
    ("quota_used_up", spent_ledger),
    ("freesound_unreachable", freesound_stopped),
    ("freesound_unreachable", fault("unavailable")),
    ("freesound_unreachable", search_is_down),
    ("wrong_base_url", a_web_page),
    ("wrong_base_url", lambda s, _: s.environ.update(FREESOUND_BASE_URL=s.freesound.root)),
    ("repository_moved", answer("", Answer(301, {"message": "Moved Permanently"}))),
    ("repository_archived", put("", archived=True)),
    ("actions_disabled", answer("/actions/permissions", {"enabled": False})),
    ("actions_not_allowed", put("/actions/permissions", allowed_actions="local_only")),
    ("workflow_missing", answer(WORKFLOW, None)),
    ("workflow_disabled_in_fork", put(WORKFLOW, state="disabled_fork")),
    ("workflow_disabled_by_hand", put(WORKFLOW, state="disabled_manually")),
    ("workflow_disabled_after_inactivity", put(WORKFLOW, state="disabled_inactivity")),
    (
        "nights_stopped",
        put(
            f"{WORKFLOW}/runs",
            workflow_runs=[{"head_branch": "main", "created_at": "2026-01-01T03:17:00Z"}],
        ),
    ),
    ("default_branch_changed", lambda s, _: renamed_default_branch(s)),
    ("read_only_token", edit(WORKFLOW.rpartition("/")[2], CONTENTS_WRITE, "")),
    (
        "read_only_token",
        edit(WORKFLOW.rpartition("/")[2], CONTENTS_WRITE, "    permissions: {contents: read}\n"),
    ),
    ("protected_branch", answer("/rules/branches/main", [{"type": "pull_request"}])),
    ("protected_branch", protection(required_pull_request_reviews={}, enforce_admins={})),
    ("protected_branch", protection(restrictions={"apps": [{"slug": "other"}]})),
    ("protected_branch", protection(lock_branch={"enabled": True})),
    ("protected_branch", on_actions(lambda set_up, _: visible_protection(set_up))),
    ("pages_not_enabled", both(put("", has_pages=False), answer("/pages", None))),
    ("pages_source", put("/pages", build_type="legacy")),
    (
        "environment_refuses_branch",
        answer(
            "/environments/github-pages/deployment-branch-policies",
            {"branch_policies": [{"name": "release/*"}, {"name": "main", "type": "tag"}]},
        ),
    ),
    ("environment_refuses_branch", lambda set_up, _: only_protected_branches(set_up, False)),
    (
        "environment_needs_review",
        put("/environments/github-pages", protection_rules=[{"type": "required_reviewers"}]),
    ),
    ("cache_gone", night_without_cache("success")),
    ("behind_upstream", upstream_news),
    ("issues_disabled", put("", has_issues=False)),
]


def renamed_default_branch(set_up: SetUp) -> None:
    set_up.answers[""]["default_branch"] = "trunk"
    for path in ("/rules/branches/main", "/branches/main", "/compare/main...upstream:main"):
        set_up.answers[path.replace("main", "trunk", 1)] = set_up.answers[path]
    policies = "/environments/github-pages/deployment-branch-policies"
    set_up.answers[policies] = {"branch_policies": [{"name": "t*"}]}


def visible_protection(set_up: SetUp) -> None:
    set_up.answers["/rules/branches/main"] = []
    checks = {"required_status_checks": {"enforcement_level": "everyone"}}
    set_up.answers["/branches/main"] = {"protected": True, "protection": checks}
    set_up.refuse("/branches/main/protection")


def only_protected_branches(set_up: SetUp, protected: bool) -> None:
    policy = {"protected_branches": True, "custom_branch_policies": False}
    set_up.answers["/environments/github-pages"]["deployment_branch_policy"] = policy
    set_up.answers["/branches/main"]["protected"] = protected


@pytest.mark.parametrize(("code", "seed"), SEEDS, ids=[code for code, _ in SEEDS])
def test_each_misconfiguration_is_named_alone(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch, code: str, seed: Seed
) -> None:
    seed(set_up, monkeypatch)
    report = set_up.examine()
    assert [finding.code for finding in report.findings] == [code], text(report)
    (finding,) = report.findings
    assert finding.fix
    assert "{" not in finding.problem + finding.fix


def test_each_condition_is_seeded() -> None:
    assert [condition.code for condition in CONDITIONS] == list(dict(SEEDS))
    assert len(CONDITIONS) > 20


HEALTHY_VARIANTS: dict[str, Seed] = {
    "a laptop": both(),
    "a step of the workflow": lambda set_up, _: set_up.on_actions(),
    "no library on this machine": lambda set_up, _: shutil.rmtree(set_up.folder / "library"),
    "the key is in the repository only": lambda set_up, _: set_up.environ.pop("FREESOUND_API_KEY"),
    "no history yet": lambda set_up, _: (set_up.folder / "metrics_history.jsonl").unlink(),
    "a torn last line": write("metrics_history.jsonl", b'{"timestamp": "2026'),
    "the first night": both(
        answer("/actions/caches", {"total_count": 0}),
        answer("/actions/artifacts", {"artifacts": []}),
        answer(f"{WORKFLOW}/runs", {"workflow_runs": []}),
        answer("/environments/github-pages", None),
    ),
    "the last night could not collect": night_without_cache("failure"),
    "no fork": put("", parent=None),
    "the token may write by default": both(
        edit(WORKFLOW.rpartition("/")[2], CONTENTS_WRITE, ""),
        edit(WORKFLOW.rpartition("/")[2], "permissions: {}\n", ""),
        answer("/actions/permissions/workflow", {"default_workflow_permissions": "write"}),
    ),
    "any branch may deploy": put("/environments/github-pages", deployment_branch_policy=None),
    "protected branches may deploy": lambda set_up, _: only_protected_branches(set_up, True),
    "protection that exempts GitHub Actions": protection(
        restrictions={"apps": [{"slug": "github-actions"}]},
        required_signatures={"enabled": False},
        allow_force_pushes={"enabled": False},
    ),
    "throttled for a minute": fault("minute"),
    "a chat endpoint on this machine": environ(TRANSLATION_BASE_URL="http://127.0.0.1:8080/v1"),
    "a chat endpoint with a key": environ(
        TRANSLATION_BASE_URL="https://api.example.org/v1", TRANSLATION_API_KEY="k"
    ),
    "GitHub is down": lambda set_up, _: set_up.github.fail("GET", ".*"),
    "another token": environ(GITHUB_TOKEN="ghp_expired"),
    "no token": environ(GITHUB_TOKEN=""),
    "strange answers": lambda set_up, _: set_up.answers.update(
        {key: ["strange"] for key in set(set_up.answers) - {""}}
    ),
    "another host": lambda set_up, _: set_up.project().git(
        "remote", "set-url", "origin", "https://git.example.org/acme/demo"
    ),
}


@pytest.mark.parametrize("seed", HEALTHY_VARIANTS.values(), ids=HEALTHY_VARIANTS)
def test_no_false_alarm(set_up: SetUp, monkeypatch: pytest.MonkeyPatch, seed: Seed) -> None:
    seed(set_up, monkeypatch)
    report = set_up.examine()
    assert text(report).startswith(HEALTHY), text(report)


def test_an_admin_sees_everything(set_up: SetUp) -> None:
    assert set_up.examine().not_checked == {}


def test_what_the_token_of_a_night_may_not_read_is_not_checked(set_up: SetUp) -> None:
    set_up.on_actions()
    set_up.answers["/rules/branches/main"] = []
    set_up.refuse("/branches/main/protection")
    assert set(set_up.examine().not_checked) == {
        "missing_packages",
        "missing_bundles",
        "actions_not_allowed",
        "protected_branch",
    }


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_what_github_refuses_is_not_checked_and_says_why(set_up: SetUp, status: int) -> None:
    set_up.github.fail("GET", "/repos/.*", status)
    not_checked = set_up.examine().not_checked
    assert f"HTTP {status}" in not_checked["repository_archived"]
    assert "no_key" not in not_checked  # it is here


def contents(set_up: SetUp) -> dict[Path, bytes]:
    """The files, but for what SQLite keeps beside a library for its readers."""
    return {
        path: path.read_bytes()
        for path in set_up.folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_a_library_that_another_process_holds_is_not_damaged(set_up: SetUp) -> None:
    holder = sqlite3.connect(set_up.library, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    report = set_up.examine()
    holder.close()
    assert report.findings == ()
    assert "locked" in report.not_checked["library_damaged"]


def test_the_doctor_changes_nothing_and_asks_freesound_once(set_up: SetUp) -> None:
    before = contents(set_up)
    set_up.examine()
    assert contents(set_up) == before
    assert len(set_up.freesound.log) == 1
    assert {request.method for request in set_up.github.requests} == {"GET"}


def test_the_token_goes_to_github_alone(set_up: SetUp) -> None:
    set_up.project().git("remote", "set-url", "origin", "https://git.example.org/acme/demo")
    assert "origin is not" in set_up.examine().not_checked["repository_archived"]
    assert set_up.github.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/demo",
        "https://github.com/acme/demo.git",
        "https://x:y@github.com/acme/demo/",
        "git@github.com:acme/demo.git",
        "ssh://git@github.com:22/acme/demo.git",
    ],
)
def test_every_form_of_the_address_is_known(set_up: SetUp, address: str) -> None:
    set_up.project().git("remote", "set-url", "origin", address)
    set_up.answers[""]["archived"] = True
    assert set_up.codes() == ["repository_archived"]


def test_the_documentation_names_every_condition() -> None:
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", (ROOT / "docs/doctor.md").read_text()))
    assert {condition.code for condition in CONDITIONS} <= named
