"""Chooses who translates a text: a chat endpoint, Apertium, recorded answers, or a person."""

from dataclasses import replace
from typing import cast

from soundweave.base.errors import ConfigError
from soundweave.translation.engines import apertium
from soundweave.translation.model import Text
from soundweave.translation.settings import Engine, Settings


def resolve(settings: Settings, text: Text, lang: str) -> tuple[Settings, str]:
    """Return the settings with the engine for this text and language, and a note on the choice.

    Raises ConfigError when the requested engine is not available.
    """
    if settings.workflow_mode == "manual":
        # Not an engine that can be configured, so not one of the type.
        return replace(settings, engine=cast("Engine", "manual")), ""
    if settings.engine == "auto":
        return _first(settings, text, lang)
    if settings.engine == "chat":
        if not settings.chat.base_url and settings.answers != "replay":
            raise ConfigError(
                "no chat endpoint; set TRANSLATION_BASE_URL (and TRANSLATION_API_KEY)"
            )
        return settings, ""
    if settings.answers != "replay" and (packages := _missing(settings, text, lang)):
        raise ConfigError(f"Apertium is not complete; {install(packages)}")
    return _by_rules(settings), ""


def install(packages: list[str]) -> str:
    """Return the command that installs Debian packages."""
    return f"install: apt-get install --no-install-recommends {' '.join(packages)}"


def _first(settings: Settings, text: Text, lang: str) -> tuple[Settings, str]:
    if settings.chat.base_url:
        return replace(settings, engine="chat"), ""
    by_rules = _by_rules(replace(settings, engine="apertium"))
    packages = _missing(settings, text, lang) if settings.answers != "replay" else []
    if not packages:
        return by_rules, ""
    # What all routes need: one install serves every text.
    chains = settings.apertium.routes.values()
    packages = sorted(
        {name for chain in chains for route in chain for name in apertium.missing(route)}
    )
    note = f"Apertium is not complete, so recorded answers are used; {install(packages)}"
    return replace(by_rules, answers="replay"), note


def _by_rules(settings: Settings) -> Settings:
    # No model: candidates by route, evaluation by consensus, review and revision by rules.
    return replace(settings, modes={})


def _missing(settings: Settings, text: Text, lang: str) -> list[str]:
    routes = settings.apertium.routes.get(f"{text.source_lang}-{lang}", ())
    used = routes[: settings.candidate_count]
    return list(dict.fromkeys(name for route in used for name in apertium.missing(route)))
