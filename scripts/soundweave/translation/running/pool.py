"""Runs N candidates in a pool and yields each as it is done, or as its deadline passes."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Any

from soundweave.translation.asking.stage import Stage, StageContext
from soundweave.translation.running.worker import lost, run_candidate

Data = dict[str, Any]
Pending = dict["Future[Any]", StageContext]

ENOUGH = "enough other candidates were valid"


@dataclass(frozen=True)
class Limits:
    """When a parallel stage stops waiting: `deadline_seconds` are for each candidate.

    `quorum` valid candidates are enough; 0 waits for all. At most `at_once` run at the same time,
    0 means all: the others get extra time to wait for their turn.
    """

    deadline_seconds: float
    min_candidates: int = 1
    quorum: int = 0
    at_once: int = 0


def candidates(
    executor: Executor,
    stage: Stage,
    contexts: Sequence[StageContext],
    limits: Limits,
    valid: int = 0,
) -> Iterator[tuple[StageContext, Data]]:
    """Yield each candidate as it is done; `valid` ones were done before.

    If its worker died, or if it is late or no longer needed, it is `worker.lost`, with the error
    crashed, timeout or given_up.
    """
    if limits.quorum and valid >= limits.quorum:
        yield from ((context, lost(context, "given_up", ENOUGH)) for context in contexts)
        return
    turns = -(-len(contexts) // (limits.at_once or len(contexts))) if contexts else 0
    deadline = time.monotonic() + limits.deadline_seconds * turns
    pending: Pending = {
        executor.submit(run_candidate, stage, context): context for context in contexts
    }
    while pending:
        if limits.quorum and valid >= limits.quorum:
            yield from _lose(pending, "given_up", ENOUGH)
            return
        left = max(0.0, deadline - time.monotonic())
        done, _ = wait(pending, timeout=left, return_when=FIRST_COMPLETED)
        if not done:
            late = f"no answer within {limits.deadline_seconds:g} s"
            yield from _lose(pending, "timeout", late)
            return
        for future in done:
            context = pending.pop(future)
            data = _outcome(future, context)
            valid += stage.valid(context, data)
            yield context, data


def _outcome(future: "Future[Any]", context: StageContext) -> Data:
    try:
        data: Data = future.result()
    except (Exception, CancelledError) as error:  # noqa: BLE001 - each pool has its own error for a dead worker
        return lost(context, "crashed", f"the worker died ({type(error).__name__})")
    return data


def _lose(pending: Pending, kind: str, why: str) -> Iterator[tuple[StageContext, Data]]:
    # Cancel all first, in case the consumer stops in between.
    for future in pending:
        future.cancel()
    for context in pending.values():
        yield context, lost(context, kind, why)
