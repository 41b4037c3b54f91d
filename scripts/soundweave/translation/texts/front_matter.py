"""Front matter: YAML between two lines of dashes, at the top of a Markdown file.

Every value is read as text: in ordinary YAML, the language `no` is false and 1984 is a number.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from soundweave.base import schemas
from soundweave.base.errors import ConfigError
from soundweave.base.yaml_files import UniqueKeys

FENCE = "---"
LONGEST_MESSAGE = 300  # characters; a schema's message repeats the value


@dataclass(frozen=True)
class Page:
    """A file in two parts; the body begins in line `body_line`, counted from 1."""

    meta: dict[str, Any]
    body: str
    body_line: int


class _Loader(UniqueKeys, yaml.BaseLoader):
    """Reads text, lists and maps only."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases are not supported", problem_mark=self.get_mark()
            )
        return super().compose_node(parent, index)


def split(content: str, source: str) -> Page:
    """Split a file whose line ends are "\\n" into its parts.

    Raises ConfigError, naming `source` and the line, when the front matter is missing or not YAML.
    """
    lines = content.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE]
    if not fences or fences[0] != 0:
        raise ConfigError(
            f"{source}, line 1: the front matter is missing; begin with a line {FENCE}"
        )
    if len(fences) == 1:
        raise ConfigError(f"{source}: the front matter has no end; close it with a line {FENCE}")
    end = fences[1]
    meta = _yaml("\n".join(lines[1:end]), source)
    return Page(meta, "\n".join(lines[end + 1 :]), end + 2)


def join(meta: Mapping[str, str], body: str) -> str:
    """Build the file that `split` takes apart; every value stays on one line."""
    front = yaml.safe_dump(dict(meta), allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"{FENCE}\n{front}{FENCE}\n\n{body}\n"


def check(schema: str, page: Page, content: str, source: str) -> None:
    """Raise ConfigError, naming the line, unless the front matter fits the schema."""
    error = schemas.problem(schema, page.meta)
    if error is None:
        return
    place = schemas.place(error)
    key = place.partition(".")[0]
    lines = content.split("\n")[: page.body_line]
    number = next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)
    message = textwrap.shorten(error.message, LONGEST_MESSAGE, placeholder=" ...")
    raise ConfigError(f"{source}, line {number}: {place}: {message}")


def _yaml(text: str, source: str) -> dict[str, Any]:
    try:
        meta = _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        problem = error.problem or "unreadable"
        raise ConfigError(
            f"{source}, line {line}: the front matter is not valid: {problem}"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{source}: the front matter is not YAML: {error}") from error
    if not isinstance(meta, dict):
        raise ConfigError(f"{source}, line 2: the front matter must be lines of `key: value`")
    return meta
