"""N candidates in a pool: each as it comes, none waited for longer than its deadline."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Any

from soundweave.translation.asking.stage import Stage, StageContext
from soundweave.translation.running.worker import lost, run_candidate

Data = dict[str, Any]
Pending = dict["Future[Any]", StageContext]

ENOUGH = "enough other candidates had come"


@dataclass(frozen=True)
class Limits:
    """When a parallel stage stops waiting: `deadline_seconds` are of one candidate.

    `quorum` is how many valid candidates are enough, 0 waits for all. `at_once` is how many can be
    under way, 0 is all: those that wait for their turn get time for it.
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
    """Yield each candidate as it is done; `valid` ones were there before.

    A worker that died, and a candidate that is late or no longer needed, yield what
    `work.lost` makes: classes crashed, timeout and given_up.
    """
    if limits.quorum and valid >= limits.quorum:
        yield from ((one, lost(one, "given_up", ENOUGH)) for one in contexts)
        return
    turns = -(-len(contexts) // (limits.at_once or len(contexts))) if contexts else 0
    deadline = time.monotonic() + limits.deadline_seconds * turns
    pending: Pending = {executor.submit(run_candidate, stage, one): one for one in contexts}
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
            one = pending.pop(future)
            data = _outcome(future, one)
            valid += stage.valid(one, data)
            yield one, data


def _outcome(future: "Future[Any]", context: StageContext) -> Data:
    try:
        data: Data = future.result()
    except (Exception, CancelledError) as error:  # noqa: BLE001 - of a worker that is gone, whatever the pool calls it
        return lost(context, "crashed", f"the worker is gone ({type(error).__name__})")
    return data


def _lose(pending: Pending, kind: str, why: str) -> Iterator[tuple[StageContext, Data]]:
    # All first: a consumer that stops in between leaves none running.
    for future in pending:
        future.cancel()
    for one in pending.values():
        yield one, lost(one, kind, why)
