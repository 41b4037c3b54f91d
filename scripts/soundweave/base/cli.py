"""What all commands share: parser, log and exit codes."""

import argparse
import io
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from soundweave.base import runner
from soundweave.base.errors import ConfigError, SoundweaveError
from soundweave.base.paths import TEXTS_DIR, TRANSLATIONS_DIR

EXIT_BUG = 3
EXIT_INTERRUPTED = 130


def parser(description: str, example: str) -> argparse.ArgumentParser:
    """Make a parser with the flags every command has; its help ends with `example`."""
    result = argparse.ArgumentParser(
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    result.add_argument("--json", action="store_true", help="print the result as JSON")
    result.add_argument("--verbose", action="store_true", help="log every step")
    return result


def path_argument(
    target: argparse.ArgumentParser,
    flag: str,
    default: Path,
    text: str,
    read: Callable[[str], Path] = Path,
) -> None:
    """Add a path flag whose help names its default; `read` does not check the default."""
    target.add_argument(
        flag, type=read, default=default, metavar="PATH", help=f"{text} ({default})"
    )


def text_arguments(target: argparse.ArgumentParser) -> None:
    """Add the flags of the folders of texts and translations."""
    path_argument(target, "--texts-dir", TEXTS_DIR, "folder of the texts", folder)
    path_argument(
        target, "--translations-dir", TRANSLATIONS_DIR, "folder of their translations", folder
    )


def folder(text: str) -> Path:
    """Read the path of an existing folder; a flag's `type`."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"the folder {text} does not exist")
    return Path(text)


def positive(text: str) -> int:
    """Read a whole number of at least 1; a flag's `type`."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return number


def setup_logging(*, verbose: bool, log_file: Path | None = None) -> None:
    """Log to stderr, and to `log_file` if given; stdout is for the result."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        if log_file is not None:
            handlers.append(logging.FileHandler(log_file, mode="w", encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot write {log_file}: {error.strerror}") from error
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(message)s", handlers=handlers)
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def show(result: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Print the result of a command: one JSON object for machines, or `text` for people."""
    value = json.dumps(result, ensure_ascii=runner.running()) if as_json else text
    if as_json and runner.running():
        # The same to a reader of JSON, but nothing that has to be split for the runner.
        value = value.replace("::", r":\u003a").replace("#", r"\u0023")
    print(value)


def run(main: Callable[[], int], *, explains: bool = False) -> int:
    """Run a command and turn what it raises into an exit code.

    0 done, 1 expected failure or findings, 2 usage or configuration, 3 bug, 130 interrupted. On a
    runner, a failure shows as an error, unless the command `explains` its findings itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character is no error
    runner.guard()
    try:
        code, reason = _outcome(main)
    except SystemExit as stop:  # argparse, which has said why
        if stop.code:
            runner.annotate("error", f"{Path(sys.argv[0]).name}: wrong usage; its log says why")
        raise
    if reason:
        runner.annotate("error", reason)
    elif code not in (0, EXIT_INTERRUPTED) and not (explains or runner.has_shown_error()):
        name = Path(sys.argv[0]).name
        runner.annotate("error", f"{name}: exit code {code}; its log says why")
    if reason:
        print(f"error: {reason}", file=sys.stderr)
    return code


def _outcome(main: Callable[[], int]) -> tuple[int, str]:
    """Run a command; returns its exit code, and the reason if it raised an error."""
    try:
        code = main()
        sys.stdout.flush()  # notices a closed pipe here, not after these handlers
    except SoundweaveError as error:
        return error.exit_code, str(error)
    except KeyboardInterrupt:
        print("interrupted; finished work is kept", file=sys.stderr)
        return EXIT_INTERRUPTED, ""
    except BrokenPipeError:
        # The reader (`| head`) went away; without this, Python reports it again on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1, ""
    except OSError as error:
        # Permissions or a full disk: for the user to fix, wherever it happens.
        return 1, f"{error.filename or 'a file'}: {error.strerror or error}"
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes its exit code
        traceback.print_exc()
        print("this is a bug in Soundweave; please report the lines above", file=sys.stderr)
        return EXIT_BUG, f"{type(error).__name__}: {error}"
    return code, ""
