"""A healthy set-up to break: a checkout, its library, Freesound, and the repository on GitHub."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soundweave.base import paths, times
from soundweave.doctor.gather import gather
from soundweave.doctor.project import Project
from soundweave.doctor.report import Report, examine
from soundweave.library import database
from soundweave.standin import StandIn, synthetic_catalog
from soundweave.website.frame import assets
from tests.support.github_server import REPOSITORY, Answer, GitHub, Request, github_server

KEY = "k" * 40
ROOT = f"/repos/{REPOSITORY}"
WORKFLOW = f"/actions/workflows/{paths.WORKFLOW.name}"
NIGHT_LINE = {
    "timestamp": "2026-01-01T03:17:00Z",
    "mode": "mixed",
    "nodes": 7,
    "edges": 7,
    "users": 7,
    "packs": 0,
    "added": 7,
    "removed": 0,
    "requests": 1,
    "duration_seconds": 1,
    "stopped": "complete",
}


def healthy_answers() -> dict[str, Any]:
    """What GitHub's REST API says about a fork that works, by path below the repository."""
    return {
        "": {
            "archived": False,
            "default_branch": "main",
            "has_issues": True,
            "has_pages": True,
            "pushed_at": times.now(),
            "parent": {"full_name": "upstream/soundweave", "default_branch": "main"},
        },
        "/actions/permissions": {"enabled": True, "allowed_actions": "all"},
        # The default of new repositories: the workflow asks for what it needs.
        "/actions/permissions/workflow": {"default_workflow_permissions": "read"},
        WORKFLOW: {"state": "active"},
        f"{WORKFLOW}/runs": {
            "workflow_runs": [{"head_branch": "main", "created_at": times.now()}],
        },
        "/pages": {"build_type": "workflow", "html_url": "https://acme.github.io/demo/"},
        "/environments/github-pages": {
            "protection_rules": [{"type": "branch_policy"}],
            "deployment_branch_policy": {
                "protected_branches": False,
                "custom_branch_policies": True,
            },
        },
        "/environments/github-pages/deployment-branch-policies": {
            "branch_policies": [{"name": "main", "type": "branch"}],
        },
        "/rules/branches/main": [{"type": "deletion"}, {"type": "non_fast_forward"}],
        "/branches/main": {"protected": True, "protection": {}},
        "/actions/caches": {"total_count": 3},
        "/actions/secrets/FREESOUND_API_KEY": {"name": "FREESOUND_API_KEY"},
        # Upstream's own nights are no news.
        "/compare/main...upstream:main": {
            "ahead_by": 4,
            "files": [{"filename": "data/metrics_history.jsonl"}],
        },
    }


@dataclass
class SetUp:
    """Everything the doctor looks at; a test breaks one thing."""

    folder: Path
    github: GitHub
    freesound: StandIn
    environ: dict[str, str]
    answers: dict[str, Any] = field(default_factory=healthy_answers)

    def __post_init__(self) -> None:
        for method in ("GET", "POST", "PATCH", "PUT"):
            self.github.route(method, f"{ROOT}(/.*)?", self._answer)

    @property
    def library(self) -> Path:
        return self.folder / "library" / database.FILE_NAME

    def on_actions(self) -> None:
        """Turn the laptop into a step of a workflow, which may read less."""
        self.environ |= {**self.github.environment(), "GITHUB_ACTIONS": "true"}
        self.environ |= {"GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "7"}
        for path in ("/actions/permissions", "/actions/permissions/workflow", "/actions/secrets"):
            self.refuse(path)

    def refuse(self, path: str, status: int = 403) -> None:
        self.answers[path] = Answer(status, {"message": "Resource not accessible by integration"})

    def project(self) -> Project:
        return Project(
            self.environ,
            self.folder / "library",
            self.folder / "metrics_history.jsonl",
            self.folder / "milestone_history.jsonl",
            self.folder / "pipeline.yaml",
            self.folder / paths.WORKFLOW.name,
            self.folder / "dist",
            self.folder / "pyproject.toml",
            self.folder,
        )

    def examine(self) -> Report:
        return examine(gather(self.project()))

    def codes(self) -> list[str]:
        return [finding.code for finding in self.examine().findings]

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        (self.folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def _answer(self, request: Request) -> Answer:
        answer = self.answers.get(request.parts[0] or "")
        if answer is None:
            return Answer(404, {"message": "Not Found"})
        return answer if isinstance(answer, Answer) else Answer(200, answer)


@contextmanager
def healthy(folder: Path) -> Iterator[SetUp]:
    """A laptop with a checkout of a fork, an admin's token and a key."""
    for path in (paths.CONFIG, paths.WORKFLOW, paths.ROOT / "pyproject.toml"):
        shutil.copy(path, folder / path.name)
    shutil.copy(paths.ROOT / ".gitattributes", folder)
    (folder / "dist").mkdir()
    for name in (*assets.NAMES, assets.NOTICES):
        (folder / "dist" / name).touch()
    (folder / "metrics_history.jsonl").write_text(json.dumps(NIGHT_LINE) + "\n", encoding="utf-8")
    database.connect(folder / "library", create=True).close()
    remote = f"https://github.com/{REPOSITORY}.git"
    for command in (["init", "--quiet"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    with ExitStack() as stack:
        github, _ = stack.enter_context(github_server())
        catalog = synthetic_catalog(20, seed=7)
        freesound = stack.enter_context(StandIn(catalog, keys={KEY}))
        environ = {
            "FREESOUND_API_KEY": KEY,
            "FREESOUND_BASE_URL": freesound.base_url,
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": github.token,
        }
        yield SetUp(folder, github, freesound, environ)
