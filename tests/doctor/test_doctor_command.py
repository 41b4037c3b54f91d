"""The command as a user, the Makefile and the workflow run it."""

import json
import os
import runpy
import subprocess
import sys

import pytest

from tests.conftest import ROOT, Run
from tests.doctor.set_up import SetUp
from tests.support.github_server import REPOSITORY, Answer


def flags(set_up: SetUp) -> list[object]:
    project = set_up.project()
    return [
        *("--checkpoint-dir", project.checkpoint_dir),
        *("--metrics-history", project.metrics_history),
        *("--milestone-history", project.milestone_history),
    ]


def environment(set_up: SetUp) -> dict[str, str]:
    return set_up.environ | {"GITHUB_REPOSITORY": REPOSITORY}


def test_findings_are_exit_code_1_and_each_names_its_fix(set_up: SetUp, run: Run) -> None:
    set_up.answers["/pages"]["build_type"] = "legacy"
    done = run("doctor.py", *flags(set_up), "--json", env=environment(set_up))
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout)
    (finding,) = [item for item in result["findings"] if item["code"] == "pages_source"]
    assert result["healthy"] is False
    assert finding["severity"] == "error"
    assert finding["fix"].endswith(f"https://github.com/{REPOSITORY}/settings/pages")


def test_usage_is_exit_code_2(run: Run) -> None:
    assert run("doctor.py", "--no-such-flag").returncode == 2


def step(set_up: SetUp, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the workflow's first and last job do: without any package."""
    files = {name: str(set_up.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    set_up.on_actions()
    return subprocess.run(
        [sys.executable, "-S", f"scripts/{script}", *map(str, flags(set_up))],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **files, **set_up.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_healthy_set_up_is_exit_code_0_in_the_workflows_first_job(set_up: SetUp) -> None:
    done = step(set_up, "doctor.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing is wrong.\n")
    assert "::" not in done.stdout
    assert "invalid_configuration" in done.stdout  # not checked
    assert not (set_up.folder / "GITHUB_STEP_SUMMARY").exists()
    assert site_url(set_up) == "https://acme.github.io/demo/"


def site_url(set_up: SetUp) -> str:
    name, value, _ = (set_up.folder / "GITHUB_OUTPUT").read_text().splitlines()
    assert name.startswith("site_url<<")
    return value


def test_without_pages_or_an_answer_about_them_the_site_has_no_address(set_up: SetUp) -> None:
    set_up.refuse("/pages")
    step(set_up, "doctor.py")
    assert site_url(set_up) == ""
    (set_up.folder / "GITHUB_OUTPUT").unlink()
    set_up.answers[""]["has_pages"] = False
    step(set_up, "doctor.py")
    assert site_url(set_up) == ""


def test_findings_are_annotations_and_rows_of_the_summary(set_up: SetUp) -> None:
    hostile = "x\n::add-mask::y <b>|"
    set_up.answers["/rules/branches/main"] = [{"type": "pull_request"}]
    set_up.answers[""]["has_issues"] = False
    set_up.environ["FREESOUND_BASE_URL"] = set_up.github.url + "/odd/"
    set_up.github.schemes.append("Token")
    set_up.github.route("GET", "/odd/search/", lambda _: Answer(401, {"detail": hostile}))
    done = step(set_up, "doctor.py")
    lines = done.stdout.splitlines()
    levels = [line.split("::")[1] for line in lines if line.startswith("::")]
    assert (done.returncode, levels) == (1, ["error", "error", "warning"])
    summary = (set_up.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert "a pull request is required" in summary
    assert "<b>" not in summary
    assert len([line for line in summary.splitlines() if line.startswith("| ")]) == 5


def test_secrets_are_not_shown(set_up: SetUp, run: Run) -> None:
    set_up.environ["FREESOUND_API_KEY"] = "secret" * 7
    done = run("doctor.py", *flags(set_up), "--verbose", env=environment(set_up))
    assert "rejected_key" in done.stdout
    for secret in (set_up.environ["FREESOUND_API_KEY"], set_up.github.token):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=repr)
def test_an_old_python_is_told_before_anything_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["doctor.py", *arguments])
    monkeypatch.setitem(sys.modules, "soundweave.base", None)  # an import would fail
    with pytest.raises(SystemExit) as exit_info:
        runpy.run_path(str(ROOT / "scripts" / "doctor.py"), run_name="__main__")
    assert exit_info.value.code == 1
    output = capsys.readouterr().out
    assert "Python 3.9 is too old" in output
    if arguments:
        assert json.loads(output)["findings"][0]["code"] == "python_too_old"


def test_make_doctor_needs_nothing_installed() -> None:
    printed = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split()[-1] == "scripts/doctor.py"
    assert "install" not in printed
