"""What makes the candidates of a text different: the `config_generator` of a parallel stage.

The same request N times gives N similar answers; different prompts, temperatures, models and
routes help more than a larger N.
"""

from collections.abc import Callable

from soundweave.base.errors import ConfigError
from soundweave.translation.model import CandidateConfig, Text
from soundweave.translation.running.stages import InitialTranslation
from soundweave.translation.settings import Settings, StageSettings

ConfigGenerator = Callable[[int], CandidateConfig]


def generator(settings: Settings, text: Text, lang: str) -> tuple[int, ConfigGenerator]:
    """Return the number of candidates, and the function that configures the i-th (from 0).

    Apertium always answers the same by the same route, so there is one candidate per route.
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
    stage = settings.stages.get(InitialTranslation.name, StageSettings())
    return settings.candidate_count, lambda i: CandidateConfig(
        id=i + 1,
        model=stage.models[i % len(stage.models)] if stage.models else "pasted",
        prompt=stage.prompts[i % len(stage.prompts)],
        temperature=stage.temperatures[i % len(stage.temperatures)],
        seed=settings.seed + i,
    )
