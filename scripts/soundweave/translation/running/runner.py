"""Translates texts one after the other, and the candidates of each in parallel in one pool."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from soundweave.base import schemas
from soundweave.base.errors import ConfigError
from soundweave.translation.asking.stage import ExecutionMode, StageContext
from soundweave.translation.engines import dispatch, engine_choice
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.model import Text, digest_of
from soundweave.translation.record import Record, untranslated
from soundweave.translation.results import result_files
from soundweave.translation.results.result_files import Freshness, Status
from soundweave.translation.running import assembly, candidates, executors
from soundweave.translation.running.checkpoint import PipelineState, alone
from soundweave.translation.running.events import Events
from soundweave.translation.running.pipeline import Answer, ParallelStageConfig, Pipeline
from soundweave.translation.running.pool import Limits
from soundweave.translation.running.stages import STAGES
from soundweave.translation.settings import Settings

log = logging.getLogger(__name__)

WEIGHTS = {name: stage.weight for name, stage in STAGES.items()}


@dataclass(frozen=True)
class Job:
    """One text in one language; `skip` is why it is not to be translated."""

    text: Text
    lang: str
    skip: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """The text's name and the language."""
        return self.text.name, self.lang


@dataclass(frozen=True)
class Outcome:
    """How a job ended: done, skipped, failed or waiting."""

    job: Job
    status: str
    message: str = ""
    record: Record | None = None


def plan(
    texts: Sequence[Text], output: Path, *, langs: Sequence[str] = (), again: bool = False
) -> list[Job]:
    """Return the jobs of all texts, in all their languages or in `langs` only.

    Skips unchanged texts, unless `again`, and always those that a person edited. Raises
    ConfigError for a language that no text is to be translated into.
    """
    target_langs = {lang for text in texts for lang in text.target_langs}
    if unknown := set(langs) - target_langs:
        raise ConfigError(
            f"no text has {', '.join(sorted(unknown))} among its target_langs; "
            f"there are: {', '.join(sorted(target_langs)) or 'none'}"
        )
    jobs = []
    for text in texts:
        for lang in (lang for lang in text.target_langs if not langs or lang in langs):
            status = result_files.status(output, text, lang)
            redo = again and not status.edited
            jobs.append(Job(text, lang, "" if redo else _skip(status)))
    return jobs


def _skip(status: Status) -> str:
    match status.freshness:
        case Freshness.DUE:
            return ""
        case Freshness.UNCHANGED:
            return f"{status}; --again translates it again"
        case Freshness.EDITED:
            return f"{status}; to have it translated again, delete its folder"
    return str(status)


class Runner:
    """Runs jobs with one pool, one budget and one stream of events.

    `work` is the folder for unfinished work, `output` the one for results.
    """

    def __init__(
        self,
        settings: Settings,
        events: Events,
        *,
        work: Path,
        output: Path,
        answer: Answer | None = None,
    ) -> None:
        self._settings = settings
        self._events = events
        self._work = work
        self._output = output
        self._answer = answer
        self._spent_cost = 0.0
        self._spent_tokens = 0

    def run(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield each job's outcome as it ends; a job that fails does not stop the others.

        Raises ConfigError before the first request if answers cannot be recorded.
        """
        if self._settings.answers == "record":
            Recordings(self._settings.recordings).check()
        with ExitStack() as stack:
            executor = self._pool(stack, jobs)
            for job in jobs:
                outcome = self._outcome(job, executor)
                self._events.finished(job.name, outcome.status, message=outcome.message)
                yield outcome

    def _pool(self, stack: ExitStack, jobs: Sequence[Job]) -> Executor | None:
        settings = self._settings
        manual = settings.workflow_mode == "manual"
        if settings.candidate_count == 1 or manual or all(job.skip for job in jobs):
            return None
        return stack.enter_context(
            executors.pool(settings.executor, settings.candidate_count, settings.dask_scheduler)
        )

    def _outcome(self, job: Job, executor: Executor | None) -> Outcome:
        if job.skip:
            return Outcome(job, "skipped", job.skip)
        try:
            return self._translate(job, executor)
        except ConfigError as error:
            return Outcome(job, "failed", str(error))

    def _translate(self, job: Job, executor: Executor | None) -> Outcome:
        settings, note = engine_choice.resolve(self._settings, job.text, job.lang)
        context = StageContext(job.text, job.lang, settings, self._work)
        # Work that was started with other settings stays, and can be resumed.
        fingerprint = _fingerprint(context)
        folder = (self._work / job.text.name / job.lang / fingerprint[:16]).resolve()
        with alone(folder):
            return self._resume(replace(context, folder=folder), fingerprint, job, executor, note)

    def _resume(
        self,
        context: StageContext,
        fingerprint: str,
        job: Job,
        executor: Executor | None,
        note: str,
    ) -> Outcome:
        settings, folder = context.settings, context.folder
        ledger = dispatch.ledger(context)
        before = ledger.totals()
        context = replace(context, settings=self._with_limits(settings, before))
        state = PipelineState.load(folder, fingerprint)
        report = partial(self._events.stage, job.name)
        try:
            self._pipeline(context, executor).run(context, state, report)
        finally:
            self._spend(before, ledger.totals())
        last = state.results[-1]
        if last.status != "done":
            why = last.message if last.status == "waiting" else f"{last.stage}: {last.message}"
            return Outcome(job, last.status, "; ".join(filter(None, [note, why])))
        record = assembly.record_of(job.text, job.lang, settings, state, ledger)
        result_files.write(self._output, record)
        shutil.rmtree(folder, ignore_errors=True)
        missing = f"not translated: {', '.join(ids)}" if (ids := untranslated(record)) else ""
        return Outcome(job, "done", "; ".join(filter(None, [note, missing])), record)

    def _pipeline(self, context: StageContext, executor: Executor | None) -> Pipeline:
        settings = context.settings
        count, generator = candidates.generator(settings, context.text, context.lang)
        if count < settings.candidate_count:
            log.info("%s: %d candidates, one for each route", context.text.name, count)
        first, *others = (stage() for stage in STAGES.values())
        parallel = ParallelStageConfig(first, count, generator, first.output_key)
        limits = Limits(
            settings.deadline_seconds,
            min(settings.min_candidates, count),
            settings.quorum,
            settings.chat.concurrency if settings.engine == "chat" else 0,
        )
        manual = settings.workflow_mode == "manual"
        mode = ExecutionMode.MANUAL if manual else ExecutionMode.AUTO
        return Pipeline(
            [parallel, *others], limits, executor=executor, mode=mode, answer=self._answer
        )

    def _with_limits(self, settings: Settings, before: dict[str, Any]) -> Settings:
        # A job's ledger may include what an earlier, stopped run spent, which does not count.
        cost, tokens = settings.max_cost, settings.max_tokens
        return replace(
            settings,
            max_cost=None if cost is None else cost - self._spent_cost + before["cost"],
            max_tokens=None if tokens is None else tokens - self._spent_tokens + before["tokens"],
        )

    def _spend(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self._spent_cost += after["cost"] - before["cost"]
        self._spent_tokens += after["tokens"] - before["tokens"]


def _fingerprint(context: StageContext) -> str:
    settings = context.settings
    return digest_of(
        {
            "text": context.text.digest(),
            "lang": context.lang,
            "engine": settings.engine,
            "mode": settings.workflow_mode,
            "count": settings.candidate_count,
            "seed": settings.seed,
            "stages": {name: asdict(stage) for name, stage in settings.stages.items()},
            "routes": settings.apertium.routes.get(f"{context.text.source_lang}-{context.lang}"),
            "prompts": {name: stage().prompt_digests(context) for name, stage in STAGES.items()},
            "models": {name: model.name for name, model in settings.models.items()},
            "evaluation": asdict(settings.evaluation),
            "form": schemas.validator("translation").schema,
        }
    )
