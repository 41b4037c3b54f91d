"""The contracts in config/schemas: what one script writes and another reads."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from pydantic import TypeAdapter

from soundweave.base.errors import ConfigError
from soundweave.base.paths import SCHEMAS


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator for config/schemas/<name>.schema.json."""
    return Draft202012Validator(read(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


def read(name: str) -> dict[str, Any]:
    """Read config/schemas/<name>.schema.json."""
    schema: dict[str, Any] = json.loads(
        (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return schema


def check(name: str, value: object, source: str) -> None:
    """Raise ConfigError, naming `source` and the place in it, if `value` breaks the schema."""
    error = problem(name, value)
    if error is not None:
        raise ConfigError(f"{source}: {place(error)}: {error.message}")


def problem(name: str, value: object) -> ValidationError | None:
    """The most relevant violation of the schema; None if the value fits."""
    error: ValidationError | None = best_match(validator(name).iter_errors(value))
    return error


def place(error: ValidationError) -> str:
    """Where in the value the error is, like `collector.max_requests`."""
    return ".".join(str(part) for part in error.absolute_path) or "top level"


def generate(kind: Any, title: str) -> dict[str, Any]:
    """Generate the JSON Schema of a type."""
    schema = TypeAdapter(kind).json_schema()
    for part in (schema, *schema["$defs"].values()):
        for field in part.get("properties", {}).values():
            field.pop("title", None)  # the name again
    return {"$schema": Draft202012Validator.META_SCHEMA["$id"], **schema, "title": title}


def write(name: str, schema: dict[str, Any]) -> None:
    """Write config/schemas/<name>.schema.json."""
    path = SCHEMAS / f"{name}.schema.json"
    path.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
