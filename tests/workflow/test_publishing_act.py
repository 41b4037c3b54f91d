"""The real nightly workflow, run by act: what becomes of a site that cannot be published."""

import json

import pytest

from tests.workflow.act import git

HISTORY = "data/metrics_history.jsonl"
MILESTONES = "data/milestone_history.jsonl"
LANDING_PAGE = "scripts/generate_landing_page.py"
DONE = {"check": "success", "nightly": "success", "report": "success"}
PUBLISHED = DONE | {"deploy": "success"}
PROTECTED = """#!/bin/sh
echo "error: GH006: Protected branch update failed for refs/heads/main." >&2
exit 1
"""


def is_online(run):
    return (run.site() / "index.html").exists()


@pytest.mark.parametrize("has_pages", [False, True], ids=["no Pages", "no artifacts"])
def test_what_was_not_published_is_published_the_next_night(project, has_pages):
    night = project(120)
    night.has_pages = has_pages
    first = night.run(environment={"STUB_ARTIFACTS": "off" if has_pages else "on"})
    assert first.code == 0, first.output
    assert not is_online(first)
    advice = "Settings -> Pages" if not has_pages else "next night"
    assert advice in first.annotations("warning")[-1]
    assert night.subjects()[0].endswith("[Milestone 1]")

    if not has_pages:  # without Pages, sites are made at milestones only
        between = night.run()
        assert "Run the three milestone jobs" not in between.steps(), between.output
    night.has_pages = True
    second = night.run()
    assert second.jobs() == PUBLISHED, second.output
    assert is_online(second)
    assert "### A site without a new milestone" in second.summary()
    assert night.subjects()[0] == "Nightly: +0 sounds, 120 in all"
    assert len(night.show(MILESTONES).splitlines()) == 1

    third = night.run()
    assert third.jobs() == DONE
    assert "Run the three milestone jobs" not in third.steps()


def test_a_site_that_could_not_be_updated_with_the_results_is_made_again(project):
    night = project(120)
    script = night.show(LANDING_PAGE)
    broken = "import sys\nif '--amend' in sys.argv:\n    raise SystemExit(1)\n"
    night.change({LANDING_PAGE: broken + script})
    first = night.run()
    assert first.steps()["Update the site with the results"] == "failure"
    assert is_online(first)
    night.change({LANDING_PAGE: script})
    second = night.run()
    assert second.jobs() == PUBLISHED, second.output
    assert "### A site without a new milestone" in second.summary()


def test_attempt_2_of_a_run_publishes_what_attempt_1_did_not(project):
    night = project(120)
    night.has_pages = False
    assert not is_online(night.run())
    night.has_pages = True
    same = {"GITHUB_RUN_ID": "4001", "GITHUB_RUN_ATTEMPT": "2"}
    again = night.run(environment=same)
    assert again.jobs() == PUBLISHED, again.output
    assert is_online(again)
    assert "github-pages-2" in again.artifacts()
    assert [path.name.rpartition("-")[2] for path in night.caches()] == ["1.tar", "2.tar"]


def test_a_protected_branch_keeps_the_commit_back_but_not_the_site(project):
    night = project(120)
    hook = night.origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(PROTECTED)
    hook.chmod(0o755)
    run = night.run()
    assert run.code == 1
    assert run.jobs() == PUBLISHED | {"nightly": "failure"}
    assert is_online(run)
    (error,) = [text for text in run.annotations("error") if "protected" in text]
    assert "exempt the branch from the rule" in error
    assert len(night.subjects()) == 1

    hook.unlink()
    again = night.run()
    assert again.jobs() == PUBLISHED, again.output
    assert night.subjects()[0].endswith("[Milestone 1]")
    assert len(night.show(HISTORY).splitlines()) == 1


def test_a_forced_push_during_the_night_stays_as_pushed(project, tmp_path):
    night = project(120)
    night.change({"secret.txt": "a mistake\n", "edge_stats.json": "{}\n"})
    force = tmp_path / "force.sh"
    force.write_text(
        f"""set -e
        git clone -q {night.origin} {tmp_path}/force
        cd {tmp_path}/force
        git rm -q secret.txt edge_stats.json
        git -c user.name=A -c user.email=a@b commit -q --amend -m "Without the secret" --allow-empty
        git push -q --force origin main
        """
    )
    run = night.run(environment={"STUB_AFTER_CHECKOUT": f"bash {force}"})
    assert run.jobs() == PUBLISHED, run.output
    subjects = ["Nightly: +120 sounds, 120 in all [Milestone 1]", "Without the secret"]
    assert night.subjects() == [*subjects, "The work tree"]
    files = git("ls-tree", "-r", "--name-only", "main", cwd=night.origin).split()
    assert not {"secret.txt", "edge_stats.json"} & set(files)
    assert json.loads(night.show(HISTORY))["nodes"] == 120
