"""The workflow's first and last job with a GitHub that answers: advice, and the issue."""

from soundweave.standin import Fault
from tests.doctor.test_night_issue import Issues
from tests.workflow.conftest import MakeProject


def test_a_failing_night_opens_an_issue_and_a_good_one_closes_it(
    project: MakeProject,
) -> None:
    night = project(60)
    issues = Issues(night.releases.github)
    issues.install()
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
