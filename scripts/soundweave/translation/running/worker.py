"""What a worker of the pool runs: one candidate. The pool's fork server preloads this module."""

import logging
from typing import Any

from soundweave.base.errors import SoundweaveError
from soundweave.translation.asking.stage import Stage, StageContext
from soundweave.translation.failures import ProviderError
from soundweave.translation.model import Candidate

log = logging.getLogger(__name__)


def run_candidate(stage: Stage, context: StageContext) -> Any:
    """Return the stage's data; an error, even a bug, costs only this candidate."""
    try:
        return stage.execute(context)
    except Exception as error:
        if context.candidate is None:
            raise
        if isinstance(error, SoundweaveError):
            return lost(context, getattr(error, "kind", ProviderError.kind), str(error))
        log.exception("candidate %d", context.candidate.id)
        return lost(context, "crashed", f"{type(error).__name__}: {error}")


def lost(context: StageContext, kind: str, message: str) -> dict[str, Any]:
    """Return the data of a candidate that failed."""
    if context.candidate is None:
        raise ValueError("only an instance of a parallel stage can be lost")
    return Candidate(context.candidate, error=kind, message=message).to_json()
