"""config/pipeline.yaml as typed values; unknown keys are errors.

The classes below are the only place where a setting and its limits are written: they check the
file, and `make schemas` generates config/schemas/pipeline.schema.json from them. The section
`translation` belongs to soundweave.translation.settings.

FREESOUND_BASE_URL overrides the file. The key itself is only ever in the environment:
FREESOUND_API_KEY.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from soundweave.base import schemas
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG
from soundweave.base.text import without_password
from soundweave.base.yaml_files import read_yaml

# Strict: "100" is not a number. Built on first use, so that --help stays quick.
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

Count = Annotated[int, Field(ge=1)]
CountOrZero = Annotated[int, Field(ge=0)]
Days = Annotated[float, Field(ge=0, le=36500)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
FrontPageSounds = Annotated[int, Field(ge=1, le=200)]
Rows = Annotated[int, Field(ge=10, le=500)]
Level = Literal["error", "warning", "off", False]  # YAML reads a bare off as false
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]


@dataclass(frozen=True, config=STRICT)
class FreesoundConfig:
    """How to talk to the API; limits are requests.

    An answer must be complete within `timeout_seconds` and take at most `answer_megabytes`, also
    decompressed.
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s@]*)?$")]
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)]
    answer_megabytes: Annotated[int, Field(ge=1, le=1000)]
    attempts: Count
    backoff_seconds: Seconds
    backoff_max_seconds: Seconds
    requests_per_minute: Count
    requests_per_day: Count


@dataclass(frozen=True, config=STRICT)
class CollectorConfig:
    """What a night collects; `max_sounds` limits the library, `new_sounds` a night's growth."""

    mode: Literal["newest", "search", "packs", "similar", "mixed"]
    query: Annotated[str, Field(max_length=200)]
    max_requests: Count
    max_sounds: Count
    new_sounds: Count
    overlap_days: Days
    refresh_requests: CountOrZero
    refresh_after_days: Days
    hidden_after_nights: Count
    pack_refresh_days: Days
    similar_requests: CountOrZero
    similar_keep: Annotated[int, Field(ge=1, le=150)]
    similar_again_days: Days


@dataclass(frozen=True, config=STRICT)
class MilestoneConfig:
    """When a milestone is reached; `interval` is a number of sounds."""

    interval: Count


@dataclass(frozen=True, config=STRICT)
class NetworkConfig:
    """How many pairs of one user's or one pack's sounds are made; both are numbers of sounds."""

    exact_up_to: Count
    nearest: Count


@dataclass(frozen=True, config=STRICT)
class ValidationConfig:
    """How strict validation is; `levels` has the level of each check by its name."""

    largest_shrink: Annotated[float, Field(ge=0, le=1)]
    largest_gap_days: Annotated[float, Field(gt=0)]
    levels: dict[str, Level]


@dataclass(frozen=True, config=STRICT)
class MapConfig:
    """How the network is cut into communities; sizes are numbers of sounds, or of nodes."""

    seed: CountOrZero
    networkx_up_to: CountOrZero
    smallest_community: Count
    largest_community: Annotated[int, Field(ge=10)]


@dataclass(frozen=True, config=STRICT)
class WebsiteConfig:
    """What the site shows; numbers are of sounds, except `group_pages`, of pages.

    A preview from an origin other than `preview_origins` is not offered.
    """

    title: Annotated[str, Field(min_length=1)]
    site_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")]
    latest_sounds: FrontPageSounds
    connected_sounds: FrontPageSounds
    rows: Rows
    list_sounds: Annotated[int, Field(ge=10)]
    group_pages: Annotated[int, Field(ge=0, le=100_000)]
    group_rows: Rows
    translated_up_to: CountOrZero
    search_results: Annotated[int, Field(ge=1, le=1000)]
    preview_origins: tuple[Origin, ...]


@dataclass(frozen=True, config=STRICT)
class Config:
    """config/pipeline.yaml: every number a user tunes."""

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
        if not _is_url(base_url):
            raise ConfigError(
                f"FREESOUND_BASE_URL is {without_password(base_url)!r};"
                " it is like https://freesound.org/apiv2/, and a password in it is percent-encoded"
            )
        _section(raw, "freesound")["base_url"] = base_url.rstrip("/") + "/"
    return check(raw, path)


def check(raw: Any, path: Path) -> Config:
    """Turn the content of config/pipeline.yaml into settings; raises ConfigError naming the key."""
    own = {key: raw[key] for key in raw if key != "translation"} if isinstance(raw, dict) else raw
    try:
        # As JSON, because strict mode takes no mapping for a class from Python.
        config = TypeAdapter(Config).validate_json(json.dumps(own, default=str))
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error)}") from error
    schemas.check("translation_settings", raw.get("translation", {}), f"{path}: translation")
    return config


def first_problem(error: ValidationError) -> str:
    """Say in one line what is wrong, like `collector.mode: Input should be ... (it is 'all')`."""
    problem = error.errors(include_url=False)[0]
    shown = without_password(f"{problem['input']!r}")
    value = "" if problem["type"] == "missing" else f" (it is {shown:.80})"
    return f"{first_key(error) or 'top level'}: {problem['msg']}{value}"


def first_key(error: ValidationError) -> str:
    """The dotted key of the first problem, like `collector.mode`."""
    return ".".join(str(part) for part in error.errors()[0]["loc"] if part != "[key]")


def schema() -> dict[str, Any]:
    """Generate the JSON Schema of config/pipeline.yaml."""
    generated = schemas.generate(Config, "config/pipeline.yaml: every number a user tunes")
    generated["properties"]["translation"] = {"$ref": "translation_settings.schema.json"}
    return generated


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    one_word = text.split() == [text]  # urlsplit drops line ends and tabs
    # A password that holds / ? or # seems to end there, and its start to be the host's name.
    whole = parts.netloc.count("@") == text.count("@")
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and one_word and whole


def _section(raw: object, name: str) -> dict[str, object]:
    section = raw.get(name) if isinstance(raw, dict) else None
    return section if isinstance(section, dict) else {}
