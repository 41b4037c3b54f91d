"""JSON without what most readers let pass: duplicated keys, NaN and Infinity."""

import json
from typing import Any, NoReturn


def loads(text: str) -> Any:
    """Read a JSON value; raises ValueError, or RecursionError when it is nested too deeply."""
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_reject)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise ValueError(f"the key {key!a:.80} is duplicated")
        mapping[key] = value
    return mapping


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")
