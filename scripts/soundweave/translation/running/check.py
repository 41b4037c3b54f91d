"""Whether the settings are consistent: every prompt, model and stage that they name exists."""

import os
from collections.abc import Iterator

from soundweave.base.errors import ConfigError
from soundweave.translation.asking import prompts
from soundweave.translation.engines import chat_http
from soundweave.translation.running.stages import STAGES, InitialTranslation
from soundweave.translation.settings import KEY_VARIABLE, Settings, StageSettings


def check(settings: Settings) -> None:
    """Raise ConfigError that lists all problems, in every mode, not only in the run's."""
    chat_http.checked_key(os.environ.get(KEY_VARIABLE, ""))
    problems = [
        *_stages(settings),
        *_candidates(settings),
        *_numbers(settings),
        *_prices(settings),
    ]
    if problems:
        raise ConfigError("translation:\n  " + "\n  ".join(problems))


def _stages(settings: Settings) -> Iterator[str]:
    for mode, stages in settings.modes.items():
        for name, stage in stages.items():
            place = f"modes.{mode}.{name}"
            yield from _models(settings, place, stage)
            yield from _prompts(place, name, stage)


def _models(settings: Settings, place: str, stage: StageSettings) -> Iterator[str]:
    for model in stage.models:
        if model not in settings.models:
            names = ", ".join(settings.models) or "none"
            yield f"{place}: there is no model {model}; configured: {names}"
    if stage.models and not stage.prompts:
        yield f"{place}: it has a model, but no prompt"


def _prompts(place: str, name: str, stage: StageSettings) -> Iterator[str]:
    for prompt in stage.prompts:
        try:
            answer = prompts.load(prompt).answer
        except ConfigError as error:
            yield f"{place}: {error}"
            continue
        if answer != STAGES[name].answer:
            yield f"{place}: the prompt {prompt} asks for {answer}, not {STAGES[name].answer}"


def _candidates(settings: Settings) -> Iterator[str]:
    # All other stages can fall back on rules.
    mode = settings.workflow_mode
    stage = settings.stages.get(InitialTranslation.name, StageSettings())
    place = f"modes.{mode}.{InitialTranslation.name}"
    if mode != "manual":
        if settings.engine == "apertium" or not (
            settings.engine == "chat" or settings.chat.base_url
        ):
            return
        if not stage.models:
            yield f"{place}: it needs a model, to ask a chat endpoint"
    if not stage.prompts:
        yield f"{place}: it needs a prompt"


def _numbers(settings: Settings) -> Iterator[str]:
    for name in ("min_candidates", "quorum"):
        if getattr(settings, name) > settings.candidate_count:
            yield f"{name} is more than parallel_count, {settings.candidate_count}"
    if 0 < settings.quorum < settings.min_candidates:
        yield "quorum is less than min_candidates"
    if settings.evaluation.shortest >= settings.evaluation.longest:
        yield "evaluation.shortest is not below evaluation.longest"


def _prices(settings: Settings) -> Iterator[str]:
    if settings.max_cost is None or settings.engine == "apertium":
        return
    stages = settings.stages.values()
    for name in sorted({model for stage in stages for model in stage.models}):
        model = settings.models.get(name)
        if model and None in {model.input_price, model.output_price}:
            yield f"max_cost needs prices: set input_price and output_price of models.{name}"
