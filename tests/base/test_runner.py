"""What a command prints as a step of GitHub Actions, read as the runner reads it."""

import io
import json
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base import runner
from tests.conftest import ROOT

HOSTILE = [
    "::add-mask::a",
    "  ::stop-commands::x",
    "a ::set-output name=a::b",
    "::error file=x,line=1::forged",
    "##[error]forged",
    "text ##[add-mask]a",
    "##vso[task.setvariable variable=a]b",
    "sound\n::warning::in a name",
    "sound\r::warning::in a name",
    ":::error::x",
    "::::error::x",
    "###[error]x",
    ":\u200d:error::x",
    "::\xad\u0301error::x",
    "#\ufeff#[error]x",
    "##\xad[error]x",
]
# Wider than the runner's own patterns: commands anywhere in a line.
OBEYED = re.compile(r"::[A-Za-z][\w-]*( [^:]*)?::|##\[\w|##vso\[")
PIECES = [
    ":",
    "::",
    "#",
    "##",
    "[error]",
    "[",
    "vso[",
    "error",
    "error::",
    "\xad",
    "\u200d",
    " ",
    "\n",
]


def seen(text: str) -> str:
    """Return a text as the runner compares it, without characters that nobody sees."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Mn", "Me"})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_in_a_text_is_no_command(text: str) -> None:
    assert OBEYED.search(seen(text))
    assert not OBEYED.search(seen(runner.harmless(text)))


@given(st.text(alphabet=":#[]ae- \n") | st.text())
def test_no_text_holds_a_command(text: str) -> None:
    harmless = runner.harmless(text)
    assert not OBEYED.search(seen(harmless))
    assert harmless.replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_in_several_parts_holds_a_command(parts: list[str]) -> None:
    output = io.StringIO()
    stream = runner.HarmlessStream(output)
    for part in [*parts, "\n"]:
        assert stream.write(part) == len(part)
        stream.flush()
    assert not OBEYED.search(seen(output.getvalue()))
    assert output.getvalue().replace(" ", "") == "".join([*parts, "\n"]).replace(" ", "")


WAYS = {
    "a result": "print(TEXT); return 0",
    "several parts": "print('x', TEXT, sep=''); return 0",
    "lines": "sys.stdout.writelines([TEXT]); return 0",
    "a log line": "logging.warning('%s', TEXT); return 0",
    "an expected error": "raise SoundweaveError(TEXT)",
    "a wrong setting": "raise ConfigError(TEXT)",
    "a file's name": "raise OSError(2, 'No such file', TEXT)",
    "a bug": "raise ValueError(TEXT)",
    "a wrong flag": "cli.parser('', '').parse_args(['--x=' + TEXT])",
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("body", WAYS.values(), ids=WAYS)
def test_untrusted_text_reaches_the_log_without_commands(body: str, text: str) -> None:
    code = (
        "import logging, sys\nfrom soundweave.base import cli\n"
        "from soundweave.base.errors import *\n"
        f"TEXT = {text!r}\ndef main():\n    cli.setup_logging(verbose=False)\n    {body}\n"
        "raise SystemExit(cli.run(main))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "scripts"), "GITHUB_ACTIONS": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    own = re.findall(r"^::error::(.*)\n", done.stdout, re.MULTILINE)
    assert len(own) == (done.returncode != 0)
    rest = re.sub(r"^::error::", "", done.stdout, flags=re.MULTILINE)
    assert not OBEYED.search(seen(rest))
    assert not OBEYED.search(seen(done.stderr))


def run_on_actions(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "scripts"), "GITHUB_ACTIONS": "true"},
        capture_output=True,
        text=True,
        check=True,
    )


def test_json_is_exact_and_holds_no_command() -> None:
    code = (
        "from soundweave.base import cli\n"
        f"result = {{'names': {HOSTILE!r}}}\n"
        "raise SystemExit(cli.run(lambda: cli.show(result, '', as_json=True) or 0))"
    )
    output = run_on_actions(code).stdout
    assert not OBEYED.search(seen(output))
    assert json.loads(output) == {"names": HOSTILE}


def test_a_worker_of_a_pool_gives_no_command() -> None:
    code = (
        "import logging, threading\n"
        "from soundweave.base import cli\n"
        "from soundweave.translation.running.executors import pool\n"
        "def main():\n"
        "    stop = threading.Event()\n"
        "    threading.Thread(target=stop.wait).start()  # no fork then\n"
        "    with pool('process', 1) as executor:\n"
        "        executor.submit(logging.warning, '::error::forged').result()\n"
        "        executor.submit(print, '##[error]forged').result()\n"
        "        executor.submit(print, flush=True).result()\n"
        "    stop.set()\n"
        "    return 0\n"
        "raise SystemExit(cli.run(main))\n"
    )
    done = run_on_actions(code)
    assert "forged" in done.stderr
    assert "forged" in done.stdout
    assert not OBEYED.search(done.stdout + done.stderr)


def test_outside_of_actions_nothing_changes() -> None:
    code = (
        "from soundweave.base import cli\nraise SystemExit(cli.run(lambda: print('a::b::c') or 1))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("a::b::c\n", 1)
