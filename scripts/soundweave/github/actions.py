"""GitHub Actions: step outputs, the step summary and annotations.

Outside of Actions, outputs and annotations go to the log and the summary is dropped: a command
prints its result anyway. https://docs.github.com/actions/reference/workflow-commands
"""

import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from soundweave.base import runner
from soundweave.base.errors import ConfigError

log = logging.getLogger(__name__)


def set_outputs(values: Mapping[str, object]) -> None:
    """Set the step's outputs; booleans become `true` and `false`."""
    for name, value in values.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        # A value could contain a fixed delimiter and close it.
        end = f"end_{secrets.token_hex(16)}"
        _append("GITHUB_OUTPUT", f"{name}<<{end}\n{text}\n{end}\n")
        log.debug("output %s=%s", name, text)


def read_outputs(path: Path) -> dict[str, str]:
    """Read the outputs that a step wrote with `set_outputs`."""
    outputs = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        name, separator, delimiter = line.partition("<<")
        if separator:
            outputs[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return outputs


def add_summary(markdown: str) -> None:
    """Append Markdown to the step's summary."""
    _append("GITHUB_STEP_SUMMARY", markdown.rstrip("\n") + "\n\n")


def error(message: str) -> None:
    """Annotate the run with an error."""
    _annotate("error", message)


def warning(message: str) -> None:
    """Annotate the run with a warning."""
    _annotate("warning", message)


def notice(message: str) -> None:
    """Annotate the run with a notice."""
    _annotate("notice", message)


def markdown_text(text: object) -> str:
    """Escape `text` as one line that Markdown and HTML show literally, even in a table."""
    line = " ".join(str(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{char}" if char in r"\`*_{}[]()#+!|~@" else char for char in line)


def _annotate(level: str, message: str) -> None:
    if runner.running():
        runner.annotate(level, message)
    else:
        log.log(logging.ERROR if level == "error" else logging.WARNING, "%s", message)


def _append(variable: str, text: str) -> None:
    name = os.environ.get(variable)
    if name:
        try:
            with Path(name).open("a", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise ConfigError(f"cannot write {variable} ({name}): {error.strerror}") from error
