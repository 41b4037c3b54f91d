"""Runs the real nightly workflow with act, in host mode, on a fresh clone with a local origin.

What GitHub would keep lives in plain folders: the origin is a bare repository, caches and
artifacts are files (see stubs/). Only the marketplace actions are replaced, by stand-ins with
their inputs and outputs; every script and every `run:` is the project's own.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from soundweave.standin import StandIn
from tests.doctor.set_up import healthy_answers
from tests.support.github_server import REPOSITORY, TOKEN, Answer, Releases, Request

ROOT = Path(__file__).resolve().parents[2]
STUBS = Path(__file__).with_name("stubs")
WORKFLOW = ".github/workflows/freesound-nightly-pipeline.yml"
USES = re.compile(r"uses:\s*([\w.-]+/[\w.-]+)(?:/[\w./-]+)?@([\w./-]+)")
INSTALL = "go install github.com/nektos/act@v0.2.87"
NPM_CACHE = ROOT / ".venv" / "npm"  # what `make setup` fetched
LEFT_OUT = re.compile(r"data/texts/[a-z]|data/translations/|website/locales/(ca|fr)\.")
SECONDS = 500


def require_act() -> None:
    """Skip the test without act, or fail where the checks must be complete."""
    if shutil.which("act"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"act is missing; install it with: {INSTALL}")
    pytest.skip(f"no act; install it with: {INSTALL}")


def git(*arguments: str, cwd: Path) -> str:
    return git_bytes(*arguments, cwd=cwd).decode()


def git_bytes(*arguments: str, cwd: Path) -> bytes:
    command = ["git", "-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    done = subprocess.run([*command, *arguments], cwd=cwd, check=True, capture_output=True)
    return done.stdout


def make_origin(folder: Path) -> Path:
    """Make a bare repository of the work tree as it is, uncommitted files included.

    Without the shipped translations and two of the languages: most of a night would make their
    pages, for each of the nights here.
    """
    work, origin = folder / "work", folder / "origin.git"
    names = git("ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not LEFT_OUT.match(name):
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, work / name)
    git("init", "--quiet", "-b", "main", cwd=work)
    git("add", "--all", cwd=work)
    git("commit", "--quiet", "-m", "The work tree", cwd=work)
    git("clone", "--quiet", "--bare", str(work), str(origin), cwd=folder)
    return origin


@dataclass
class Run:
    """What one run of the workflow said and left behind."""

    code: int
    events: list[dict[str, object]]
    output: str
    folder: Path

    def summary(self) -> str:
        return "".join(str(e["content"]) for e in self.events if e.get("command") == "summary")

    def jobs(self) -> dict[str, object]:
        """Return each job's result; a job of a matrix is called like `translate site es`."""
        results = {_job_name(e): e["jobResult"] for e in self.events if "jobResult" in e}
        # Of a matrix, act gives a job that ends after a failed one that one's result.
        failed = {_job_name(e) for e in self.events if e.get("stepResult") == "failure"}
        ours = {_job_name(e) for e in self.events if e.get("matrix")}
        return results | {name: "failure" if name in failed else "success" for name in ours}

    def steps(self) -> dict[object, object]:
        return {
            e["step"]: e["stepResult"]
            for e in self.events
            if e.get("stage") == "Main" and "stepResult" in e
        }

    def annotations(self, level: str) -> list[str]:
        return [str(e["arg"]) for e in self.events if e.get("command") == level]

    def artifacts(self) -> dict[str, set[str]]:
        contents = (self.folder / "artifacts").glob("*")
        return {path.name: _files(path) for path in contents}

    def site(self) -> Path:
        """Return where the published site would be."""
        return self.folder / "pages"


@dataclass
class Project:
    """The project on "GitHub": its origin, its caches, and one folder for each run."""

    folder: Path
    origin: Path
    freesound: StandIn
    releases: Releases
    key: str = field(default_factory=lambda: secrets.token_hex(20))
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    has_pages: bool = True

    def __post_init__(self) -> None:
        self.releases.github.route("GET", f"/repos/{REPOSITORY}", self._repository)

    def _repository(self, _: Request) -> Answer:
        return Answer(200, healthy_answers()[""] | {"has_pages": self.has_pages})

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def clone(self, name: str) -> Path:
        git("clone", "--quiet", str(self.origin), str(self.folder / name), cwd=self.folder)
        return self.folder / name

    def change(self, files: dict[str, str], message: str = "Somebody's change") -> None:
        """Push a commit that writes `files`."""
        clone = self.clone(f"change-{time.monotonic_ns()}")
        for name, text in files.items():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_text(text, encoding="utf-8")
        git("add", "--all", "--force", "--", *files, cwd=clone)
        git("commit", "--quiet", "-m", message, cwd=clone)
        git("push", "--quiet", "origin", "main", cwd=clone)

    def remove(self, *names: str | Path) -> None:
        """Push a commit without these files and folders, where they are."""
        clone = self.clone(f"remove-{time.monotonic_ns()}")
        git("rm", "-r", "--quiet", "--ignore-unmatch", "--", *map(str, names), cwd=clone)
        git("commit", "--quiet", "-m", "Somebody's clearing", cwd=clone)
        git("push", "--quiet", "origin", "main", cwd=clone)

    def subjects(self) -> list[str]:
        return git("log", "--format=%s", "main", cwd=self.origin).splitlines()

    def changed(self) -> set[str]:
        """Return the files of the newest commit."""
        return set(git("show", "--format=", "--name-only", "main", cwd=self.origin).split())

    def show(self, path: str) -> str:
        return git("show", f"main:{path}", cwd=self.origin)

    def caches(self) -> list[Path]:
        return sorted(
            self.cache.glob("freesound-library-*.tar"), key=lambda path: path.stat().st_mtime_ns
        )

    def run(
        self,
        event: str = "schedule",
        *,
        inputs: dict[str, str] | None = None,
        environment: dict[str, str] | None = None,
        interrupt_when: Callable[[], bool] | None = None,
    ) -> Run:
        """Run the workflow; SIGINT, as a cancel, is sent once `interrupt_when` says so."""
        require_act()
        self.runs += 1
        folder = self.folder / f"run-{self.runs}"
        for path in (folder / "home", self.cache):
            path.mkdir(parents=True, exist_ok=True)
        clone = self.clone(f"run-{self.runs}/clone")
        payload = {"inputs": inputs} if inputs is not None else {"schedule": "17 3 * * *"}
        (folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            process = subprocess.Popen(
                self._command(event, clone, folder, environment or {}),
                cwd=clone,
                env=_clean_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            try:
                if interrupt_when:
                    wait_until(interrupt_when)
                    process.send_signal(signal.SIGINT)
                code = process.wait(timeout=SECONDS)
            finally:
                process.kill()
        output = (folder / "stdout").read_text(encoding="utf-8", errors="replace")
        events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        output += (folder / "stderr").read_text(encoding="utf-8", errors="replace")
        return Run(code, events, output, folder)

    def _command(
        self, event: str, clone: Path, folder: Path, environment: dict[str, str]
    ) -> list[str]:
        command = ["act", event, "-C", str(clone), "-W", str(clone / WORKFLOW), "--json"]
        command += ["-e", str(folder / "event.json"), "-P", "ubuntu-24.04=-self-hosted"]
        command += ["--container-daemon-socket", "-", "--no-cache-server"]
        command += ["--action-offline-mode", "--action-cache-path", str(folder / "act")]
        for option in ("--env-file", "--secret-file", "--var-file", "--input-file"):
            command += [option, os.devnull]
        hidden = {"GITHUB_TOKEN": TOKEN, "FREESOUND_API_KEY": self.key} | self.secrets
        for name, value in hidden.items():
            if value:
                command += ["-s", f"{name}={value}"]
        for name, value in self.variables.items():
            command += ["--var", f"{name}={value}"]
        variables = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REPOSITORY_ID": "1234",
            "GITHUB_RUN_ID": str(4000 + self.runs),
            "GITHUB_API_URL": self.releases.github.url,
            "FREESOUND_BASE_URL": self.freesound.base_url,
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",  # the lock names them all, and they are there
            "npm_config_offline": "true",
            "npm_config_cache": str(NPM_CACHE),
            "STUB_CACHE": str(self.cache),
            "STUB_ORIGIN": str(self.origin),
            "STUB_PAGES": "on" if self.has_pages else "off",
            "STUB_RUN": str(folder),
        }
        for name, value in (variables | environment).items():
            command += ["--env", f"{name}={value}"]
        text = "".join(
            path.read_text(encoding="utf-8")
            for path in [clone / WORKFLOW, *(clone / ".github/actions").rglob("action.yml")]
        )
        for slug, ref in sorted(set(USES.findall(text))):
            # A checkout without a ref needs none: act copies the work tree itself.
            command += ["--local-repository", f"{slug}@{ref}={STUBS / slug}"]
        return command


def _job_name(event: dict[str, object]) -> str:
    matrix = event["matrix"]
    assert isinstance(matrix, dict)
    return " ".join([str(event["jobID"]), *(matrix[key] for key in ("text", "lang") if matrix)])


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _clean_environment(folder: Path) -> dict[str, str]:
    home = folder / "home"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        "PATH": path,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
    }
