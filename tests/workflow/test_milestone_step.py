"""The milestone step's own script, taken from the workflow, with other commands in it.

The commands are small programs that do what real ones do only when something goes wrong.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from benchmarks import milestone_step
from soundweave.base import paths
from soundweave.milestones import results
from tests.workflow.act import alive, wait_until

SCRIPTS = {
    "validation": "validate_pipeline_data.py",
    "edge_generation": "generate_user_pack_edges.py",
    "website": "generate_landing_page.py",
}
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]  # `shell: bash` on GitHub

MEET = """
import pathlib, time
pathlib.Path(NAME + ".here").touch()
end = time.monotonic() + 60
while len(list(pathlib.Path().glob("*.here"))) < 3:
    assert time.monotonic() < end, "the others do not run"
    time.sleep(0.02)
print("all three are here")
"""
SLEEP = """
import os, pathlib, time
pathlib.Path(NAME + ".pid").write_text(str(os.getpid()))
time.sleep(60)
"""


def script() -> str:
    jobs = yaml.safe_load(paths.WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    (step,) = [step for step in jobs["nightly"]["steps"] if step.get("id") == "actions"]
    return str(step["run"])


@pytest.fixture
def step(tmp_path):
    """Start the step in a folder whose path holds a space; `programs` replace the commands."""
    folder = tmp_path / "a folder"
    (folder / "scripts").mkdir(parents=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {"PATH": path}

    def start(programs, before=""):
        for name, file in SCRIPTS.items():
            program = programs if isinstance(programs, str) else programs.get(name, "")
            (folder / "scripts" / file).write_text(f"NAME = {name!r}\n{program}\n")
        (folder / "step.sh").write_text(before + script())
        process = subprocess.Popen(
            [*BASH, "step.sh"],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return folder, process

    return start


def finish(process: subprocess.Popen[bytes]) -> str:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output.decode()


def statuses(folder):
    return {r.action.name: (r.status, r.detail) for r in results.read(folder)}


def test_the_three_run_at_the_same_time(step):
    folder, process = step(MEET)
    assert finish(process) == ""
    for name in SCRIPTS:
        assert (folder / f"{name}.exit").read_text() == "0\n"
        assert (folder / f"{name}.log").read_text() == "all three are here\n"
        start, end = map(float, (folder / f"{name}.time").read_text().split())
        assert 0 <= end - start < 30


@pytest.mark.parametrize("code", [0, 1, 2, 3, 42])
def test_each_code_is_kept_and_no_other_job_is_disturbed(step, code):
    program = f"import sys, time; print(NAME); sys.stderr.write('bad'); sys.exit({code})"
    folder, process = step({"validation": program, "website": "import time; time.sleep(0.3)"})
    finish(process)
    assert (folder / "validation.exit").read_text() == f"{code}\n"
    assert (folder / "validation.log").read_text() in {"validation\nbad", "badvalidation\n"}
    assert (folder / "edge_generation.exit").read_text() == "0\n"
    assert (folder / "website.exit").read_text() == "0\n"


KILL = "import os, signal\nos.kill({}, signal.{})"


@pytest.mark.parametrize(
    ("program", "detail"),
    [
        (KILL.format("os.getpid()", "SIGKILL"), "killed by SIGKILL"),
        (KILL.format("os.getpid()", "SIGSEGV"), "killed by SIGSEGV"),
        (KILL.format("os.getppid()", "SIGKILL"), "left no exit code"),
        (
            "open(NAME + '.exit', 'w')\n" + KILL.format("os.getppid()", "SIGKILL"),
            "left no exit code",
        ),
    ],
    ids=["killed", "crashed", "no exit file", "empty exit file"],
)
@pytest.mark.parametrize("name", list(SCRIPTS))
def test_a_killed_job_did_not_finish(step, name, program, detail):
    folder, process = step({name: "import os\n" + program})
    finish(process)
    status, lines = statuses(folder).pop(name)
    assert status == results.NOT_FINISHED
    assert detail in lines
    for other in SCRIPTS.keys() - {name}:
        assert (folder / f"{other}.exit").read_text() == "0\n"


def test_a_missing_command_failed(step):
    folder, process = step({}, before="python() { command no-such-python; }\n")
    finish(process)
    assert {status for status, _ in statuses(folder).values()} == {results.FAILED}


def test_nothing_of_an_earlier_milestone_is_left(step, tmp_path):
    folder = tmp_path / "a folder"
    left = ["validation.exit", "website.time", "website.log", "edge_generation.exit"]
    left += ["validation_report.json", "edge_stats.json", "milestone_results.json"]
    for name in left:
        (folder / name).write_text("0\n")
    _, process = step(KILL.join(["import os\n", ""]).format("os.getppid()", "SIGKILL"))
    finish(process)
    assert {p.name for p in folder.iterdir() if p.is_file()} == {
        "step.sh",
        *(f"{name}.{kind}" for name in SCRIPTS for kind in ("log", "time")),
    }


def test_an_older_bash_tells_whole_seconds(step):
    folder, process = step({}, before="unset EPOCHREALTIME\n")
    finish(process)
    assert all((folder / f"{name}.time").read_text().split()[0].isdigit() for name in SCRIPTS)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_cancel_leaves_nothing_running(step, sent):
    folder, process = step(SLEEP)
    pids = [folder / f"{name}.pid" for name in SCRIPTS]
    wait_until(lambda: all(path.exists() and path.read_text() for path in pids))
    # As the runner does: the signal goes to the step's entry process alone.
    process.send_signal(sent)
    started = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - started < 7, "the runner would have sent SIGTERM by now"
    assert process.returncode == 130
    wait_until(lambda: not any(alive(int(path.read_text())) for path in pids))
    assert {status for status, _ in statuses(folder).values()} == {results.NOT_FINISHED}


def test_the_benchmark_of_the_step_still_fits_it(tmp_path):
    result = milestone_step.measure(tmp_path, sounds=300)
    assert 0 < result["slowest"] <= result["total"]
    assert result["wall"] > 0
