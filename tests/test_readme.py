import re
import subprocess
from pathlib import Path

import pytest
import yaml

from soundweave.base import paths
from tests.conftest import ROOT, Run

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "data/texts/README.md"]
PROSE = "\n".join(path.read_text(encoding="utf-8") for path in DOCS)
BLOCKS = re.findall(r"```sh\n(.*?)```", PROSE, flags=re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
MAKE = [each for each in COMMANDS if each.startswith("make ")]
PYTHON = [each for each in COMMANDS if each.startswith("python ")]


def test_there_are_commands() -> None:
    assert len(MAKE) > 2
    assert len(PYTHON) > 2


@pytest.mark.parametrize("command", MAKE)
def test_every_make_target_is_there_and_on_the_menu(command: str) -> None:
    target = command.split()[1]
    menu = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^{target}\s+\w", menu, flags=re.MULTILINE)


@pytest.mark.parametrize("command", PYTHON)
def test_every_command_takes_its_flags(command: str, run: Run) -> None:
    _, script, *flags = command.split()
    help_text = run(script.removeprefix("scripts/"), "--help").stdout
    for flag in flags:
        if flag.startswith("--"):
            assert re.search(rf"^\s+{flag}\b", help_text, flags=re.MULTILINE), flag


def test_every_path_on_the_map_is_there() -> None:
    generated = ("build/", "website/public/", "data/", ".venv/")
    paths_named = re.findall(r"`([\w./-]+/[\w.-]*)`", README)
    assert len(paths_named) > 5
    for path in paths_named:
        if not path.startswith(generated):
            inside_package = ROOT / "scripts" / "soundweave" / path
            assert (ROOT / path).exists() or inside_package.exists(), path


def test_every_script_is_on_the_map() -> None:
    scripts = list((ROOT / "scripts").glob("*.py"))
    assert len(scripts) > 5
    for path in scripts:
        assert f"`{path.name}`" in README, path.name


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_every_linked_file_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    assert links or page != ROOT / "README.md"
    for link in ("".join(groups) for groups in links):
        assert (page.parent / link).exists(), link


def test_the_picture_has_the_order_of_the_workflow() -> None:
    picture = re.findall(r"```mermaid\n(.*?)```", README, flags=re.DOTALL)[0]
    drawn = re.findall(r"\w+\.py", picture)
    jobs = yaml.safe_load(paths.WORKFLOW.read_text())["jobs"]
    steps = [step for name in ("plan", "translate", "nightly") for step in jobs[name]["steps"]]
    run = re.findall(r"scripts/(\w+\.py)", " ".join(step.get("run", "") for step in steps))
    assert drawn == run
