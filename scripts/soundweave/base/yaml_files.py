"""YAML files in which a duplicated key is an error rather than a silent loss."""

from pathlib import Path
from typing import Any

import yaml

from soundweave.base.errors import ConfigError


class UniqueKeys:
    """Mixed into a YAML loader, it rejects duplicated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Check the keys, then build the mapping as the loader does."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                problem = f"the key {key.value!r:.80} is duplicated, or not plain text"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)  # type: ignore[misc]
        return mapping


class _Loader(UniqueKeys, yaml.SafeLoader):
    pass


def read_yaml(path: Path) -> Any:
    """Read the YAML value in `path`; raises ConfigError that names the file and the line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
