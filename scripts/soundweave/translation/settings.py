"""The settings of the translation runner, and where each value came from.

Command line > environment > config/pipeline.yaml > default. Keys of the chat endpoint are no
settings: they are only ever in the environment (TRANSLATION_API_KEY).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundweave.base import config, schemas, yaml_files
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG, ROOT
from soundweave.translation import settings_layers as layering
from soundweave.translation.settings_layers import Layers

MODES = ("reasoning", "non_reasoning", "hybrid", "manual")
KEY_VARIABLE = "TRANSLATION_API_KEY"

# Empty maps are filled by the file alone: there is no model or route that suits everybody.
DEFAULTS: dict[str, Any] = {
    "engine": "auto",
    "answers": "live",
    "workflow_mode": "hybrid",
    "executor": "process",
    "dask_scheduler": "",
    "parallel_count": dict.fromkeys(MODES, 1),
    "deadline_seconds": 300.0,
    "min_candidates": 1,
    "quorum": 0,
    "max_cost": None,
    "max_tokens": None,
    "seed": 1,
    "recordings": "data/recordings/translations.jsonl",
    "chat": {
        "base_url": "",
        "timeout_seconds": 120.0,
        "attempts": 4,
        "backoff_seconds": 1.0,
        "backoff_max_seconds": 60.0,
        "concurrency": 4,
    },
    "apertium": {"timeout_seconds": 60.0, "routes": {}},
    "models": {},
    "modes": {mode: {} for mode in MODES},
    "evaluation": {
        "select": {"poem": "text", "prose": "segment", "interface": "segment"},
        "shortest": 0.4,
        "longest": 2.5,
        "source_similarity": 80.0,
        "consensus": 1.0,
        "marks": 0.0,
        "priors": {},
    },
}

# A variable may set several values: a star stands for every key there.
ENVIRONMENT = {
    "TRANSLATION_ENGINE": "engine",
    "TRANSLATION_WORKFLOW_MODE": "workflow_mode",
    "TRANSLATION_PARALLEL_COUNT": "parallel_count.*",
    "TRANSLATION_BASE_URL": "chat.base_url",
    "TRANSLATION_MODEL": "models.*.name",
    "TRANSLATION_MAX_COST": "max_cost",
    "TRANSLATION_MAX_TOKENS": "max_tokens",
}


@dataclass(frozen=True)
class ChatSettings:
    """An OpenAI-compatible endpoint; `concurrency` is how many requests may be open at once."""

    base_url: str
    timeout_seconds: float
    attempts: int
    backoff_seconds: float
    backoff_max_seconds: float
    concurrency: int


@dataclass(frozen=True)
class ApertiumSettings:
    """Routes by language pair ("en-es"), each a chain of modes ("eng-cat+cat-spa"), best first."""

    timeout_seconds: float
    routes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ModelSettings:
    """A chat model; prices are per million tokens, None when unknown."""

    name: str
    input_price: float | None = None
    output_price: float | None = None


@dataclass(frozen=True)
class StageSettings:
    """Who does a stage, and how. Candidate i takes the i-th of each list, round and round.

    Without models the stage is done without a chat model.
    """

    models: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    temperatures: tuple[float | None, ...] = (None,)
    max_tokens: int = 4096


@dataclass(frozen=True)
class EvaluationSettings:
    """How the best candidate is found.

    `select` says by kind of text whether the best of each segment is taken, or the best text.
    Lengths are shares of the source's; `source_similarity` is chrF with the source above which a
    candidate counts as not translated. `consensus` and `marks` are weights, `priors` are chrF
    points by language pair and route or model.
    """

    select: Mapping[str, str]
    shortest: float
    longest: float
    source_similarity: float
    consensus: float
    marks: float
    priors: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Settings:
    """Everything a run is told, resolved for its mode; plain data that crosses processes."""

    engine: str
    answers: str
    workflow_mode: str
    executor: str
    dask_scheduler: str
    parallel_count: int
    deadline_seconds: float
    min_candidates: int
    quorum: int
    max_cost: float | None
    max_tokens: int | None
    seed: int
    recordings: Path
    chat: ChatSettings
    apertium: ApertiumSettings
    models: Mapping[str, ModelSettings]
    stages: Mapping[str, StageSettings]
    evaluation: EvaluationSettings


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    path: Path = CONFIG,
    environ: Mapping[str, str] = os.environ,
) -> tuple[Settings, Layers]:
    """Return the settings, and each value's origin by dotted key.

    `overrides` are values of the command line by dotted key, "*" allowed.
    Raises ConfigError that names the source and the key.
    """
    raw = yaml_files.read_yaml(path)
    config.check(raw, path)
    layers: Layers = {}
    layering.put(layers, dict(layering.leaves(DEFAULTS)), "default")
    layering.put(layers, dict(layering.leaves(raw.get("translation", {}))), _short(path))
    for variable, key in ENVIRONMENT.items():
        if text := environ.get(variable, "").strip():
            layering.put(layers, {key: layering.number(text)}, f"environment, {variable}")
    layering.put(layers, overrides or {}, "command line")
    return _settings(layers), layers


def all_modes(layers: Layers) -> dict[str, dict[str, StageSettings]]:
    """Return the stages of every mode, the run's own and the others."""
    return {mode: _stages(stages) for mode, stages in _nested(layers)["modes"].items()}


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _nested(layers: Layers) -> dict[str, Any]:
    # Maps that only the file fills have no layer while they are empty.
    tree = layering.tree(layers)
    for name in ("models", "modes"):
        tree.setdefault(name, {})
    tree["modes"] = {mode: {} for mode in MODES} | tree["modes"]
    tree["apertium"].setdefault("routes", {})
    tree["evaluation"].setdefault("priors", {})
    return tree


def _settings(layers: Layers) -> Settings:
    tree = _nested(layers)
    try:
        schemas.check("translation_settings", tree, "translation")
    except ConfigError as error:
        raise ConfigError(layering.with_source(str(error), layers)) from error
    mode = tree["workflow_mode"]
    routes = {pair: tuple(names) for pair, names in tree["apertium"]["routes"].items()}
    resolved = {
        "parallel_count": tree["parallel_count"][mode],
        "recordings": Path(tree["recordings"]),
        "chat": ChatSettings(**tree["chat"]),
        "apertium": ApertiumSettings(**tree["apertium"] | {"routes": routes}),
        "models": {name: ModelSettings(**model) for name, model in tree["models"].items()},
        "stages": _stages(tree.pop("modes")[mode]),
        "evaluation": EvaluationSettings(**tree["evaluation"]),
    }
    return Settings(**tree | resolved)


def _stages(raw: Mapping[str, Any]) -> dict[str, StageSettings]:
    return {name: _stage(stage) for name, stage in raw.items()}


def _stage(raw: Mapping[str, Any]) -> StageSettings:
    lists = {name: value for name, value in raw.items() if name != "max_tokens"}
    many = {
        name: tuple(value) if isinstance(value, list) else (value,) for name, value in lists.items()
    }
    return StageSettings(**dict(raw) | many)
