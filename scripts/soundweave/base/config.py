"""config/pipeline.yaml as typed values; unknown keys are errors.

The section `translation` has readers of its own: soundweave.translation.settings.

The environment goes before the file where a value names the machine rather than a choice:
FREESOUND_BASE_URL. The key itself is only ever in the environment: FREESOUND_API_KEY.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from soundweave.base import schemas
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML would take the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"the key {key.value!r} is there twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class FreesoundConfig:
    """How to talk to the API; seconds are seconds, limits are requests."""

    base_url: str
    timeout_seconds: float
    attempts: int
    backoff_seconds: float
    backoff_max_seconds: float
    requests_per_minute: int
    requests_per_day: int


@dataclass(frozen=True)
class CollectorConfig:
    """What a night collects."""

    mode: str
    query: str
    max_requests: int
    overlap_days: float
    refresh_requests: int
    refresh_after_days: float
    pack_refresh_days: float
    similar_requests: int
    similar_keep: int
    similar_again_days: float


@dataclass(frozen=True)
class MilestoneConfig:
    """When something is worth celebrating."""

    interval: int


@dataclass(frozen=True)
class NetworkConfig:
    """How many pairs of one user's or one pack's sounds are made; both are numbers of sounds."""

    exact_up_to: int
    nearest: int


@dataclass(frozen=True)
class ValidationConfig:
    """How strict validation is; `levels` is error, warning or off (False) by check."""

    largest_shrink: float
    largest_gap_days: float
    levels: Mapping[str, str | bool]


@dataclass(frozen=True)
class MapConfig:
    """How the network is cut into communities; sizes are numbers of sounds, or of nodes."""

    seed: int
    networkx_up_to: int
    smallest_community: int
    largest_community: int


@dataclass(frozen=True)
class WebsiteConfig:
    """What the site shows; numbers are of sounds, but `group_pages` of pages."""

    title: str
    site_url: str
    latest_sounds: int
    connected_sounds: int
    rows: int
    list_sounds: int
    group_pages: int
    group_rows: int
    translated_up_to: int
    search_results: int
    preview_origins: tuple[str, ...]


@dataclass(frozen=True)
class Config:
    """The whole of config/pipeline.yaml."""

    freesound: FreesoundConfig
    collector: CollectorConfig
    milestones: MilestoneConfig
    network: NetworkConfig
    validation: ValidationConfig
    map: MapConfig
    website: WebsiteConfig


def load(path: Path = CONFIG, environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check the configuration; raises ConfigError that names the file and the key."""
    raw = read_yaml(path)
    if base_url := environ.get("FREESOUND_BASE_URL"):
        if not _is_address(base_url):
            raise ConfigError(
                f"FREESOUND_BASE_URL is {base_url!r}; it is like https://freesound.org/apiv2/"
            )
        _section(raw, "freesound")["base_url"] = base_url
    check(raw, path)
    freesound = raw["freesound"]
    return Config(
        freesound=FreesoundConfig(
            **freesound | {"base_url": freesound["base_url"].rstrip("/") + "/"}
        ),
        collector=CollectorConfig(**raw["collector"]),
        milestones=MilestoneConfig(**raw["milestones"]),
        network=NetworkConfig(**raw["network"]),
        validation=ValidationConfig(**raw["validation"]),
        map=MapConfig(**raw["map"]),
        website=WebsiteConfig(
            **raw["website"] | {"preview_origins": tuple(raw["website"]["preview_origins"])}
        ),
    )


def check(raw: Any, path: Path) -> None:
    """Raise ConfigError, naming the key, unless `raw` is what config/pipeline.yaml may hold."""
    schemas.check("pipeline", raw, str(path))
    schemas.check("translation_settings", raw.get("translation", {}), f"{path}: translation")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        whole = text.split() == [text]  # urlsplit would drop line ends and tabs in silence
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and whole
    except ValueError:
        return False


def read_yaml(path: Path) -> Any:
    """Return the YAML value in `path`; raises ConfigError that names the file and the place."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe one
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error


def _section(raw: object, name: str) -> dict[str, object]:
    section = raw.get(name) if isinstance(raw, dict) else None
    return section if isinstance(section, dict) else {}
