"""One night of collecting: set it up, run its phases, record how it went."""

import logging
import os
import re
import sqlite3
import time
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from soundweave.base import times
from soundweave.base.config import CollectorConfig, Config, FreesoundConfig
from soundweave.base.errors import (
    ApiError,
    BudgetSpentError,
    ClockError,
    ConfigError,
    NoLibraryError,
    QuotaExhaustedError,
)
from soundweave.base.progress import Progress, progress
from soundweave.base.text import without_password
from soundweave.collecting import metrics
from soundweave.collecting.metrics import Outcome
from soundweave.collecting.phases import PHASES
from soundweave.collecting.plan import (
    Plan,
    growth_share,
    refreshing,
    request_limits,
    requests_needed,
)
from soundweave.collecting.room import Room
from soundweave.collecting.shared import Night
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.library import database, store, wrong_dates

log = logging.getLogger(__name__)


def run(
    config: Config, plan: Plan, checkpoint_dir: Path, metrics_history: Path
) -> tuple[dict[str, object], Outcome]:
    """Collect one night; returns its metrics line and its outcome."""
    key = api_key()
    start = time.monotonic()
    with database.writing(checkpoint_dir, create=True) as connection:
        store.claim_source(connection, source(config.freesound.base_url))
        quota = _quota(connection, config.freesound)
        quota.forget_old()
        outcome = Outcome()
        client = FreesoundClient(config.freesound, key, quota, max_requests=plan.max_requests)
        night = _night(config.collector, plan, connection, client, outcome)
        try:
            with closing(client):
                _collect(night, plan, outcome)
                if client.is_clock_confirmed:
                    _fix_dates(night)
        except BaseException:
            outcome.stopped = "failed"
            if outcome.pages:  # saved pages are recorded, whatever ended the night
                metrics.append(metrics_history, _line(night, plan, outcome, start))
            raise
        line = _line(night, plan, outcome, start)
    if outcome.pages or outcome.has_clock:
        metrics.append(metrics_history, line)
    return line, outcome


def dry_run(config: Config, plan: Plan, checkpoint_dir: Path) -> dict[str, Any]:
    """Count the requests that each phase would use; sends none and changes nothing."""
    try:
        with database.snapshot(checkpoint_dir) as connection:
            return _expected(config, plan, connection)
    except NoLibraryError:
        with database.empty() as connection:
            return _expected(config, plan, connection)


def api_key() -> str:
    """Read FREESOUND_API_KEY; raises ConfigError that says how to get one."""
    key = os.environ.get("FREESOUND_API_KEY", "").strip()
    if not key:
        raise ConfigError(
            "FREESOUND_API_KEY is not set; get a key at https://freesound.org/apiv2/apply/,"
            " or run `make nightly` to try everything without one"
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError("FREESOUND_API_KEY contains spaces or unusual characters; copy it again")
    return key


def source(base_url: str) -> str:
    """Name where a library's sounds come from; a stand-in's port changes, so it has one name."""
    host = urlsplit(base_url).hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return "a stand-in on this machine" if local else without_password(base_url)


def _night(
    config: CollectorConfig,
    plan: Plan,
    connection: sqlite3.Connection,
    client: FreesoundClient,
    outcome: Outcome,
) -> Night:
    room = Room.of(config, store.count_found(connection, ""))
    if store.is_rebuilding(connection):
        room = Room(0, 0)  # the sounds that it has not asked for yet have their places
    settings = refreshing(config, plan, is_full=room.night == 0)
    return Night(connection, client, settings, times.now(), plan.query, room, outcome.distrusted)


def _collect(night: Night, plan: Plan, outcome: Outcome) -> None:
    # `outcome` is updated page by page, so that it is right even if an error ends the night.
    with progress("collecting", plan.max_requests, "requests") as bar:
        try:
            is_full = night.room.night == 0
            for name, limit in request_limits(plan, night.config, is_full=is_full).items():
                night.room.phase = growth_share(plan, name, night.room.night)
                if night.room.night or name == "refresh":
                    _run_phase(night, name, limit, outcome, bar)
            _note_growth(night, outcome, was_full=is_full)
        except QuotaExhaustedError as error:
            outcome.stopped = "quota"
            log.warning("%s", error)
        except ClockError as error:
            outcome.stopped, outcome.failure, outcome.has_clock = "failed", str(error), False
            log.warning("%s", error)
        except KeyboardInterrupt:
            outcome.stopped = "interrupted"


def _run_phase(night: Night, name: str, limit: int, outcome: Outcome, bar: Progress) -> None:
    requests_shown = night.client.requests_sent
    try:
        with night.client.limited_to(limit):
            for change in PHASES[name](night):
                outcome.added += change.added
                outcome.removed += change.removed
                outcome.pages += 1
                bar.step(night.client.requests_sent - requests_shown)
                requests_shown = night.client.requests_sent
                bar.note(f"{name}: {outcome.added} new sounds")
    except ApiError as error:
        # A pack or sound that cannot be read must not keep the other phases from running.
        outcome.stopped, outcome.failure = "failed", str(error)
        log.warning("%s: %s", name, error)
    except BudgetSpentError:
        if night.client.requests_left == 0 and not outcome.failure:
            outcome.stopped = "max_requests"


def _note_growth(night: Night, outcome: Outcome, *, was_full: bool) -> None:
    if night.room.night == 0 and outcome.stopped in {"complete", "max_requests"}:
        is_full = store.count_found(night.connection, "") >= night.config.max_sounds
        waits = store.is_rebuilding(night.connection)
        outcome.stopped = "ceiling" if is_full or (was_full and not waits) else "new_sounds"


def _fix_dates(night: Night) -> None:
    if fixed := wrong_dates.fix(night.connection, night.started):
        night.distrust(f"{fixed} dates in the library could not be true; a clock was wrong then")


def _expected(config: Config, plan: Plan, connection: sqlite3.Connection) -> dict[str, Any]:
    quota_left = _quota(connection, config.freesound).left_today()
    needed = requests_needed(connection, plan, config.collector, times.now())
    total = min(sum(needed.values()), plan.max_requests, quota_left)
    return {"mode": plan.mode, "phases": needed, "requests": total, "quota_left": quota_left}


def _line(night: Night, plan: Plan, outcome: Outcome, start: float) -> dict[str, object]:
    return metrics.night_line(
        night.connection,
        outcome,
        mode=plan.mode,
        requests=night.client.requests_sent,
        duration_seconds=time.monotonic() - start,
    )


def _quota(connection: sqlite3.Connection, config: FreesoundConfig) -> Quota:
    return Quota(connection, per_minute=config.requests_per_minute, per_day=config.requests_per_day)
