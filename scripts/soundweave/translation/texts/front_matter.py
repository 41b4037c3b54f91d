"""Front matter: YAML between two lines of dashes, at the top of a Markdown file.

Every value is read as text: in YAML at large, the language `no` would be false and 1984 a number.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from jsonschema.exceptions import best_match

from soundweave.base import schemas
from soundweave.base.errors import ConfigError

FENCE = "---"
LONGEST_MESSAGE = 300  # characters; a schema's message repeats the value


@dataclass(frozen=True)
class Page:
    """A file in its two parts; `body_line` counts from 1: there the body begins."""

    meta: dict[str, Any]
    body: str
    body_line: int


class _Loader(yaml.BaseLoader):
    """Texts, lists and maps only; what YAML would pass over in silence is an error."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are no use", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                problem = f"{key.value!r} is there twice, or is no key"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return node


def split(content: str, source: str) -> Page:
    """Return the parts of a file whose line ends are "\\n".

    Raises ConfigError, naming `source` and the line, when the front matter is missing or no YAML.
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
    """Return the file that `split` takes apart; every value stays on one line."""
    written = yaml.safe_dump(dict(meta), allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"{FENCE}\n{written}{FENCE}\n\n{body}\n"


def check(schema: str, page: Page, content: str, source: str) -> None:
    """Raise ConfigError, naming the line, unless the front matter fits the schema."""
    worst = best_match(schemas.validator(schema).iter_errors(page.meta))
    if worst is None:
        return
    place = schemas.place(worst)
    key = place.partition(".")[0]
    lines = content.split("\n")[: page.body_line]
    line = next((n for n, each in enumerate(lines, 1) if each.startswith(f"{key}:")), 1)
    message = textwrap.shorten(worst.message, LONGEST_MESSAGE, placeholder=" ...")
    raise ConfigError(f"{source}, line {line}: {place}: {message}")


def _yaml(text: str, source: str) -> dict[str, Any]:
    try:
        meta = _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        problem = error.problem or "unreadable"
        raise ConfigError(f"{source}, line {line}: not the YAML of a text: {problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{source}: the front matter is not YAML: {error}") from error
    if not isinstance(meta, dict):
        raise ConfigError(f"{source}, line 2: the front matter must be lines of `key: value`")
    return meta
