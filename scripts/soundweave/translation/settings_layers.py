"""Settings in layers: nested maps whose values each know the layer they came from."""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from soundweave.base.errors import ConfigError

DEFAULT = "default"


class Layers:
    """The values as nested maps in `tree`; a value is named by its dotted key."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self.tree = dict(defaults)
        self._sources: dict[str, str] = {}

    def put_tree(self, values: Mapping[str, Any], source: str) -> None:
        """Put nested maps over the values; see `put`."""
        for key, value in list(_leaves(values)):
            self.put(key, value, source)

    def put(self, key: str, value: Any, source: str) -> None:
        """Replace the value of a dotted key; "*" stands for every key that exists in its place.

        Raises ConfigError for a key below a single value.
        """
        start, star, end = key.partition("*")
        existing = [name for name, _ in _leaves(self.tree)] if star else []
        matching = [name for name in existing if name.startswith(start) and name.endswith(end)]
        for name in matching if star else [key]:
            self._put(name, value)
            for replaced in [old for old in self._sources if old.startswith(f"{name}.")]:
                del self._sources[replaced]
            self._sources[name] = source

    def source(self, key: str) -> str:
        """Return where a value came from: its own source, or that of the nearest key around it."""
        below = [source for name, source in self._sources.items() if name.startswith(f"{key}.")]
        if below:  # a map: what was put into it last
            return below[-1]
        while key and key not in self._sources:
            key = key.rpartition(".")[0]
        return self._sources.get(key, DEFAULT)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Return each value and its source by key, sorted; passwords in addresses are hidden."""
        return {
            key: {"value": _without_password(value), "source": self.source(key)}
            for key, value in sorted(_leaves(self.tree))
        }

    def __str__(self) -> str:
        rows = self.to_json()
        width = max(map(len, rows))
        return "\n".join(
            f"{key:<{width}}  {json.dumps(row['value'])}  ({row['source']})"
            for key, row in rows.items()
        )

    def _put(self, key: str, value: Any) -> None:
        *parents, last = key.split(".")
        branch = self.tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise ConfigError(f"translation: {key}: {parent} is one value, it has no {last}")
        branch[last] = value


def number(text: str) -> str | int | float:
    """Read a variable of the environment: a number if possible."""
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
        raise argparse.ArgumentTypeError(f"{value!r} is not a YAML value") from error


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _without_password(value: Any) -> Any:
    return re.sub(r"//[^/\s]*@", "//***@", value) if isinstance(value, str) else value
