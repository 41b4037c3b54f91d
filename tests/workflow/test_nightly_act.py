"""The real nightly workflow, run by act: what each kind of night leaves on "GitHub"."""

import base64
import contextlib
import json
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from soundweave.base import paths, schemas
from soundweave.standin import Fault
from tests.support.front_site import milestone
from tests.support.github_server import TOKEN
from tests.workflow.act import alive, git_bytes, wait_until

HISTORY = "data/metrics_history.jsonl"
MILESTONES = "data/milestone_history.jsonl"
IDS = "data/library_ids.jsonl"
LOGS = {"validation.log", "edge_generation.log", "website.log"}
REPORTS = {"validation_report.json", "edge_stats.json"}
STATS = "network_stats.json"
NIGHT = {"collection.log", "milestone_status.json"}
SUCCESS = {"check": "success", "nightly": "success", "report": "success"}
RED = {"check": "success", "nightly": "failure", "report": "success"}
GREEN = SUCCESS | {"deploy": "success"}
SCRIPTS = {
    "validation": "scripts/validate_pipeline_data.py",
    "edge_generation": "scripts/generate_user_pack_edges.py",
    "website": "scripts/generate_landing_page.py",
}
KILL_JOB = "import os\nos.kill({}, 9)\n"


def rows(run):
    """Return mark, result and details of each row of the summary's table."""
    table = [line.split(" | ") for line in run.summary().splitlines() if line.startswith("| ")]
    return {row[1]: (row[0].strip("| "), row[3], row[4]) for row in table[2:]}


def results(run):
    return {name: row[1] for name, row in rows(run).items()}


def collected(project, folder):
    """Collect a library in `folder` from the project's Freesound; returns its database."""
    command = [sys.executable, "scripts/collect_sounds.py", "--checkpoint-dir", str(folder)]
    environ = {"FREESOUND_BASE_URL": project.freesound.base_url, "FREESOUND_API_KEY": project.key}
    command += ["--metrics-history", str(folder / "metrics.jsonl"), "--max-requests", "1"]
    subprocess.run(command, cwd=paths.ROOT, env=environ, check=True, capture_output=True)
    return folder / "library.db"


def put_in_cache(project, database, key):
    project.cache.mkdir(exist_ok=True)
    with tarfile.open(project.cache / f"freesound-library-{key}.tar", "w") as tar:
        tar.add(database, "data/freesound_library/library.db")


def in_cache(project):
    """Return how many sounds the newest cached library has."""
    with tarfile.open(project.caches()[-1]) as tar:
        tar.extractall(project.folder / "newest", filter="data")
    database = sqlite3.connect(project.folder / "newest/data/freesound_library/library.db")
    try:
        return database.execute("SELECT count(*) FROM sounds").fetchone()[0]
    finally:
        database.close()


def repaired(project):
    """Give the newest cached library's sounds a license again; returns its database."""
    assert in_cache(project) > 0
    path = project.folder / "newest/data/freesound_library/library.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE sounds SET license = (SELECT max(license) FROM sounds)")
    return path


def test_a_milestone_and_the_same_night_again(project):
    night = project(120)
    run = night.run()

    assert run.code == 0, run.output
    assert run.jobs() == GREEN
    assert results(run) == {"Validation": "passed", "Edges": "passed", "Website": "passed"}
    assert "### Milestone 1 reached" in run.summary()
    assert run.annotations("error") == run.annotations("warning") == []
    assert night.subjects() == [
        "Nightly: +120 sounds, 120 in all [Milestone 1]",
        "The work tree",
    ]
    assert night.changed() == {HISTORY, IDS, MILESTONES, *REPORTS}
    milestone = json.loads(night.show(MILESTONES))
    schemas.check("milestone", milestone, MILESTONES)
    assert run.artifacts() == {
        "night-1": NIGHT,
        "milestone-1": LOGS | REPORTS | {STATS},
        "github-pages-1": {"artifact.tar"},
    }
    page = (run.site() / "index.html").read_text(encoding="utf-8")
    assert 'href="https://acme.github.io/demo/"' in page
    assert "The last nightly run reached milestone 1. This is how its actions ended." in page
    overview = json.loads((run.site() / "map/overview.json").read_text())
    assert overview["sounds"] == 120
    assert any("webgl" in path.read_text() for path in run.site().glob("assets/map-*.js"))
    assert in_cache(night) == 120
    no_secrets_in(night)

    again = night.run("workflow_dispatch", inputs={})

    assert again.jobs() == SUCCESS
    assert again.summary().count("### Milestone") == 0
    assert again.artifacts() == {"night-1": NIGHT}
    assert night.subjects()[0] == "Nightly: +0 sounds, 120 in all"
    assert night.changed() == {HISTORY}
    assert len(night.show(MILESTONES).splitlines()) == 1
    assert len(night.show(HISTORY).splitlines()) == 2


def no_secrets_in(project):
    """Look for the key and the token in every file, the log and all of the repository."""
    assert project.freesound.log, "the key was never used"
    token = base64.b64encode(f"x-access-token:{TOKEN}".encode())
    key = project.key.encode()
    paths = [path for path in project.folder.rglob("*") if path.is_file()]
    names = {path.name for path in paths}
    assert {"stdout", "artifact.tar", "collection.log", "freesound-library-4001-1.tar"} <= names
    texts = {str(path): path.read_bytes() for path in paths}
    everything = ("cat-file", "--batch-all-objects", "--batch")
    texts["the repository"] = git_bytes(*everything, cwd=project.origin)
    secrets = (key, base64.b64encode(key), TOKEN.encode(), token)
    assert not [name for name, text in texts.items() if any(s in text for s in secrets)]


def test_a_night_without_a_milestone(project):
    night = project(60)
    later = milestone(1, 21, timestamp="2099-01-01T00:00:00Z")
    night.change({MILESTONES: json.dumps(later) + "\n"})
    night.cache.mkdir()
    (night.folder / "published_site.txt").write_text("100\n")
    with tarfile.open(night.cache / "published-site-100-1-1.tar", "w") as tar:
        tar.add(night.folder / "published_site.txt", "published_site.txt")
    run = night.run()
    assert run.code == 0, run.output
    assert run.jobs() == SUCCESS
    assert "Run the three milestone jobs" not in run.steps()
    assert run.artifacts() == {"night-1": NIGHT}
    assert night.subjects()[0] == "Nightly: +60 sounds, 60 in all"
    assert night.changed() == {HISTORY, IDS}
    assert in_cache(night) == 60


def test_validation_fails_on_a_damaged_library_and_the_next_night_tries_again(
    project, freesound, tmp_path
):
    night = project(60)
    good = collected(night, tmp_path / "library")
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(good.read_bytes())
    with contextlib.closing(sqlite3.connect(damaged)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(sounds)")]
        columns[:2] = ["9000000", "'no such sound'"]  # a sound that no answer repairs
        columns[columns.index("license")] = "''"
        database.execute(f"INSERT INTO sounds SELECT {', '.join(columns)} FROM sounds LIMIT 1")
    put_in_cache(night, damaged, "1-1")
    night.freesound = freesound(120)
    run = night.run()

    assert run.code == 1
    assert run.jobs() == RED
    assert results(run) == {"Validation": "failed", "Edges": "passed", "Website": "passed"}
    (error,) = run.annotations("error")
    assert error.startswith("Validation failed: found errors")
    assert run.artifacts() == {"night-1": NIGHT, "milestone-1": LOGS | REPORTS | {STATS}}
    assert "Record the milestone" not in run.steps()
    assert night.subjects()[0] == "Nightly: +60 sounds, 121 in all"
    assert night.changed() == {HISTORY, IDS}
    assert in_cache(night) == 121

    put_in_cache(night, repaired(night), "repaired")
    again = night.run()
    assert again.jobs() == GREEN, again.output
    assert night.subjects()[0].endswith("[Milestone 1]")
    assert MILESTONES in night.changed()


def test_edges_and_website_fail_and_the_run_stays_green(project):
    night = project(120)
    forged = "print('::error::forged')\nprint('| <b>broken</b> `now`')\nraise SystemExit(1)\n"
    # A file where the site's folder should be.
    night.change({SCRIPTS["edge_generation"]: forged, "website/public": "in the way\n"})
    run = night.run()

    assert run.code == 0, run.output
    assert run.jobs() == SUCCESS
    assert results(run) == {"Validation": "passed", "Edges": "failed", "Website": "failed"}
    assert [text.split(":")[0] for text in run.annotations("warning")] == [
        "Edges failed",
        "Website failed",
    ]
    assert run.annotations("error") == []
    assert "<b>" not in run.summary()
    assert night.subjects()[0].endswith("[Milestone 1]")
    assert night.changed() == {HISTORY, IDS, MILESTONES, "validation_report.json"}
    milestone = json.loads(night.show(MILESTONES))
    assert milestone["actions"]["website"] == "failed"
    assert "Update the site with the results" not in run.steps()
    assert run.artifacts()["milestone-1"] == LOGS | {"validation_report.json", STATS}
    assert "github-pages-1" not in run.artifacts()


def test_a_killed_job_did_not_finish_and_the_site_is_still_published(project):
    night = project(120)
    night.change({SCRIPTS["edge_generation"]: KILL_JOB.format("os.getpid()")})
    run = night.run()
    assert run.jobs() == GREEN, run.output
    mark, result, details = rows(run)["Edges"]
    assert (mark, result) == ("⛔", "not finished")
    assert details == "killed by SIGKILL"
    assert len(run.annotations("warning")) == 1
    assert night.changed() == {HISTORY, IDS, MILESTONES, "validation_report.json"}
    page = (run.site() / "index.html").read_text(encoding="utf-8")
    assert '<div class="not-finished"><dt>' in page


def test_no_exit_code_of_validation_is_no_pass(project):
    empty = "open('website.exit', 'w').close()\n"
    night = project(120)
    night.change(
        {
            SCRIPTS["validation"]: KILL_JOB.format("os.getppid()"),
            SCRIPTS["website"]: empty + KILL_JOB.format("os.getppid()"),
        }
    )
    run = night.run()
    assert run.jobs() == RED, run.output
    assert results(run) == {
        "Validation": "not finished",
        "Edges": "passed",
        "Website": "not finished",
    }
    assert run.annotations("error")[0].startswith("Validation not finished: left no exit code")
    assert run.annotations("warning")[0].startswith("Website not finished: left no exit code")
    assert run.artifacts()["milestone-1"] == LOGS | {"edge_stats.json", STATS}
    assert night.changed() == {HISTORY, IDS}


def test_somebody_pushes_while_the_night_runs(project, tmp_path):
    night = project(120)
    theirs = {
        "timestamp": "2025-11-21T03:17:00Z",
        "mode": "mixed",
        "nodes": 7,
        "edges": 0,
        "users": 7,
        "packs": 0,
        "added": 7,
        "removed": 0,
        "requests": 1,
        "duration_seconds": 1,
        "stopped": "complete",
    }
    line = tmp_path / "line"
    line.write_text(json.dumps(theirs) + "\n")
    race = tmp_path / "race.sh"
    race.write_text(
        f"""set -e
        git clone -q {night.origin} {tmp_path}/race
        cd {tmp_path}/race
        cat {line} >>{HISTORY}
        git -c user.name=A -c user.email=a@b commit -qam Race
        git push -q origin main
        """
    )
    night.change({HISTORY: "", "edge_stats.json": "{}\n"})
    run = night.run(environment={"STUB_AFTER_CHECKOUT": f"bash {race}"})
    assert run.jobs() == GREEN, run.output
    assert night.subjects()[:2] == ["Nightly: +120 sounds, 120 in all [Milestone 1]", "Race"]
    lines = [json.loads(line) for line in night.show(HISTORY).splitlines()]
    assert sorted(line["nodes"] for line in lines) == [7, 120]


@pytest.mark.parametrize(
    "inputs",
    [
        {"max_requests": "1e9"},
        {"max_requests": "$(touch MARK)"},
        {"max_requests": "5\nready=true"},
        {"mode": "newest; touch MARK"},
        {"query": "rain\nready<<x\ntrue\nx"},
    ],
    ids=repr,
)
def test_hostile_inputs_are_refused_before_anything_is_installed(project, tmp_path, inputs):
    night = project(1)
    mark = tmp_path / "mark"
    inputs = {name: value.replace("MARK", str(mark)) for name, value in inputs.items()}
    run = night.run("workflow_dispatch", inputs=inputs)
    assert run.code == 1
    assert run.jobs() == {"check": "failure"}  # and nobody opens an issue about a typing error
    assert run.annotations("error")[0].startswith(f"{next(iter(inputs))} ")
    assert not mark.exists()
    assert not night.freesound.log
    assert len(night.subjects()) == 1


def test_a_hostile_query_is_only_text(project):
    night = project(60)
    query = (
        "--help'\"; touch $STUB_RUN/mark; $(touch $STUB_RUN/mark) `touch $STUB_RUN/mark`"
        " ${{ github.token }} | <b> %0A::error::forged \\ Gänse"
    )
    run = night.run(
        "workflow_dispatch", inputs={"query": query, "mode": "search", "max_requests": "2"}
    )
    # Without a sound, there is no site to publish.
    assert run.jobs() | {"deploy": "success"} == SUCCESS | {"deploy": "success"}, run.output
    assert not (run.folder / "mark").exists()
    assert run.annotations("error") == []
    assert query in [entry.query.get("query") for entry in night.freesound.log]


def test_no_key_is_neutral(project):
    night = project(1)
    night.key = ""
    run = night.run()
    assert run.code == 0, run.output
    assert run.jobs() == {"check": "success"}
    assert len(run.summary().strip().splitlines()) == 1
    assert "FREESOUND_API_KEY" in run.summary()
    assert run.annotations("error") == []
    assert not night.freesound.log


def test_a_refused_key_makes_the_night_red_and_keeps_the_log(project):
    night = project(1)
    night.freesound.add_fault(Fault("unknown_key", times=None))
    run = night.run()
    assert run.code == 1
    assert run.jobs() == RED
    assert run.steps()["Collect sounds"] == "failure"
    assert "Detect a milestone" not in run.steps()
    assert run.artifacts() == {"night-1": {"collection.log"}}
    assert "[Milestone" not in night.subjects()[0]
    assert night.key not in run.output


def test_a_cancel_leaves_no_job_running_and_loses_nothing(project, tmp_path):
    night = project(120)
    sleep = "import os, time\nopen({!r}, 'w').write(str(os.getpid()))\ntime.sleep(100)\n"
    pids = {name: tmp_path / f"{name}.pid" for name in SCRIPTS}
    night.change({SCRIPTS[name]: sleep.format(str(pids[name])) for name in SCRIPTS})

    def all_run():
        return all(path.exists() and path.read_text() for path in pids.values())

    run = night.run(interrupt_when=all_run)
    assert run.code == 1
    assert "Summarize the milestone" not in run.steps()
    wait_until(lambda: not any(alive(int(path.read_text())) for path in pids.values()))
    assert in_cache(night) == 120
    assert night.changed() == {HISTORY, IDS}
    assert run.artifacts()["night-1"] == NIGHT
