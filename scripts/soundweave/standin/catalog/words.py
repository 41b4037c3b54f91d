"""The vocabulary of the synthetic catalog, and what a hostile uploader would write."""

from pathlib import Path
from typing import Any

from soundweave.base.yaml_files import read_yaml

_WORDS: dict[str, Any] = read_yaml(Path(__file__).with_suffix(".yaml"))

TOPICS: list[list[str]] = [tags.split() for tags in _WORDS["topics"]]
GENERAL: list[str] = _WORDS["general"].split()
QUALITIES: list[str] = _WORDS["qualities"].split()
USER_PARTS: list[list[str]] = [parts.split() for parts in _WORDS["user_parts"]]
CATEGORIES: list[list[str]] = _WORDS["categories"]
SENTENCES: list[str] = _WORDS["sentences"]
HOSTILE_NAMES: list[str] = _WORDS["hostile_names"]
HOSTILE_USERS: list[str] = _WORDS["hostile_users"]
HOSTILE_TAGS: list[str] = _WORDS["hostile_tags"]
