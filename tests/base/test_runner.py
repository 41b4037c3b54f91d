"""What a command prints as a step of GitHub Actions, read as the runner reads it."""

import re
import subprocess
import sys

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
]
# Wider than the runner's own patterns: commands anywhere in a line.
OBEYED = re.compile(r"::[A-Za-z][\w-]*( [^:]*)?::|##\[\w|##vso\[")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_in_a_text_is_no_command(text: str) -> None:
    assert OBEYED.search(text)
    assert not OBEYED.search(runner.harmless(text))


@given(st.text(alphabet=":#[]ae- \n") | st.text())
def test_no_text_holds_a_command(text: str) -> None:
    harmless = runner.harmless(text)
    assert not OBEYED.search(harmless)
    assert harmless.replace(" ", "") == text.replace(" ", "")


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
    assert not OBEYED.search(rest)
    assert not OBEYED.search(done.stderr)


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
