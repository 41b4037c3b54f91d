"""Facts about the repository on GitHub: its settings, its branch, and how its nights went.

What the token may not read is unknown. Nothing here changes anything.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urlsplit

from soundweave.base import times
from soundweave.base.paths import METRICS_HISTORY
from soundweave.doctor import branch_rules
from soundweave.doctor.facts import (
    SETTINGS_NEED,
    Environment,
    GitHub,
    NotCheckedError,
    Pages,
    Repository,
    Unknown,
    Value,
    look_up,
    require,
    unknown,
)
from soundweave.doctor.project import Project
from soundweave.github.rest import SERVER_URL, GitHubError, Rest

CACHE_KEY = "freesound-library-"
NIGHT = "night-1"  # the artifact of a night that collected
SECRET = "FREESOUND_API_KEY"  # noqa: S105 - its name
DATA = f"{METRICS_HISTORY.parent}/"  # what upstream's own nights commit
REMOTE = re.compile(r"(?:https?://|ssh://)?(?:[^@/]+@)?([\w.-]+)(?::\d+)?[:/](.+?)(?:\.git)?/?")


def connect(project: Project) -> Rest:
    """The repository that this is a checkout of; raises NotCheckedError if GitHub has none.

    The token is only ever sent to github.com, or to the server that GitHub Actions names.
    """
    name = project.environ.get("GITHUB_REPOSITORY", "")
    if not name:
        match = REMOTE.fullmatch(project.git("remote", "get-url", "origin"))
        server = project.environ.get("GITHUB_SERVER_URL", SERVER_URL)
        if not match or match[1] != urlsplit(server).hostname:
            raise NotCheckedError("origin is not a repository on GitHub")
        name = match[2]
    if name.count("/") != 1:
        raise NotCheckedError(f"{name!r:.80} is not a repository like owner/name")
    return Rest.from_environment(project.environ, name)


def github(rest: Rest, project: Project) -> GitHub:
    """Ask GitHub for everything that the checks need."""
    try:
        raw = rest.get()
    except GitHubError as error:
        moved = error.status in {301, 307, 308}
        facts = unknown(GitHub, str(error))
        return facts if not moved else _replace_moved(facts)
    return _Lookup(rest, project, _repository(raw)).facts()


def has_secret(rest: Rest) -> bool:
    """Whether the repository has the key as a secret; raises SoundweaveError if it cannot tell."""
    try:
        return _exists(lambda: rest.get(f"/actions/secrets/{SECRET}"))
    except GitHubError as error:
        raise NotCheckedError(SETTINGS_NEED) from error


def _look_up(find: Callable[[], Value]) -> Value | Unknown:
    try:
        return look_up(find)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Unknown("GitHub's answer has an unknown form")


def _replace_moved(facts: GitHub) -> GitHub:
    return GitHub(**{**vars(facts), "moved": True})


class _Lookup:
    """One method for each fact; it may raise GitHubError, and then the fact is unknown."""

    def __init__(self, rest: Rest, project: Project, repository: Repository) -> None:
        self._rest = rest
        self._project = project
        self._repository = repository
        self._branch = project.environ.get("GITHUB_REF_NAME") or repository.default_branch
        self._workflow = f"/actions/workflows/{project.workflow.name}"

    def facts(self) -> GitHub:
        night = _look_up(self._newest_night)
        return GitHub(
            moved=False,
            repository=self._repository,
            branch=self._branch,
            actions_enabled=_look_up(self._actions_enabled),
            actions_allowed=_look_up(
                lambda: str(self._permissions().get("allowed_actions", "all"))
            ),
            workflow_state=_look_up(self._workflow_state),
            token_may_write=_look_up(self._token_may_write),
            pages=_look_up(self._pages),
            environment=_look_up(self._environment),
            refusing_rules=_look_up(lambda: branch_rules.refusing(self._rest, self._branch)),
            cache_gone=_look_up(self._cache_gone),
            commits_behind=_look_up(self._commits_behind),
            scheduled_branch=_look_up(lambda: _branch_of(night)),
            days_since_night=_look_up(lambda: _days_since(night)),
        )

    def _permissions(self) -> dict[str, Any]:
        try:
            return self._rest.get("/actions/permissions")
        except GitHubError as error:
            raise NotCheckedError(SETTINGS_NEED) from error

    def _actions_enabled(self) -> bool:
        # A step that runs is proof, and its token may not read the setting.
        return self._project.on_actions or self._permissions().get("enabled") is not False

    def _workflow_state(self) -> str:
        try:
            return str(self._rest.get(self._workflow).get("state"))
        except GitHubError as error:
            if error.status == 404:
                return "missing"
            raise

    def _token_may_write(self) -> bool:
        from soundweave.base import yaml_files  # noqa: PLC0415 - PyYAML may be missing

        workflow = yaml_files.read_yaml(self._project.workflow)
        permissions = workflow["jobs"]["nightly"].get("permissions", workflow.get("permissions"))
        if isinstance(permissions, dict):
            return permissions.get("contents") == "write"
        if permissions is None:
            permissions = self._default_permissions()
        return permissions in {"write", "write-all"}

    def _default_permissions(self) -> str:
        try:
            answer = self._rest.get("/actions/permissions/workflow")
        except GitHubError as error:
            raise NotCheckedError(SETTINGS_NEED) from error
        return str(answer.get("default_workflow_permissions"))

    def _pages(self) -> Pages:
        if not self._repository.has_pages:
            return Pages(source="", url="")
        raw = self._rest.get("/pages")
        return Pages(str(raw.get("build_type") or "legacy"), str(raw.get("html_url") or ""))

    def _environment(self) -> Environment:
        path = "/environments/github-pages"
        try:
            raw = self._rest.get(path)
        except GitHubError as error:
            if error.status == 404:  # the first deployment makes it
                return Environment(allows_branch=True, needs_review=False)
            raise
        rules = [rule.get("type") for rule in raw.get("protection_rules") or []]
        policy = raw.get("deployment_branch_policy") or {}
        allows = True
        if policy.get("custom_branch_policies"):
            listed = self._rest.get(f"{path}/deployment-branch-policies", per_page=100)
            allows = any(_fits(self._branch, item) for item in listed.get("branch_policies", []))
        elif policy.get("protected_branches"):
            allows = branch_rules.is_protected(self._rest, self._branch)
        return Environment(allows, "required_reviewers" in rules)

    def _cache_gone(self) -> bool:
        if self._rest.get("/actions/caches", key=CACHE_KEY, per_page=1).get("total_count"):
            return False
        artifacts = self._rest.get("/actions/artifacts", name=NIGHT, per_page=10)
        own = self._project.environ.get("GITHUB_RUN_ID")
        runs = [item["workflow_run"]["id"] for item in artifacts.get("artifacts", [])]
        for run in [run for run in runs if str(run) != own][:1]:
            # A night that failed may have had no library to keep.
            return self._rest.get(f"/actions/runs/{run}").get("conclusion") == "success"
        return False

    def _commits_behind(self) -> int:
        upstream = self._repository.parent
        if not upstream:
            return 0
        head = f"{upstream.partition('/')[0]}:{self._repository.parent_branch}"
        branches = f"{self._repository.default_branch}...{head}"
        compared = self._rest.get(f"/compare/{quote(branches, safe=':.')}", per_page=1)
        names = [str(item.get("filename")) for item in compared.get("files", [])]
        ours = all(name.startswith(DATA) for name in names)
        return 0 if ours else int(compared.get("ahead_by", 0))

    def _newest_night(self) -> dict[str, Any]:
        answer = self._rest.get(f"{self._workflow}/runs", event="schedule", per_page=1)
        runs = answer.get("workflow_runs") or [{}]
        return dict(runs[0])


def _repository(raw: dict[str, Any]) -> Repository:
    parent = raw.get("parent") or {}
    return Repository(
        archived=raw.get("archived") is True,
        default_branch=str(raw.get("default_branch", "main")),
        has_issues=raw.get("has_issues") is not False,
        has_pages=raw.get("has_pages") is not False,
        parent=str(parent.get("full_name", "")),
        parent_branch=str(parent.get("default_branch", "main")),
    )


def _exists(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except GitHubError as error:
        if error.status == 404:
            return False
        raise
    return True


def _fits(branch: str, policy: dict[str, Any]) -> bool:
    # As in GitHub's own patterns, a star stays within a part of the name.
    pattern = str(policy.get("name"))
    return (
        policy.get("type", "branch") == "branch"
        and (pattern.count("/") == branch.count("/") or "**" in pattern)
        and fnmatchcase(branch, pattern)
    )


def _branch_of(night: dict[str, Any] | Unknown) -> str:
    return str(require(night).get("head_branch", ""))


def _days_since(night: dict[str, Any] | Unknown) -> float:
    started = times.parse_or_none(str(require(night).get("created_at")))
    if started is None:
        raise NotCheckedError("no scheduled night has run yet")
    return (datetime.now(UTC) - started).total_seconds() / 86_400
