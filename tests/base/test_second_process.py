import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from soundweave.base import second_process
from soundweave.base.errors import ConfigError, SoundweaveError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
ORPHAN = """
import os, sys, time
from soundweave.base import second_process

def work():
    print(os.getpid(), flush=True)
    time.sleep(600)

with second_process.beside(work):
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)


def test_the_work_is_done_in_another_process_that_has_what_was_read() -> None:
    read = ["a", "b"]
    with second_process.beside(lambda: (read, os.getpid())) as rest:
        read.append("c")  # after the fork
        result, process = rest()
    assert result == ["a", "b"]
    assert process != os.getpid()


def test_with_one_core_it_is_done_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    with second_process.beside(os.getpid) as rest:
        assert rest() == os.getpid()


def test_what_the_work_raises_is_raised_here() -> None:
    def fail() -> None:
        raise ConfigError("a setting")

    with second_process.beside(fail) as rest, pytest.raises(ConfigError, match="a setting"):
        rest()


def test_the_traceback_of_a_bug_arrives() -> None:
    def fail() -> None:
        os.environ["NO_SUCH_VARIABLE"]

    with second_process.beside(fail) as rest, pytest.raises(KeyError) as caught:
        rest()
    assert "in fail" in "".join(caught.value.__notes__)


def test_an_error_that_cannot_be_sent_is_told() -> None:
    class LocalError(Exception):
        pass

    def fail() -> None:
        raise LocalError("hidden")

    with second_process.beside(fail) as rest, pytest.raises(RuntimeError, match="hidden"):
        rest()


def test_ctrl_c_is_left_to_the_parent() -> None:
    def work() -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return "done"

    with second_process.beside(work) as rest:
        assert rest() == "done"


def test_a_killed_process_is_named() -> None:
    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with second_process.beside(end) as rest, pytest.raises(SoundweaveError, match="died"):
        rest()


def test_a_block_that_fails_ends_the_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def work() -> None:
        note.write_text(str(os.getpid()))
        time.sleep(600)

    def fail() -> None:
        while not note.exists() or not note.read_text():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), second_process.beside(work):
        fail()
    assert not Path("/proc", note.read_text()).exists()


@pytest.mark.skipif(os.cpu_count() == 1, reason="needs two cores")
def test_it_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        process = Path("/proc", parent.stdout.readline().strip())
        assert process.exists()
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 60
        while is_running(process) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not is_running(process)


def is_running(process: Path) -> bool:
    """Whether the process with that folder in /proc runs, and is not just waited for."""
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
