"""What must hold for every workflow and action, read from the files as they are."""

import re
import shlex
import subprocess
import sys
from dataclasses import fields
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from soundweave.base import paths
from soundweave.github import set_up
from soundweave.translation import settings
from soundweave.translation.results import handover

GITHUB = paths.ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ALL = [*WORKFLOWS, *sorted((GITHUB / "actions").rglob("action.yml"))]
NIGHTLY = yaml.safe_load(paths.WORKFLOW.read_text(encoding="utf-8"))
FLAGS = re.compile(r"--[a-z-]+")


def for_each(files: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", files, ids=[p.parent.name + "/" + p.name for p in files])


def steps(path: Path) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = [loaded["runs"]] if "runs" in loaded else loaded["jobs"].values()
    return [step for part in parts for step in part["steps"]]


def commands(script: str) -> list[list[str]]:
    """Return the words of each line of a script that runs one of ours."""
    lines = script.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if "scripts/" in line]


NIGHTLY_COMMANDS = [
    command
    for path in ALL
    if path.name != "ci.yml"
    for step in steps(path)
    for command in commands(step.get("run", ""))
]


@cache
def help_of(script: str) -> str:
    command = [sys.executable, script, "--help"]
    return subprocess.run(
        command, cwd=paths.ROOT, check=True, capture_output=True, text=True
    ).stdout


@for_each(ALL)
def test_no_expression_reaches_a_script(path):
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


@for_each(ALL)
def test_every_action_is_pinned_and_says_its_version(path):
    lines = re.findall(r"^.*\buses:.*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    ours = re.compile(r"uses: \./\.github/actions/[\w-]+$")
    pinned = re.compile(r"uses: actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    assert not [line for line in lines if not (ours.search(line) or pinned.search(line))]


@for_each(ALL)
def test_no_checkout_leaves_its_credentials_behind(path):
    checkouts = [step for step in steps(path) if "actions/checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@for_each(WORKFLOWS)
def test_least_rights_and_a_time_limit(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert workflow["defaults"] == {"run": {"shell": "bash"}}
    for job in workflow["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 180


def test_the_rights_of_the_nightly():
    assert {name: job["permissions"] for name, job in NIGHTLY["jobs"].items()} == {
        "check": {"contents": "read", "actions": "read", "pages": "read"},
        "plan": {"contents": "read"},
        "translate": {"contents": "read"},
        "nightly": {"contents": "write"},
        "deploy": {"pages": "write", "id-token": "write"},
        "report": {"contents": "read", "issues": "write", "checks": "read", "actions": "write"},
    }


def test_nights_and_deployments_wait_for_each_other():
    assert NIGHTLY["concurrency"]["cancel-in-progress"] is False
    deploy = NIGHTLY["jobs"]["deploy"]["concurrency"]
    assert deploy == {"group": "pages", "cancel-in-progress": False}


def test_the_schedule_avoids_the_start_of_the_hour():
    (schedule,) = NIGHTLY[True]["schedule"]  # YAML reads the key `on` as true
    assert int(schedule["cron"].split()[0]) % 5


def test_secrets_reach_only_the_steps_that_need_them():
    text = paths.WORKFLOW.read_text(encoding="utf-8")
    assert re.findall(r".*secrets\..*", text) == [
        "          HAS_API_KEY: ${{ secrets.FREESOUND_API_KEY != '' }}",
        "          HAS_CHAT_ENDPOINT: ${{ secrets.TRANSLATION_API_KEY != '' "
        "|| vars.TRANSLATION_BASE_URL != '' }}",
        "          FREESOUND_API_KEY: ${{ secrets.FREESOUND_API_KEY }}",
        "          HAS_TRANSLATION_KEY: ${{ secrets.TRANSLATION_API_KEY != '' }}",
        "          TRANSLATION_API_KEY: ${{ secrets.TRANSLATION_API_KEY }}",
        "          FREESOUND_API_KEY: ${{ secrets.FREESOUND_API_KEY }}",
        "          FREESOUND_API_KEY: ${{ secrets.FREESOUND_API_KEY }}",
    ]
    holders = [
        step["name"]
        for step in steps(paths.WORKFLOW)
        if {"FREESOUND_API_KEY", "TRANSLATION_API_KEY", "GITHUB_TOKEN"} & step.get("env", {}).keys()
    ]
    assert holders == [
        "Look for what is wrong with the set-up",
        "Translate",
        "Restore the library",
        "Collect sounds",
        "Copy the library",
        "Commit the night",
        "Open, update or close the issue",
    ]
    assert "toJSON(secrets" not in text


def test_a_step_is_one_command():
    for step in steps(paths.WORKFLOW):
        if "run" in step and step.get("id") != "actions":
            assert len(step["run"].strip().splitlines()) == 1, step["name"]


@for_each(ALL)
def test_a_step_of_one_command_is_replaced_by_it(path):
    # A cancel signals only the step's bash.
    scripts = [step["run"] for step in steps(path) if len(commands(step.get("run", ""))) == 1]
    nightly = [script for script in scripts if path.name != "ci.yml"]
    assert [script for script in nightly if not script.startswith("exec ")] == []


def test_the_order_of_a_night():
    names = [
        step.get("name") or step["uses"].split("@")[0]
        for step in NIGHTLY["jobs"]["nightly"]["steps"]
    ]
    assert names == [
        "actions/checkout",
        "./.github/actions/setup",
        "Add the new translations",
        "Restore the cached library",
        "Restore the library",
        "Collect sounds",
        "Look up which site is online",
        "Detect a milestone",
        "Bundle the site's scripts",
        "Draw the map",
        "Run the three milestone jobs",
        "Summarize the milestone",
        "Record the milestone",
        "Update the site with the results",
        "Upload the site",
        "Say when the site will be published",
        "Copy the library",
        "Save the library",
        "Commit the night",
        "Upload the night's log",
        "Upload the milestone's logs and reports",
    ]


def test_the_first_and_the_last_job_install_nothing():
    for name in ("check", "report"):
        uses = [step["uses"] for step in NIGHTLY["jobs"][name]["steps"] if "uses" in step]
        assert [action.split("@")[0] for action in uses] == ["actions/checkout"]


def test_advice_and_reports_do_not_decide_how_a_night_ends():
    _, _, doctor = NIGHTLY["jobs"]["check"]["steps"]
    (_, report) = NIGHTLY["jobs"]["report"]["steps"]
    assert doctor["continue-on-error"] is report["continue-on-error"] is True
    assert set(NIGHTLY["jobs"]["report"]["needs"]) == {"check", "nightly", "deploy"}


def needed(job: str) -> set[str]:
    """Return all jobs that run before one."""
    needs = NIGHTLY["jobs"][job].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*map(needed, direct))


def test_no_translation_is_no_reason_to_leave_anything_out():
    # Without a status function, a job is skipped when any job before it was.
    for name, job in NIGHTLY["jobs"].items():
        if "plan" in needed(name):
            assert job["if"].startswith("!cancelled() && "), name


def test_no_translation_and_no_deployment_makes_a_night_red():
    jobs = NIGHTLY["jobs"]
    assert needed("plan") == {"check"}
    assert [name for name, job in jobs.items() if job.get("continue-on-error") is True] == [
        "plan",
        "translate",
        "deploy",
    ]
    for step in jobs["nightly"]["steps"]:
        if "translations" in step.get("name", ""):
            assert step["continue-on-error"] is True
            assert step["if"] == "needs.translate.result != 'skipped'"
    assert jobs["translate"]["strategy"]["fail-fast"] is False


def test_translations_are_planned_and_made_from_the_newest_state():
    for name in ("plan", "translate", "nightly"):
        checkout = NIGHTLY["jobs"][name]["steps"][0]
        assert checkout["with"]["ref"] == "${{ github.ref_name }}"


def test_what_is_handed_over_is_unpacked_alike_however_much_it_is():
    (upload,) = [
        step["with"]
        for step in NIGHTLY["jobs"]["translate"]["steps"]
        if "upload-artifact" in step.get("uses", "")
    ]
    (download,) = [
        step["with"]
        for step in steps(GITHUB / "actions/add-translations/action.yml")
        if "download-artifact" in step.get("uses", "")
    ]
    assert upload["path"] == download["path"] == str(handover.HANDOVER_DIR)
    assert download["merge-multiple"] is True
    assert upload["name"].startswith(download["pattern"].rstrip("*"))
    names = [
        step["with"]["name"] for step in steps(paths.WORKFLOW) if "upload" in step.get("uses", "")
    ]
    assert [fnmatch(name, download["pattern"]) for name in names] == [True, False, False, False]


def test_the_forms_modes_are_those_of_the_settings():
    options = NIGHTLY[True]["workflow_dispatch"]["inputs"]["translation_mode"]["options"]
    assert options == [
        set_up.DEFAULT_MODE,
        *(m for m in settings.MODES if m != set_up.MANUAL),
    ]


def test_the_form_gives_what_the_commands_take():
    inputs = NIGHTLY[True]["workflow_dispatch"]["inputs"]
    assert list(inputs) == [field.name for field in fields(set_up.Inputs)]
    check = NIGHTLY["jobs"]["check"]
    environ = {name for name in check["steps"][1]["env"] if name.startswith("INPUT_")}
    assert environ == {f"INPUT_{name.upper()}" for name in inputs}
    outputs = ["ready", *list(inputs)[:3], "translate", *list(inputs)[3:], "site_url"]
    assert list(check["outputs"]) == outputs
    names = {
        name
        for job in NIGHTLY["jobs"].values()
        for step in job.get("steps", [])
        for name in step.get("env", {})
    }
    assert {name for name in names if name.startswith("TRANSLATION_")} <= {
        *settings.ENVIRONMENT,
        settings.KEY_VARIABLE,
    }


def test_the_paths_are_those_of_the_commands():
    places = {
        step["with"]["path"] for step in steps(paths.WORKFLOW) if "/cache/" in step.get("uses", "")
    }
    assert places == {str(paths.CHECKPOINT_DIR), "published_site.txt"}
    (page,) = [step for step in steps(paths.WORKFLOW) if step.get("id") == "page"]
    assert page["with"]["path"] == str(paths.WEBSITE_DIR / "public")


@pytest.mark.parametrize(
    "command", NIGHTLY_COMMANDS, ids=lambda c: next(w for w in c if ".py" in w)
)
def test_every_command_exists_and_knows_its_flags(command):
    script = next(word for word in command if word.startswith("scripts/"))
    flags = [word.partition("=")[0] for word in command if word.startswith("--")]
    assert set(flags) <= set(FLAGS.findall(help_of(script)))


def test_all_commands_were_looked_at():
    assert len(NIGHTLY_COMMANDS) == 19


def test_the_tools_have_one_version_each():
    text = "".join(
        (paths.ROOT / name).read_text(encoding="utf-8")
        for name in (".ci/run", "tests/lint.sh", "tests/workflow/act.py")
    )
    versions = re.findall(r"/(act|actionlint)@(v[\d.]+)", text)
    assert sorted(set(versions)) == [("act", "v0.2.87"), ("actionlint", "v1.7.12")]
    assert len(versions) == 4
