import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, wait
from pathlib import Path

import pytest

from soundweave.translation.running import executors

PATIENCE = 60  # seconds after which something hangs


def pid(_=0):
    return os.getpid()


def nap(seconds):
    time.sleep(seconds)
    return os.getpid()


def die(_=0):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(text):
    raise ValueError(text)


def note_and_nap(path, seconds):
    Path(path).write_text(str(os.getpid()))
    time.sleep(seconds)


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(process):
    try:
        # A killed child stays a zombie until it is waited for.
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_tasks_run_side_by_side(kind):
    with executors.pool(kind, 3) as pool:
        futures = [pool.submit(nap, 0.3) for _ in range(3)]
        done, _ = wait(futures, timeout=PATIENCE)
    assert len(done) == 3
    pids = {future.result() for future in futures}
    assert pids == {os.getpid()} if kind == "thread" else len(pids - {os.getpid()}) == 3


def test_threads_wait_for_each_other():
    barrier = threading.Barrier(3)
    with executors.pool("thread", 3) as pool:
        futures = [pool.submit(barrier.wait, PATIENCE) for _ in range(3)]
        assert sorted(future.result(PATIENCE) for future in futures) == [0, 1, 2]


def test_no_worker_is_forked_beside_threads():
    with executors.pool("process", 1) as pool:
        assert pool.submit(die).exception(PATIENCE)
        assert pool.submit(os.getppid).result(PATIENCE) != os.getpid()


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_an_error_reaches_its_own_future_alone(kind):
    with executors.pool(kind, 2) as pool:
        bad, good = pool.submit(fail, "no"), pool.submit(pid)
        with pytest.raises(ValueError, match="no"):
            bad.result(PATIENCE)
        assert good.result(PATIENCE)


def test_a_killed_worker_costs_its_own_task_only_and_is_replaced():
    with executors.pool("process", 3) as pool:
        futures = [pool.submit(nap, 0.4), pool.submit(die), pool.submit(nap, 0.4)]
        outcomes = [future.exception(PATIENCE) for future in futures]
        assert [outcome is None for outcome in outcomes] == [True, False, True]
        again = [pool.submit(nap, 0.2) for _ in range(3)]
        assert len({future.result(PATIENCE) for future in again}) == 3


def test_cancelling_kills_the_worker_in_the_middle_of_its_task(tmp_path):
    note = tmp_path / "pid"
    with executors.pool("process", 2) as pool:
        future = pool.submit(note_and_nap, note, 600)
        wait_for(lambda: note.exists() and note.read_text())
        assert future.cancel()
        with pytest.raises(CancelledError):
            future.result(PATIENCE)
        wait_for(lambda: not alive(note.read_text()))
        assert pool.submit(pid).result(PATIENCE)


def test_an_interrupt_of_the_whole_group_is_the_parents_to_answer(tmp_path):
    note = tmp_path / "pid"
    with executors.pool("process", 1) as pool:
        future = pool.submit(note_and_nap, note, 0.5)
        wait_for(lambda: note.exists() and note.read_text())
        os.kill(int(note.read_text()), signal.SIGINT)
        assert future.result(PATIENCE) is None


def test_the_end_of_the_block_leaves_no_worker_behind(tmp_path):
    note = tmp_path / "pid"
    with executors.pool("process", 1) as pool:
        pool.submit(note_and_nap, note, 600)
        wait_for(lambda: note.exists() and note.read_text())
    wait_for(lambda: not alive(note.read_text()))


KILLED_PARENT = """
import os, signal, sys, time
from soundweave.translation.running import executors
from tests.translation.running.test_executors import note_and_nap
notes = [os.path.join(sys.argv[1], name) for name in "ab"]
with executors.pool("process", 2) as pool:
    for note in notes:
        pool.submit(note_and_nap, note, 600)
    while not all(os.path.exists(note) and os.path.getsize(note) for note in notes):
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGKILL)
"""
ON_DASK = """
from soundweave.translation.running import executors
from tests.translation.running.test_executors import pid
if __name__ == "__main__":
    with executors.pool("dask", 2) as pool:
        pids = {future.result() for future in [pool.submit(pid, n) for n in range(8)]}
        print(len(pids - {pid()}))
"""


def run(script, *arguments):
    root = Path(__file__).parents[3]
    environ = os.environ | {"PYTHONPATH": f"{root / 'scripts'}:{root}"}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=500, check=False
    )


def test_workers_end_with_a_killed_parent(tmp_path):
    assert run(KILLED_PARENT, tmp_path).returncode == -signal.SIGKILL
    pids = [(tmp_path / name).read_text() for name in "ab"]
    wait_for(lambda: not any(map(alive, pids)))


def test_dask_runs_tasks_on_a_local_cluster():
    pytest.importorskip("distributed", reason="Dask is missing: pip install distributed")
    done = run(ON_DASK)
    assert int(done.stdout or 0) in {1, 2}, done.stderr
