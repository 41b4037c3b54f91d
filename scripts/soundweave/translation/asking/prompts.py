"""The prompts in config/prompts: one file each, its variables declared and checked at load.

Texts are data: they go into a prompt as JSON, so that no text can end its place and speak as the
prompt, and the system part says that nothing inside the data is an instruction.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import meta

from soundweave.base import schemas, yaml_files
from soundweave.base.errors import ConfigError
from soundweave.base.paths import ROOT
from soundweave.translation.asking import answers
from soundweave.translation.texts.languages import language

PROMPTS = ROOT / "config" / "prompts"

# What a stage knows when it asks, by the answer it needs.
TEXT = ("source_lang", "target_lang", "kind", "title", "author", "notes", "segments")
AVAILABLE = {
    "answer_translation": TEXT,  # segments: list of {id, text}
    "answer_judge": (*TEXT, "candidates"),  # list of {number, segments}
    "answer_review": (*TEXT, "translation"),  # list of {id, source, text}
    "answer_revision": (*TEXT, "translation", "remarks", "summary"),  # of {id, remark, suggestion}
}


@dataclass(frozen=True)
class Prompt:
    """A checked prompt; `answer` names the schema its answer must fit."""

    name: str
    description: str
    answer: str
    variables: tuple[str, ...]
    system: str
    user: str
    sha256: str

    def render(self, **values: object) -> tuple[str, str]:
        """Return the system and the user part.

        `values` are those of AVAILABLE for its answer; one that the prompt does not declare is not
        shown. Raises ConfigError for a missing one, and for one that no such prompt can have.
        """
        missing = set(self.variables) - set(values)
        unknown = set(values) - set(AVAILABLE[self.answer])
        if missing or unknown:
            raise ConfigError(
                f"prompt {self.name}: "
                + "; ".join([*_named("no value for", missing), *_named("no use for", unknown)])
            )
        shown = {key: _shown(key, value) for key, value in values.items() if key in self.variables}
        try:
            system, user = (
                _environment().from_string(part).render(shown) for part in (self.system, self.user)
            )
        except (jinja2.TemplateError, TypeError, ValueError) as error:
            raise ConfigError(f"prompt {self.name}: cannot be filled in: {error}") from error
        return system, user


def load(name: str, folder: Path = PROMPTS) -> Prompt:
    """Return a prompt by its file's name without the ending.

    Raises ConfigError, naming the file, unless it has the right keys, asks for an answer that
    there is, is proper Jinja2, and uses the variables it declares, all of them and no other.
    """
    path = folder / f"{name}.yaml"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not path.is_file():
        there = ", ".join(sorted(path.stem for path in folder.glob("*.yaml"))) or "none"
        raise ConfigError(f"there is no prompt {name!r} in {folder}; there are {there}")
    raw = yaml_files.read_yaml(path)
    schemas.check("prompt", raw, str(path))
    made = Prompt(
        name=name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        **raw | {"variables": tuple(raw["variables"])},
    )
    if problems := _problems(made):
        raise ConfigError(f"{path}: {'; '.join(problems)}")
    return made


def names(folder: Path = PROMPTS) -> list[str]:
    """Return the names of all prompts."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def digest(prompt: Prompt) -> str:
    """Return SHA-256, in hexadecimal, of the prompt's file: it tells results apart."""
    return prompt.sha256


def as_one_text(system: str, user: str, answer_schema: str) -> str:
    """Return a rendered prompt to paste into any model's window; it asks for tags.

    `answers.parse(text, answer_schema, "tags")` reads what comes back.
    """
    form = answers.description(answer_schema, answers.TAGS)
    return f"{system.strip()}\n\n{user.strip()}\n\n{form}\n"


def _problems(prompt: Prompt) -> list[str]:
    if prompt.answer not in AVAILABLE:
        return [f"answer: there is no {prompt.answer}; there are {', '.join(AVAILABLE)}"]
    try:
        used = _used(prompt.system) | _used(prompt.user)
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", 0)
        return [f"no proper Jinja2: {error}, in line {line} of its part"]
    declared = set(prompt.variables)
    return [
        *_named("used but not declared", used - declared),
        *_named("declared but not used", declared - used),
        *_named(
            f"not known to a prompt for {prompt.answer}", declared - {*AVAILABLE[prompt.answer]}
        ),
    ]


def _used(template: str) -> set[str]:
    return meta.find_undeclared_variables(_environment().parse(template))


def _named(what: str, names: set[str]) -> list[str]:
    return [f"{what}: {', '.join(sorted(names))}"] if names else []


def _shown(key: str, value: object) -> object:
    return language(value) if key.endswith("_lang") and isinstance(value, str) else value


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        autoescape=False,  # noqa: S701 - a prompt is no HTML; texts go in as JSON
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["data"] = _data
    return made


def _data(value: object) -> str:
    """Return JSON, a list with an item on each line; nothing in it can end the line."""
    if isinstance(value, list | tuple):
        return "[\n" + ",\n".join(map(_data, value)) + "\n]" if value else "[]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_data(key)}: {_data(part)}" for key, part in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
