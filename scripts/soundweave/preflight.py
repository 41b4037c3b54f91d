"""What a night is started with: the inputs of the form and whether the API key exists.

Standard library only: the workflow runs this with the runner's own Python, before anything is
installed. The inputs come from whoever may start the workflow, so they are data, never code.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from soundweave.paths import SCHEMAS

MAX_REQUESTS = 2000  # Freesound's daily limit for a new API credential
DEFAULT_MODE = "default"  # a form's list has no empty entry
HOW_TO_GET_A_KEY = (
    "No Freesound API key, so nothing was collected: get one at https://freesound.org/apiv2/apply/ "
    "and save it under Settings -> Secrets and variables -> Actions -> New repository secret, "
    "named FREESOUND_API_KEY."
)


@dataclass(frozen=True)
class Inputs:
    """The form as text; an empty value means: what config/pipeline.yaml says."""

    max_requests: str
    mode: str
    query: str


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the form's values from the INPUT_ variables; missing ones are empty."""
    mode = environ.get("INPUT_MODE", "")
    return Inputs(
        max_requests=environ.get("INPUT_MAX_REQUESTS", ""),
        mode="" if mode == DEFAULT_MODE else mode,
        query=environ.get("INPUT_QUERY", ""),
    )


def has_key(environ: Mapping[str, str]) -> bool:
    """Tell whether the API key exists: said by HAS_API_KEY in the workflow, present on a laptop."""
    return environ.get("HAS_API_KEY") == "true" or bool(environ.get("FREESOUND_API_KEY"))


def problems(inputs: Inputs) -> Iterator[str]:
    """Yield what is wrong with the inputs, each with what to do; the values are shown escaped."""
    rules = _collector_rules()
    number = inputs.max_requests
    if number and not (re.fullmatch("[1-9][0-9]{0,9}", number) and int(number) <= MAX_REQUESTS):
        yield (
            f"max_requests is {_shown(number)}; "
            f"give a whole number from 1 to {MAX_REQUESTS}, or leave it empty"
        )
    modes = rules["mode"]["enum"]
    if inputs.mode and inputs.mode not in modes:
        yield f"mode is {_shown(inputs.mode)}; choose one of {', '.join(modes)}"
    longest = rules["query"]["maxLength"]
    if len(inputs.query) > longest:
        yield f"query has {len(inputs.query)} characters; shorten it to {longest}"
    if any(_is_control(char) for char in inputs.query):
        yield f"query holds control characters: {_shown(inputs.query)}; type it in one line"


def _collector_rules() -> Any:
    schema = json.loads((SCHEMAS / "pipeline.schema.json").read_text(encoding="utf-8"))
    return schema["properties"]["collector"]["properties"]


def _is_control(char: str) -> bool:
    # Controls, line and paragraph separators, and bytes that were not UTF-8.
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"}


def _shown(value: str) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
