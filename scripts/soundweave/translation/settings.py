"""The settings of the translation runner: names, types, limits and defaults, written only here.

Command line > environment > config/pipeline.yaml > default; settings_layers keeps the origin of
each value. `make schemas` generates config/schemas/translation_settings.schema.json from these
classes. The key of the chat endpoint is not a setting: it is only ever in the environment.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from soundweave.base import config, schemas, yaml_files
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG, ROOT
from soundweave.translation.model import Kind
from soundweave.translation.settings_layers import DEFAULT, Layers, number

Engine = Literal["auto", "chat", "apertium"]
Answers = Literal["live", "record", "replay"]
Executor = Literal["process", "thread", "dask"]
Mode = Literal["reasoning", "non_reasoning", "hybrid", "manual"]
StageName = Literal["InitialTranslation", "Evaluation", "EditorReview", "TranslatorRevision"]

MODES: tuple[Mode, ...] = get_args(Mode)
KEY_VARIABLE = "TRANSLATION_API_KEY"

# A variable may set several values: a star stands for every key in its place.
ENVIRONMENT = {
    "TRANSLATION_ENGINE": "engine",
    "TRANSLATION_WORKFLOW_MODE": "workflow_mode",
    "TRANSLATION_PARALLEL_COUNT": "parallel_count.*",
    "TRANSLATION_BASE_URL": "chat.base_url",
    "TRANSLATION_MODEL": "models.*.name",
    "TRANSLATION_MAX_COST": "max_cost",
    "TRANSLATION_MAX_TOKENS": "max_tokens",
}


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("name each one once")
    return names


def _not_empty(path: Path) -> Path:
    if path == Path():
        raise ValueError("name a file")
    return path


Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Timeout = Annotated[float, Field(gt=0, le=3600)]
LanguagePair = Annotated[str, Field(pattern="^[a-z]{2,3}-[a-z]{2,3}$")]
Route = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\+[A-Za-z0-9_-]+)*$")]
Routes = Annotated[
    tuple[Route, ...],
    Field(min_length=1, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_unique),
]
ModelKey = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$")]
Temperature = Annotated[float, Field(ge=0, le=2)] | None
NameList = Annotated[tuple[str, ...], Field(min_length=1)]
TemperatureList = Annotated[tuple[Temperature, ...], Field(min_length=1)]
# A single value may stand for a list of one.
Names = Annotated[NameList, BeforeValidator(_as_tuple, json_schema_input_type=str | NameList)]
Temperatures = Annotated[
    TemperatureList,
    BeforeValidator(_as_tuple, json_schema_input_type=Temperature | TemperatureList),
]
CLOSED = Field(json_schema_extra={"additionalProperties": False})  # keys that fit the pattern only


@dataclass(frozen=True)
class ChatSettings:
    """An OpenAI-compatible endpoint; `concurrency` is how many requests may be open at once."""

    __pydantic_config__ = config.STRICT

    base_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$")] = ""
    timeout_seconds: Timeout = 120.0
    attempts: Positive = 4
    backoff_seconds: Seconds = 1.0
    backoff_max_seconds: Seconds = 60.0
    concurrency: Positive = 4


@dataclass(frozen=True)
class ApertiumSettings:
    """Routes by language pair ("en-es"), each a chain of modes ("eng-cat+cat-spa"), best first."""

    __pydantic_config__ = config.STRICT

    timeout_seconds: Timeout = 60.0
    routes: Annotated[Mapping[LanguagePair, Routes], CLOSED] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelSettings:
    """A chat model; prices are per million tokens, None when unknown."""

    __pydantic_config__ = config.STRICT

    name: Annotated[str, Field(min_length=1)]
    input_price: Amount | None = None
    output_price: Amount | None = None


@dataclass(frozen=True)
class StageSettings:
    """Who does a stage, and how. Candidate i takes the i-th item of each list, cyclically.

    A stage without models does not use a chat model.
    """

    __pydantic_config__ = config.STRICT

    models: Names = ()
    prompts: Names = ()
    temperatures: Temperatures = (None,)
    max_tokens: Positive = 4096


@dataclass(frozen=True)
class EvaluationSettings:
    """How the best candidate is found.

    `select` decides by kind of text whether to take the best of each segment, or the best text.
    Lengths are ratios to the source's; a candidate whose chrF with the source is above
    `source_similarity` counts as untranslated. `consensus` and `marks` are weights, `priors` are
    chrF points by language pair and route or model.
    """

    __pydantic_config__ = config.STRICT

    select: Mapping[Kind, Literal["text", "segment"]] = field(
        default_factory=lambda: {
            Kind.POEM: "text",
            Kind.PROSE: "segment",
            Kind.INTERFACE: "segment",
        }
    )
    shortest: Amount = 0.4
    longest: Annotated[float, Field(gt=0)] = 2.5
    source_similarity: Annotated[float, Field(ge=0, le=100)] = 80.0
    consensus: Amount = 1.0
    marks: Amount = 0.0
    priors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """The section `translation` of config/pipeline.yaml; plain data that crosses processes.

    `parallel_count` and `modes` are by mode; those of the run are `candidate_count` and `stages`.
    """

    __pydantic_config__ = config.STRICT

    engine: Engine = "auto"
    answers: Annotated[
        Answers, Field(description="ask | ask and record in `recordings` | replay from there")
    ] = "live"
    workflow_mode: Mode = "hybrid"
    executor: Executor = "process"
    dask_scheduler: Annotated[
        str, Field(description="an address; empty starts a cluster on this machine")
    ] = ""
    parallel_count: Mapping[Mode, Annotated[int, Field(ge=1, le=64)]] = field(
        default_factory=lambda: dict.fromkeys(MODES, 1)
    )
    deadline_seconds: Annotated[float, Field(gt=0, le=86400)] = 300.0
    min_candidates: Positive = 1
    quorum: Annotated[
        int, Field(ge=0, description="stop after this many candidates; 0 waits for all")
    ] = 0
    max_cost: Amount | None = None
    max_tokens: Count | None = None
    seed: Count = 1
    recordings: Annotated[
        Path, Field(json_schema_extra={"minLength": 1}), AfterValidator(_not_empty)
    ] = Path("data/recordings/translations.jsonl")
    chat: ChatSettings = field(default_factory=ChatSettings)
    apertium: ApertiumSettings = field(default_factory=ApertiumSettings)
    models: Annotated[Mapping[ModelKey, ModelSettings], CLOSED] = field(default_factory=dict)
    modes: Mapping[Mode, Mapping[StageName, StageSettings]] = field(default_factory=dict)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)

    @property
    def candidate_count(self) -> int:
        """How many candidates a text gets in this run's mode."""
        return self.parallel_count[self.workflow_mode]

    @property
    def stages(self) -> Mapping[str, StageSettings]:
        """The configured stages of this run's mode."""
        return cast("Mapping[str, StageSettings]", self.modes.get(self.workflow_mode, {}))


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    path: Path = CONFIG,
    environ: Mapping[str, str] = os.environ,
) -> tuple[Settings, Layers]:
    """Return the settings, and the layers that they came from.

    `overrides` are values of the command line by dotted key, "*" allowed.
    Raises ConfigError that names the source and the key.
    """
    raw = yaml_files.read_yaml(path)
    config.check(raw, path)
    layers = Layers(_adapter().dump_python(Settings(), mode="json"))
    layers.put_tree(raw.get("translation", {}), _short(path))
    for variable, key in ENVIRONMENT.items():
        if text := environ.get(variable, "").strip():
            layers.put(key, number(text), f"environment, {variable}")
    for key, value in (overrides or {}).items():
        layers.put(key, value, "command line")
    return _settings(layers), layers


def schema() -> dict[str, Any]:
    """Generate the JSON Schema of the section `translation` of config/pipeline.yaml."""
    return schemas.generate(Settings, "the section translation of config/pipeline.yaml")


@cache
def _adapter() -> TypeAdapter[Settings]:
    return TypeAdapter(Settings)


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _settings(layers: Layers) -> Settings:
    try:
        return _adapter().validate_json(json.dumps(layers.tree, default=str))
    except ValidationError as error:
        source = layers.source(config.first_key(error))
        origin = "" if source == DEFAULT else f" (from {source})"
        raise ConfigError(f"translation: {config.first_problem(error)}{origin}") from error
