"""Settings in layers: each value by its dotted key, with the layer that it came from."""

import argparse
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from soundweave.base.errors import ConfigError


@dataclass(frozen=True)
class Value:
    """A setting and where it came from."""

    value: Any
    source: str


Layers = dict[str, Value]  # by dotted key


def put(layers: Layers, values: Mapping[str, Any], source: str) -> None:
    """Put values by dotted key over those that are there; "*" stands for every known key there.

    Raises ConfigError for a number that is not finite.
    """
    for key, value in values.items():
        many = value if isinstance(value, list) else [value]
        # NaN would pass every bound.
        if not all(math.isfinite(one) for one in many if isinstance(one, float)):
            raise ConfigError(f"translation: {key}: {value} is not finite (from {source})")
        head, star, tail = key.partition("*")
        # Only keys that are there: a star cannot invent a model.
        keys = [known for known in layers if known.startswith(head) and known.endswith(tail)]
        for known in keys if star else [key]:
            layers[known] = Value(value, source)


def leaves(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested maps by dotted key."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def tree(layers: Layers) -> dict[str, Any]:
    """Return the values as they are nested; raises ConfigError where one is a value and a map."""
    root: dict[str, Any] = {}
    for key, value in layers.items():
        *parents, last = key.split(".")
        branch = root
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise ConfigError(f"translation: {key}: {parent} is one value, it has no {last}")
        branch[last] = value.value
    return root


def number(text: str) -> str | int | float:
    """Read a variable of the environment: a number where it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def assignment(text: str) -> tuple[str, Any]:
    """Read "key=value", the value as in YAML; for a flag's `type`."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not like deadline_seconds=60")
    try:
        return key, yaml.safe_load(value) if value else ""
    except yaml.YAMLError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no value") from error


def with_source(message: str, layers: Layers) -> str:
    """Return a schema's message "translation: key: ..." with the origin of the key's value."""
    key = message.removeprefix("translation: ").partition(":")[0]
    source = layers[key].source if key in layers else ""
    return f"{message} (from {source})" if source and source != "default" else message


def shown(layers: Layers) -> dict[str, dict[str, Any]]:
    """Return each setting's value and source by key, sorted; a password in an address is hidden."""
    return {
        key: {"value": _without_password(layer.value), "source": layer.source}
        for key, layer in sorted(layers.items())
    }


def table(layers: Layers) -> str:
    """Return each setting with its value and where it came from, one a line."""
    width = max(map(len, layers))
    lines = [
        f"{key:<{width}}  {json.dumps(each['value'])}  ({each['source']})"
        for key, each in shown(layers).items()
    ]
    return "\n".join(lines)


def _without_password(value: Any) -> Any:
    return re.sub(r"//[^/\s]*@", "//***@", value) if isinstance(value, str) else value
