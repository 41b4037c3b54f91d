"""One night of collecting: which phases run, with how many requests, and how it ended."""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from soundweave.base.config import CollectorConfig
from soundweave.base.errors import ApiError, BudgetSpentError, QuotaExhaustedError
from soundweave.base.progress import Progress, progress
from soundweave.collecting import phases
from soundweave.collecting.phases import Kept, Night
from soundweave.library import similar_sounds

log = logging.getLogger(__name__)

MODES = ("newest", "search", "packs", "similar", "mixed")


@dataclass(frozen=True)
class Choice:
    """What this night is asked to do."""

    mode: str
    query: str
    max_requests: int


@dataclass
class Outcome:
    """What a night came to; `stopped` says why it ended (see metrics.schema.json)."""

    added: int = 0
    removed: int = 0
    pages: int = 0
    stopped: str = "complete"
    failure: str = ""


def shares(choice: Choice, config: CollectorConfig) -> dict[str, int]:
    """Return the night's phases in order, each with the most requests it may use.

    Refreshing gets at most half of a small night. In mode `mixed` packs get at most half and
    similar sounds at most a fifth, so that neither they nor new sounds wait for nights.
    """
    limits = {"refresh": min(config.refresh_requests, choice.max_requests // 2)}
    if choice.mode == "mixed":
        limits |= {
            "packs": choice.max_requests // 2,
            "similar": min(config.similar_requests, choice.max_requests // 5),
            "newest": choice.max_requests,
        }
    else:
        limits[choice.mode] = choice.max_requests
    return {name: limit for name, limit in limits.items() if limit > 0}


def requests_needed(
    connection: sqlite3.Connection, choice: Choice, config: CollectorConfig, now: str
) -> dict[str, int]:
    """Return how many requests each phase would use at least, at most its share; sends none.

    Only Freesound knows how many pages a search has, so a search counts with its whole share.
    """
    limits = shares(choice, config)
    due = {
        "refresh": len(phases.due_sounds(connection, config, now)),
        "packs": len(phases.due_packs(connection, config, now)),
        "similar": len(similar_sounds.targets(connection, config, now, limits.get("similar", 0))),
    }
    return {name: min(due.get(name, limit), limit) for name, limit in limits.items()}


def collect(night: Night, choice: Choice, outcome: Outcome) -> None:
    """Run the night's phases and count in `outcome` what they bring, even if an error ends them.

    An interrupt ends the collecting, not the account of it.
    """
    with progress("collecting", choice.max_requests, "requests") as bar:
        try:
            for name, limit in shares(choice, night.config).items():
                _run(night, name, _pages(night, name, choice.query), limit, outcome, bar)
        except QuotaExhaustedError as error:
            outcome.stopped = "quota"
            log.warning("%s", error)
        except KeyboardInterrupt:
            outcome.stopped = "interrupted"


def _pages(night: Night, name: str, query: str) -> Iterator[Kept]:
    if name == "refresh":
        return phases.refresh(night)
    if name == "packs":
        return phases.packs(night)
    if name == "similar":
        return phases.similar(night)
    return phases.search(night, query if name == "search" else "")


def _run(  # one phase, to its end or its share
    night: Night, name: str, pages: Iterator[Kept], limit: int, outcome: Outcome, bar: Progress
) -> None:
    shown = night.client.requests_sent
    try:
        with night.client.limited_to(limit):
            for kept in pages:
                outcome.added += kept.added
                outcome.removed += kept.removed
                outcome.pages += 1
                bar.step(night.client.requests_sent - shown)
                shown = night.client.requests_sent
                bar.note(f"{name}: {outcome.added} new sounds")
    except ApiError as error:
        # One pack or sound that cannot be read must not keep the other phases from running.
        outcome.stopped, outcome.failure = "failed", str(error)
        log.warning("%s: %s", name, error)
    except BudgetSpentError:
        if night.client.requests_left == 0 and not outcome.failure:
            outcome.stopped = "max_requests"
