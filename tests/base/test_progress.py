import os
import pty
import subprocess
import sys
import termios
from types import SimpleNamespace

import pytest

from soundweave.base import progress
from tests.conftest import ROOT

WORK = """
import sys
from soundweave.base.progress import progress
with progress("collecting", 4, "requests") as bar:
    bar.step(2)
    bar.note("3 new sounds")
"""


def on_a_terminal(**env: str) -> str:
    """Return what a program that shows progress writes to its terminal."""
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, (24, 80))
        subprocess.run(
            [sys.executable, "-c", WORK],
            env={"PYTHONPATH": str(ROOT / "scripts"), "TERM": "xterm"} | env,
            stdin=subprocess.DEVNULL,
            stderr=theirs,
            check=True,
            timeout=60,
        )
        os.write(theirs, b"END")  # a terminal has no end of file
        output = b""
        while not output.endswith(b"END"):
            output += os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)
    return output.decode().removesuffix("END")


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    output = on_a_terminal()
    for part in ("collecting", "50%", "2/4", "requests", "3 new sounds"):
        assert part in output
    assert output.rsplit("\r", 2)[-2].strip() == ""
    assert "\n" not in output


def test_a_terminal_that_nobody_watches_gets_nothing() -> None:
    assert on_a_terminal(CI="true") == ""


def test_a_log_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    now = 1000.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    with progress.progress("collecting", 100, "requests") as work:
        for second in range(70):
            now = 1000.0 + second
            work.step()
            work.note(f"{second} new sounds")
    assert [record.getMessage() for record in caplog.records] == [
        "collecting: 31 of 100 requests, 30 new sounds",
        "collecting: 61 of 100 requests, 60 new sounds",
    ]


def test_quick_work_is_silent(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    with progress.progress("collecting", 2, "requests") as work:
        work.step(2)
        work.note("2 new sounds")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
