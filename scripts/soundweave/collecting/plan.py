"""What a night will do: its mode, its phases, and how many requests each may use."""

import re
import sqlite3
from dataclasses import dataclass, replace

from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ConfigError
from soundweave.collecting import phases, refresh
from soundweave.freesound.sound import clean
from soundweave.library import database, similar_sounds

MIXED = "mixed"
# A mode runs the phase of its name; `refresh` is part of every night, not a mode.
MODES = (*(name for name in phases.PHASES if name != "refresh"), MIXED)


@dataclass(frozen=True)
class Plan:
    """The mode and the limits of one night."""

    mode: str
    query: str
    max_requests: int


def choose(config: CollectorConfig, *, mode: str, query: str, max_requests: str) -> Plan:
    """Check the command line and fill its gaps from the configuration.

    Empty text means "not given": the workflow passes its empty inputs on. A query alone implies
    mode `search`. Raises ConfigError.
    """
    if query and mode not in {"", "search"}:
        raise ConfigError(f"--query goes with mode search, not with mode {mode}")
    plan = Plan(
        mode=mode or ("search" if query else config.mode),
        query=query or config.query,
        max_requests=_request_count(max_requests) if max_requests else config.max_requests,
    )
    if plan.mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}; choose one of {', '.join(MODES)}")
    if plan.query != clean(plan.query):
        raise ConfigError(f"--query {plan.query!r} is not text that can be sent; type it again")
    if plan.mode == "search" and not plan.query.strip():
        raise ConfigError("mode search needs --query, or collector.query in config/pipeline.yaml")
    return plan


def request_limits(plan: Plan, config: CollectorConfig, *, is_full: bool = False) -> dict[str, int]:
    """List the night's phases in order, each with the most requests it may use.

    Refreshing gets at most half, because each sound that is gone takes a request. In mode `mixed`,
    packs get at most half and similar sounds at most a fifth, so that every phase makes progress
    every night. A night whose library `is_full` only refreshes.
    """
    if is_full:
        return {"refresh": plan.max_requests}
    limits = {"refresh": plan.max_requests // 2 if config.refresh_requests else 0}
    if plan.mode == MIXED:
        limits |= {
            "packs": plan.max_requests // 2,
            "similar": min(config.similar_requests, plan.max_requests // 5),
            "newest": plan.max_requests,
        }
    else:
        limits[plan.mode] = plan.max_requests
    return {name: limit for name, limit in limits.items() if limit > 0}


def growth_share(plan: Plan, phase: str, new_sounds: int) -> int:
    """How many of a night's new sounds a phase may add, in the shares of `request_limits`."""
    parts = {"packs": 2, "similar": 5}.get(phase, 1) if plan.mode == MIXED else 1
    return -(-new_sounds // parts)


def refreshing(config: CollectorConfig, plan: Plan, *, is_full: bool) -> CollectorConfig:
    """The settings of a night; a full library is refreshed as fast as its requests allow."""
    most = max(1, plan.max_requests // 2) if is_full else config.refresh_requests
    return replace(config, refresh_requests=most)


def requests_needed(
    connection: sqlite3.Connection, plan: Plan, config: CollectorConfig, now: str
) -> dict[str, int]:
    """Count the requests that each phase would use, up to its limit; sends none.

    Only Freesound knows how many pages a search has, so a search counts with its full limit.
    """
    is_full = database.counts(connection)["sounds"] >= config.max_sounds
    limits = request_limits(plan, config, is_full=is_full)
    config = refreshing(config, plan, is_full=is_full)
    due = {
        "refresh": len(refresh.due_sounds(connection, config, now)),
        "packs": len(phases.due_packs(connection, config, now)),
        "similar": len(similar_sounds.targets(connection, config, now, limits.get("similar", 0))),
    }
    return {name: min(due.get(name, limit), limit) for name, limit in limits.items()}


def _request_count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise ConfigError(f"--max-requests: {text!r} is not a whole number from 1 to 999999")
    return int(text)
