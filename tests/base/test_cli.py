import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soundweave.base import cli
from soundweave.base.errors import ConfigError, NoLibraryError, SoundweaveError
from tests.conftest import ROOT, Run

SCRIPTS = sorted(path.name for path in (ROOT / "scripts").glob("*.py"))


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (None, 0, ""),
        (SoundweaveError("no luck"), 1, "error: no luck"),
        (ConfigError("set it"), 2, "error: set it"),
        (NoLibraryError("none"), 2, "error: none"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "build"), 1, "error: build: Permission denied"),
        (OSError(28, "No space left on device"), 1, "error: a file: No space left on device"),
        (ZeroDivisionError("oops"), 3, "this is a bug"),
    ],
)
def test_what_a_command_raises_becomes_its_exit_code(
    raised: BaseException | None,
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def main() -> int:
        if raised is not None:
            raise raised
        return 0

    assert cli.run(main) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert ("Traceback" in captured.err) == (code == cli.EXIT_BUG)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_explains_ends_with_an_example_and_keeps_its_flags(script: str, run: Run) -> None:
    done = run(script, "--help")
    assert done.returncode == 0, done.stderr
    example = done.stdout.strip().splitlines()[-1]
    assert re.fullmatch(rf"  ([A-Z_]+=\S+ )?python scripts/{script}( .*)?", example)
    flags = set(re.findall(r"--[a-z][a-z-]*", example))
    assert flags <= set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("arguments", [["--no-such-flag"], ["--verb"]])
def test_unknown_and_shortened_flags_are_refused(
    script: str, arguments: list[str], run: Run
) -> None:
    done = run(script, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "unrecognized arguments" in done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_hides_a_module(script: str) -> None:
    name = script.removesuffix(".py")
    find = (
        f"import importlib.util; print(getattr(importlib.util.find_spec({name!r}), 'origin', ''))"
    )
    completed = subprocess.run(
        [sys.executable, "-I", "-c", find], capture_output=True, text=True, check=True
    )
    # The editable install puts scripts/ last on the path: any other module would be found first.
    assert completed.stdout.strip() in ("", str(ROOT / "scripts" / script))


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "detect_milestone.py"
    done = subprocess.run(
        [sys.executable, "-S", str(script)], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"is not installed; run `make setup`" in done.stderr
    assert b"Traceback" not in done.stderr


def command(body: str) -> str:
    """Return a program that runs `body` as a command."""
    main = f"def main():\n    {body}\n"
    return f"from soundweave.base import cli\n{main}raise SystemExit(cli.run(main))"


def test_a_terminal_that_lacks_a_sign_is_no_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", command(r"print('\u0141\u00f3d\u017a'); return 0")],
        env={"PYTHONPATH": str(ROOT / "scripts"), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"??d?\n", b"")


def test_a_short_line_that_nobody_reads_is_no_error() -> None:
    # It stays in the buffer until the command is over.
    body = "import sys; sys.stdin.read(); print('short'); return 0"
    child = subprocess.Popen(
        [sys.executable, "-c", command(body)],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    child.stdin.close()
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(60) == 1


def test_a_reader_that_leaves_early_is_no_error() -> None:
    code = command("[print('x' * 100) for _ in range(100000)]; return 0")
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr is not None
    assert child.stderr.read() == ""
    child.stderr.close()
    assert child.wait(60) == 1


@pytest.mark.parametrize("there", ["", "a file"])
@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("collect_translations.py", "--texts-dir"),
        ("plan_translations.py", "--texts-dir"),
        ("update_locales.py", "--texts-dir"),
        ("update_locales.py", "--translations-dir"),
        ("generate_landing_page.py", "--texts-dir"),
        ("generate_landing_page.py", "--translations-dir"),
    ],
)
def test_a_folder_that_is_named_must_be_there(
    run: Run, tmp_path: Path, name: str, flag: str, there: str
) -> None:
    path = tmp_path / "named"
    if there:
        path.write_text(there)
    done = run(name, flag, path)
    assert done.returncode == 2
    assert done.stderr.endswith(f"error: argument {flag}: the folder {path} does not exist\n")
    assert list(tmp_path.iterdir()) == [path] * bool(there)


def test_an_interrupt_ends_with_130() -> None:
    code = (
        "import time\nfrom soundweave.base import cli\n"
        "def main():\n    print('ready', flush=True)\n    time.sleep(60)\n    return 0\n"
        "raise SystemExit(cli.run(main))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, "Traceback" in err) == (130, False)


def test_results_are_for_machines_too(capsys: pytest.CaptureFixture[str]) -> None:
    cli.show({"name": "Łódź"}, "text", as_json=True)
    cli.show({"name": "Łódź"}, "text", as_json=False)
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"name": "Łódź"}
    assert second == "text"
