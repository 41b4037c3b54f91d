"""Setting a night up: library, quota, client; then collecting, then its line in the history."""

import logging
import os
import re
import sqlite3
import time
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from soundweave.base import files, times
from soundweave.base.config import Config, FreesoundConfig
from soundweave.base.errors import ConfigError, NoLibraryError
from soundweave.collecting import collector, metrics
from soundweave.collecting.collector import Choice, Outcome
from soundweave.collecting.phases import Night
from soundweave.freesound import sound
from soundweave.freesound.client import FreesoundClient
from soundweave.freesound.quota import Quota
from soundweave.github import actions
from soundweave.library import database, store

log = logging.getLogger(__name__)


def choose(config: Config, *, mode: str, query: str, max_requests: str) -> Choice:
    """Check what the command line says and fill its gaps from the configuration.

    An empty text means "not given": a workflow hands its empty inputs on. A query alone means
    mode search. Raises ConfigError.
    """
    if query and mode not in {"", "search"}:
        raise ConfigError(f"--query goes with mode search, not with mode {mode}")
    chosen = Choice(
        mode=mode or ("search" if query else config.collector.mode),
        query=query or config.collector.query,
        max_requests=_whole(max_requests) if max_requests else config.collector.max_requests,
    )
    if chosen.mode not in collector.MODES:
        raise ConfigError(f"unknown mode {mode!r}; choose one of {', '.join(collector.MODES)}")
    if chosen.query != sound.clean(chosen.query):
        raise ConfigError(f"--query {chosen.query!r} is not text that can be sent; type it anew")
    if chosen.mode == "search" and not chosen.query.strip():
        raise ConfigError("mode search needs --query, or collector.query in config/pipeline.yaml")
    return chosen


def run(
    config: Config, choice: Choice, checkpoint_dir: Path, metrics_history: Path
) -> tuple[dict[str, object], Outcome]:
    """Collect one night; returns its metrics line and how it went."""
    key = api_key()
    began = time.monotonic()
    with database.writing(checkpoint_dir, create=True) as connection:
        _warn_of_loss(connection, metrics_history)
        store.claim_source(connection, source(config.freesound.base_url))
        quota = _quota(connection, config.freesound)
        quota.forget_old()
        outcome = Outcome()
        client = FreesoundClient(config.freesound, key, quota, max_requests=choice.max_requests)
        night = Night(connection, client, config.collector, times.now())
        try:
            with closing(client):
                collector.collect(night, choice, outcome)
        except BaseException:
            outcome.stopped = "failed"
            if outcome.pages:  # what was kept is accounted for, whatever ended the night
                metrics.append(metrics_history, _line(night, choice, outcome, began))
            raise
        line = _line(night, choice, outcome, began)
    metrics.append(metrics_history, line)
    return line, outcome


def dry_run(config: Config, choice: Choice, checkpoint_dir: Path) -> dict[str, object]:
    """Return a night's phases with the requests each would use; sends none, changes nothing."""
    try:
        with database.snapshot(checkpoint_dir) as connection:
            left = _quota(connection, config.freesound).left_today()
            needed = collector.requests_needed(connection, choice, config.collector, times.now())
    except NoLibraryError:
        left = config.freesound.requests_per_day
        limits = collector.shares(choice, config.collector)
        needed = {
            name: 0 if name in {"refresh", "packs", "similar"} else limits[name] for name in limits
        }
    total = min(sum(needed.values()), choice.max_requests, left)
    return {"mode": choice.mode, "phases": needed, "requests": total, "quota_left": left}


def api_key() -> str:
    """Return FREESOUND_API_KEY; raises ConfigError that says how to get one."""
    key = os.environ.get("FREESOUND_API_KEY", "").strip()
    if not key:
        raise ConfigError(
            "FREESOUND_API_KEY is not set; get a key at https://freesound.org/apiv2/apply/,"
            " or run `make nightly` to try everything without one"
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError("FREESOUND_API_KEY holds blanks or odd characters; copy it again")
    return key


def source(base_url: str) -> str:
    """Return what a library remembers of its origin; the port of a stand-in changes."""
    host = urlsplit(base_url).hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return "a stand-in on this machine" if local else base_url


def _line(night: Night, choice: Choice, outcome: Outcome, began: float) -> dict[str, object]:
    return metrics.night_line(
        night.connection,
        outcome,
        mode=choice.mode,
        requests=night.client.requests_sent,
        duration_seconds=time.monotonic() - began,
    )


def _warn_of_loss(connection: sqlite3.Connection, metrics_history: Path) -> None:
    history = files.read_history(metrics_history)
    if history and history[-1].get("nodes") and database.counts(connection)["sounds"] == 0:
        actions.warning(
            f"the library is empty, but the last night had {history[-1]['nodes']} sounds:"
            " it was lost between the nights (a cache lives for a week); this night starts anew"
        )


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise ConfigError(f"--max-requests: {text!r} is not a whole number from 1 to 999999")
    return int(text)


def _quota(connection: sqlite3.Connection, config: FreesoundConfig) -> Quota:
    return Quota(connection, per_minute=config.requests_per_minute, per_day=config.requests_per_day)
