"""The contracts in config/schemas: what one script writes and another reads."""

import json
from functools import cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from soundweave.base.errors import ConfigError
from soundweave.base.paths import SCHEMAS


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator for config/schemas/<name>.schema.json."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def check(name: str, value: object, source: str) -> None:
    """Raise ConfigError, naming `source` and the place in it, if `value` breaks the schema."""
    worst = best_match(validator(name).iter_errors(value))
    if worst is not None:
        raise ConfigError(f"{source}: {place(worst)}: {worst.message}")


def place(error: ValidationError) -> str:
    """Where in the value the error is, like `collector.max_requests`."""
    return ".".join(str(part) for part in error.absolute_path) or "top level"
