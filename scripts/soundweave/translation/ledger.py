"""The ledger of a run: every request, in a JSON Lines file that all its processes append to.

An entry is written before a request is sent and again, with the same id, when it has ended; values
in later lines win. So nothing is lost with a killed worker: its request stays as "sent".
"""

import errno
import fcntl
import json
import logging
import math
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soundweave.base import jsonl, times
from soundweave.translation.failures import BudgetError

log = logging.getLogger(__name__)

Entry = dict[str, Any]

KEYS = (
    "id",
    "at",
    "text",
    "lang",
    "stage",
    "candidate",
    "provider",
    "model",
    "attempt",
    "outcome",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "seconds",
)


class Ledger:
    """Plain data that crosses to other processes; they only share the file."""

    def __init__(
        self, path: Path, *, max_cost: float | None = None, max_tokens: int | None = None
    ) -> None:
        self.path = path
        self.max_cost = max_cost
        self.max_tokens = max_tokens

    def sent(self, *, free: bool = False, **about: object) -> str:
        """Enter a request that is about to be sent; returns its id.

        `about` is text, lang, stage, candidate, provider, model, attempt. Raises BudgetError, and
        enters nothing, once the known totals have reached a limit; `free` requests, like those to
        an engine on this machine, are always allowed.
        """
        request = uuid.uuid4().hex
        with _locked(self.path, fcntl.LOCK_EX) as handle:
            if not free:
                self._check(_totals(_merged(self.path)))
            _append(handle, {"id": request, "at": times.now(), **about, "outcome": "sent"})
        return request

    def ended(
        self,
        request: str,
        *,
        outcome: str,
        prompt_tokens: int | None,
        completion_tokens: int | None,
        cost: float | None,
        seconds: float,
        **more: object,
    ) -> None:
        """Enter how a request ended: "ok", a failure's kind or "retried:<why>".

        None means unknown; `cost` is in the currency of the prices.
        """
        entry = {
            "id": request,
            "outcome": outcome,
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "cost": cost,
            "seconds": round(seconds, 3),
        }
        with _locked(self.path, fcntl.LOCK_EX) as handle:
            _append(handle, entry | more)

    def entries(self) -> list[Entry]:
        """All requests in the order in which they were sent, each with all of KEYS."""
        with _locked(self.path, fcntl.LOCK_SH):
            return _merged(self.path)

    def totals(self) -> Entry:
        """The sums over all entries; unknown values count as 0.

        Keys: requests, failed (all that are not "ok", including unfinished ones), prompt_tokens,
        completion_tokens, tokens, cost, unknown_cost_requests, seconds.
        """
        return _totals(self.entries())

    def _check(self, totals: Entry) -> None:
        for name, limit in (("cost", self.max_cost), ("tokens", self.max_tokens)):
            if limit is not None and totals[name] >= limit:
                raise BudgetError(
                    f"the run's limit is reached: {name} {totals[name]:g} of {limit:g}; "
                    f"raise translation.max_{name} or --max-{name}"
                )


def _totals(entries: Iterable[Entry]) -> Entry:
    rows = list(entries)
    sums = {key: sum(entry[key] or 0 for entry in rows) for key in KEYS if key.endswith("_tokens")}
    return {
        "requests": len(rows),
        "failed": sum(entry["outcome"] != "ok" for entry in rows),
        **sums,
        "tokens": sum(sums.values()),
        "cost": math.fsum(entry["cost"] or 0 for entry in rows),
        "unknown_cost_requests": sum(entry["cost"] is None for entry in rows),
        "seconds": round(math.fsum(entry["seconds"] or 0 for entry in rows), 3),
    }


def _merged(path: Path) -> list[Entry]:
    merged: dict[str, Entry] = {}
    for entry in _lines(path):
        merged[entry["id"]] = merged.get(entry["id"], dict.fromkeys(KEYS)) | entry
    return list(merged.values())


def _lines(path: Path) -> Iterator[Entry]:
    for line in jsonl.lines(path):
        if line.record is not None and "id" in line.record:
            yield line.record
        else:
            log.warning("%s: line %d is torn and was skipped", path, line.number)


def _append(handle: int, entry: Entry) -> None:
    line = json.dumps(entry).encode() + b"\n"
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        line = b"\n" + line  # a killed writer's torn line must not take this one with it
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(handle, kind)
        yield handle
    finally:
        os.close(handle)
