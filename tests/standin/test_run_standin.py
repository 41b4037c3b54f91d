"""The command that serves the stand-in."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from soundweave.base.paths import ROOT

COMMAND = [sys.executable, str(ROOT / "scripts" / "run_standin.py")]
KEY = {"Authorization": "Token k"}


@contextmanager
def running(*flags: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *map(str, flags)], stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            yield child.stdout.readline().strip(), child
        finally:
            child.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal_stops_it(ending: signal.Signals) -> None:
    with running("--sounds", 30, "--fault", "overloaded:1:search/") as (base, child):
        assert base.startswith("http://127.0.0.1:")
        assert base.endswith("/apiv2/")
        first = requests.get(f"{base}search/", headers=KEY, timeout=60)
        second = requests.get(f"{base}search/", headers=KEY, timeout=60)
        assert (first.status_code, second.json()["count"]) == (500, 30)
        child.send_signal(ending)
        assert child.wait(timeout=60) == 0


def test_a_file_json_output_and_limits(tmp_path: Path) -> None:
    file = tmp_path / "c.jsonl"
    file.write_text('{"id": 4}\n{"id": 5}\n')
    flags = ["--catalogue", file, "--json", "--requests-per-minute", 1]
    with running(*flags) as (line, _):
        result = json.loads(line)
        assert result["sounds"] == 2
        url = f"{result['base_url']}sounds/4/"
        codes = [requests.get(url, headers=KEY, timeout=60).status_code for _ in range(2)]
        assert codes == [200, 429]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--catalog", "x.jsonl", "--sounds", "3"], "leave out --sounds and --seed"),
        (["--catalog", "x.jsonl", "--seed", "0"], "leave out --sounds and --seed"),
        (["--catalog", "nosuch.jsonl"], "cannot read nosuch.jsonl"),
        (["--fault", "nosuch"], "unknown fault"),
        (["--sounds", "-1"], "--sounds"),
        (["--port", "70000"], "port 70000"),
        (["--requests-per-day", "-1"], "negative"),
    ],
)
def test_mistakes_are_usage_errors(flags: list[str], message: str) -> None:
    process = subprocess.run(
        [*COMMAND, *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert message in process.stderr
    assert "Traceback" not in process.stderr


def test_a_taken_port_is_reported(tmp_path: Path) -> None:
    with running("--sounds", 1) as (base, _):
        port = base.split(":")[2].split("/")[0]
        process = subprocess.run(
            [*COMMAND, "--port", port, "--sounds", "1"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 2
    assert f"port {port}" in process.stderr


def test_help_ends_with_an_example() -> None:
    process = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "example:" in process.stdout
