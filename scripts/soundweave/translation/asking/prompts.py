"""The prompts in config/prompts: one file each, whose variables are declared and checked on load.

Texts are data: they go into a prompt as JSON, so no text can break out of its place and pose as the
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
from babel import Locale
from jinja2 import meta

from soundweave.base import schemas, yaml_files
from soundweave.base.errors import ConfigError
from soundweave.base.paths import ROOT
from soundweave.translation.asking import answers

PROMPTS = ROOT / "config" / "prompts"

# The variables of a prompt, by the answer it asks for.
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
    digest: str  # SHA-256, in hexadecimal, of the file: it distinguishes results

    def render(self, **values: object) -> tuple[str, str]:
        """Return the system and the user part.

        `values` are those of AVAILABLE for its answer; those that the prompt does not declare are
        left out. Raises ConfigError for missing values, and for values that no such prompt has.
        """
        missing = set(self.variables) - set(values)
        unknown = set(values) - set(AVAILABLE[self.answer])
        if missing or unknown:
            raise ConfigError(
                f"prompt {self.name}: "
                + "; ".join([*_named("no value for", missing), *_named("no use for", unknown)])
            )
        declared = {
            key: language(str(value)) if key.endswith("_lang") else value
            for key, value in values.items()
            if key in self.variables
        }
        try:
            system, user = (
                _environment().from_string(part).render(declared)
                for part in (self.system, self.user)
            )
        except (jinja2.TemplateError, TypeError, ValueError) as error:
            raise ConfigError(f"prompt {self.name}: cannot be rendered: {error}") from error
        return system, user


def load(name: str, folder: Path = PROMPTS) -> Prompt:
    """Load a prompt by its file's name without the extension.

    Raises ConfigError, naming the file, unless it has the right keys, asks for an answer that
    exists, is valid Jinja2, and uses exactly the variables that it declares.
    """
    path = folder / f"{name}.yaml"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not path.is_file():
        available = ", ".join(names(folder)) or "none"
        raise ConfigError(f"no prompt {name!r} in {folder}; available: {available}")
    raw = yaml_files.read_yaml(path)
    schemas.check("prompt", raw, str(path))
    prompt = Prompt(
        name=name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        **raw | {"variables": tuple(raw["variables"])},
    )
    if problems := _problems(prompt):
        raise ConfigError(f"{path}: {'; '.join(problems)}")
    return prompt


def names(folder: Path = PROMPTS) -> list[str]:
    """Return the names of all prompts."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def as_one_text(system: str, user: str, answer_schema: str) -> str:
    """Join a rendered prompt to paste into any chat window; it asks for tags.

    `answers.parse(text, answer_schema, "tags")` reads what comes back.
    """
    form = answers.description(answer_schema, answers.TAGS)
    return f"{system.strip()}\n\n{user.strip()}\n\n{form}\n"


def _problems(prompt: Prompt) -> list[str]:
    if prompt.answer not in AVAILABLE:
        return [f"answer: {prompt.answer} does not exist; choose {', '.join(AVAILABLE)}"]
    try:
        used = _used(prompt.system) | _used(prompt.user)
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", 0)
        return [f"not valid Jinja2: {error}, in line {line} of its part"]
    declared = set(prompt.variables)
    return [
        *_named("used but not declared", used - declared),
        *_named("declared but not used", declared - used),
        *_named(f"not available for {prompt.answer}", declared - {*AVAILABLE[prompt.answer]}),
    ]


def _used(template: str) -> set[str]:
    return meta.find_undeclared_variables(_environment().parse(template))


def _named(problem: str, variables: set[str]) -> list[str]:
    return [f"{problem}: {', '.join(sorted(variables))}"] if variables else []


def language(code: str) -> str:
    """The English name of a language, or the code itself if it is unknown."""
    return str(Locale("en").languages.get(code, code))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701 - a prompt is not HTML; texts go in as JSON
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data"] = _data
    return environment


def _data(value: object) -> str:
    """Write JSON, each item of a list on its own line; no value can contain a line end."""
    if isinstance(value, list | tuple):
        return "[\n" + ",\n".join(map(_data, value)) + "\n]" if value else "[]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_data(key)}: {_data(part)}" for key, part in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
