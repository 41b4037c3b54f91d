"""The workflow's first and last job with a GitHub that answers: advice, and the issue."""

from functools import partial

from soundweave.standin import Fault
from tests.doctor.set_up import healthy_answers
from tests.doctor.test_night_issue import Issues
from tests.support.github_server import REPOSITORY, Answer, Request, github_server
from tests.workflow.conftest import MakeProject


def _give(answer: Answer, _: Request) -> Answer:
    return answer


def test_a_failing_night_opens_an_issue_and_a_good_one_closes_it(
    project: MakeProject,
) -> None:
    night = project(60)
    with github_server() as (github, _):
        answers = {path: Answer(200, value) for path, value in healthy_answers().items()}
        for path, answer in answers.items():
            github.route("GET", f"/repos/{REPOSITORY}{path}", partial(_give, answer))
        issues = Issues(github)
        issues.install()
        github.route("GET", f"/repos/{REPOSITORY}", partial(_give, answers[""]))
        night.github_url = github.url
        night.freesound.add_fault(Fault("unknown_key", times=None))
        run = night.run()
        assert run.jobs() == {"check": "success", "nightly": "failure", "report": "success"}
        assert run.annotations("error")[0].startswith("Freesound rejects the key: Invalid token.")
        assert "| error | Freesound rejects the key" in run.summary()
        assert issues.states() == ["open"], run.output
        night.freesound.clear_faults()
        run = night.run()
        # A library without a milestone publishes its map as well.
        jobs = ("check", "nightly", "deploy", "report")
        assert run.jobs() == dict.fromkeys(jobs, "success")
        assert run.annotations("error") == run.annotations("warning") == []
        assert issues.states() == ["closed"], run.output
