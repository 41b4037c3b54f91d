"""What makes the candidates of a text different: the `config_generator` of a parallel stage.

The same request N times gives N near-equal answers; different prompts, temperatures, models and
routes are worth more than a larger N.
"""

from collections.abc import Callable

from soundweave.base.errors import ConfigError
from soundweave.translation.model import CandidateConfig, Text
from soundweave.translation.settings import Settings, StageSettings

ConfigGenerator = Callable[[int], CandidateConfig]


def generator(settings: Settings, text: Text, lang: str) -> tuple[int, ConfigGenerator]:
    """Return how many candidates there are to be, and what the i-th (from 0) is made with.

    Apertium gives no second answer by the same route, so there are no more than routes.
    """
    if settings.engine == "apertium":
        routes = settings.apertium.routes.get(f"{text.source_lang}-{lang}", ())
        if not routes:
            raise ConfigError(
                f"no Apertium route from {text.source_lang} to {lang}; add one under "
                f"translation.apertium.routes, or set up a chat endpoint"
            )
        return min(settings.candidate_count, len(routes)), lambda i: CandidateConfig(
            id=i + 1, model="apertium", route=routes[i % len(routes)]
        )
    stage = settings.stages.get("InitialTranslation", StageSettings())
    return settings.candidate_count, lambda i: CandidateConfig(
        id=i + 1,
        model=stage.models[i % len(stage.models)] if stage.models else "pasted",
        prompt=stage.prompts[i % len(stage.prompts)],
        temperature=stage.temperatures[i % len(stage.temperatures)],
        seed=settings.seed + i,
    )
