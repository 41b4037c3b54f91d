"""Checks of what a night starts with: the form's inputs and the keys.

Standard library only: the workflow runs this with the runner's Python before anything is
installed. The inputs are untrusted, so they are treated as data, never as code.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from soundweave.base.paths import ROOT, SCHEMAS, TEXTS_DIR

MAX_REQUESTS = 2000  # Freesound's daily limit for a new API credential
DEFAULT_MODE = "default"  # a form's list has no empty entry
HOW_TO_GET_A_KEY = (
    "No Freesound API key, so nothing was collected. Get one at https://freesound.org/apiv2/apply/ "
    "and save it under Settings -> Secrets and variables -> Actions -> New repository secret, "
    "named FREESOUND_API_KEY."
)
HOW_TO_TRANSLATE = (
    "Nothing is translated: translating needs the secret FREESOUND_API_KEY, and the secret "
    "TRANSLATION_API_KEY or the variable TRANSLATION_BASE_URL, both under "
    "Settings -> Secrets and variables -> Actions."
)
MANUAL = "manual"  # the mode in which a person answers: nobody does at night


@dataclass(frozen=True)
class Inputs:
    """The form as text; empty values fall back to config/pipeline.yaml."""

    max_requests: str
    mode: str
    query: str
    translation_text: str = ""
    translation_mode: str = ""
    parallel_count: str = ""

    def ask_for_translations(self) -> bool:
        """Whether the form asks for something about translations."""
        return bool(self.translation_text or self.translation_mode or self.parallel_count)


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Read the form from the INPUT_ variables; missing ones are empty."""
    values = {
        field.name: environ.get(f"INPUT_{field.name.upper()}", "") for field in fields(Inputs)
    }
    for name in ("mode", "translation_mode"):
        values[name] = "" if values[name] == DEFAULT_MODE else values[name]
    return Inputs(**values)


def has_key(environ: Mapping[str, str]) -> bool:
    """Whether there is an API key: HAS_API_KEY in the workflow, the key itself on a laptop."""
    return environ.get("HAS_API_KEY") == "true" or bool(environ.get("FREESOUND_API_KEY"))


def has_chat_endpoint(environ: Mapping[str, str]) -> bool:
    """Tell whether a chat endpoint is configured: said by HAS_CHAT_ENDPOINT in the workflow."""
    names = ("TRANSLATION_API_KEY", "TRANSLATION_BASE_URL")
    return environ.get("HAS_CHAT_ENDPOINT") == "true" or any(environ.get(name) for name in names)


def problems(inputs: Inputs) -> Iterator[str]:
    """Yield what is wrong with the inputs, each with what to do; the values are shown escaped."""
    collector = _schema("pipeline")["$defs"]["CollectorConfig"]["properties"]
    yield from _number("max_requests", inputs.max_requests, MAX_REQUESTS)
    yield from _choice("mode", inputs.mode, collector["mode"]["enum"])
    yield from _query(inputs.query, collector["query"]["maxLength"])
    translation = _schema("translation_settings")["properties"]
    modes = [mode for mode in translation["workflow_mode"]["enum"] if mode != MANUAL]
    most = translation["parallel_count"]["additionalProperties"]["maximum"]
    yield from _choice("translation_text", inputs.translation_text, text_names())
    yield from _choice("translation_mode", inputs.translation_mode, modes)
    yield from _number("parallel_count", inputs.parallel_count, most)


def text_names(folder: Path = ROOT / TEXTS_DIR) -> list[str]:
    """Return the names of the texts, as file names alone tell them."""
    name = re.compile(
        _schema("translation")["properties"]["text"]["properties"]["name"]["pattern"].strip("^$")
    )
    stems = sorted(path.stem for path in folder.glob("*.md"))
    return [stem for stem in stems if name.fullmatch(stem) and stem != "readme"]


def _number(name: str, value: str, most: int) -> Iterator[str]:
    if value and not (re.fullmatch("[1-9][0-9]{0,9}", value) and int(value) <= most):
        yield f"{name} is {_shown(value)}; give a whole number from 1 to {most}, or leave it empty"


def _choice(name: str, value: str, choices: Sequence[str]) -> Iterator[str]:
    if value and value not in choices:
        yield f"{name} is {_shown(value)}; choose one of {', '.join(choices)}"


def _query(query: str, longest: int) -> Iterator[str]:
    if len(query) > longest:
        yield f"query has {len(query)} characters; shorten it to {longest}"
    if any(_is_control(char) for char in query):
        yield f"query holds control characters: {_shown(query)}; type it in one line"


def _schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def _is_control(char: str) -> bool:
    # Controls, line and paragraph separators, and bytes that were not UTF-8.
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"}


def _shown(value: str) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
