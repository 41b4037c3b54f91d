"""Translates texts, one after the other, the candidates of each side by side in one warm pool."""

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
from soundweave.translation.asking.stage import ExecutionMode, Stage, StageContext
from soundweave.translation.engines import dispatch, engine_choice
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.model import Text, digest_of
from soundweave.translation.results import result_files
from soundweave.translation.running import candidates, executors, record
from soundweave.translation.running.checkpoint import PipelineState, alone
from soundweave.translation.running.events import Events
from soundweave.translation.running.pipeline import Answer, ParallelStageConfig, Pipeline
from soundweave.translation.running.pool import Limits
from soundweave.translation.running.stages import STAGES
from soundweave.translation.settings import Settings

log = logging.getLogger(__name__)

STAGE_MAP = {stage.name: stage.weight for stage in STAGES}


@dataclass(frozen=True)
class Job:
    """One text in one language; `skip` says why there is nothing to do."""

    text: Text
    lang: str
    skip: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """The text's name and the language."""
        return self.text.name, self.lang


@dataclass(frozen=True)
class Outcome:
    """What came of a job: done, skipped, failed or waiting."""

    job: Job
    status: str
    message: str = ""
    record: dict[str, Any] | None = None


def plan(
    texts: Sequence[Text], output: Path, *, langs: Sequence[str] = (), again: bool = False
) -> list[Job]:
    """Return the jobs of all texts and their languages, of these `langs` alone if given.

    Unchanged texts are skipped, unless `again`; those that a person edited always are. Raises
    ConfigError for a language that no text is to be translated into.
    """
    known = {lang for text in texts for lang in text.target_langs}
    if unknown := set(langs) - known:
        raise ConfigError(
            f"no text here has {', '.join(sorted(unknown))} among its target_langs; "
            f"there are: {', '.join(sorted(known)) or 'none'}"
        )
    jobs = []
    for text in texts:
        for lang in (lang for lang in text.target_langs if not langs or lang in langs):
            why = result_files.fresh(output, text, lang)
            redo = again and not why.startswith(result_files.EDITED)
            jobs.append(Job(text, lang, "" if redo else _with_advice(why)))
    return jobs


def _with_advice(why: str) -> str:
    if why == result_files.UNCHANGED:
        return f"{why}; --again translates it anew"
    if why.startswith(result_files.EDITED) and "damaged" not in why:
        return f"{why}; to have it translated anew, delete its {result_files.MARKDOWN}"
    return why


class Runner:
    """Runs jobs with one pool, one budget and one stream of events.

    `work` is the folder for what is under way, `output` the one for results.
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

        Raises ConfigError before anything is asked when answers could not be recorded.
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
        # What other settings have begun stays, and can be gone on with.
        mark = _fingerprint(context)
        folder = (self._work / job.text.name / job.lang / mark[:16]).resolve()
        with alone(folder):
            return self._go_on(replace(context, folder=folder), mark, job, executor, note)

    def _go_on(
        self, context: StageContext, mark: str, job: Job, executor: Executor | None, note: str
    ) -> Outcome:
        settings, folder = context.settings, context.folder
        ledger = dispatch.ledger(context)
        before = ledger.totals()
        context = replace(context, settings=self._with_limits(settings, before))
        state = PipelineState.load(folder, mark)
        report = partial(self._events.stage, job.name)
        try:
            self._pipeline(context, executor).run(context, state, report)
        finally:
            self._spend(before, ledger.totals())
        last = state.results[-1]
        if last.status != "done":
            why = last.message if last.status == "waiting" else f"{last.stage}: {last.message}"
            return Outcome(job, last.status, "; ".join(filter(None, [note, why])))
        made = record.make(job.text, job.lang, settings, state, ledger)
        result_files.write(self._output, made)
        shutil.rmtree(folder, ignore_errors=True)
        return Outcome(job, "done", _told(note, made), made)

    def _pipeline(self, context: StageContext, executor: Executor | None) -> Pipeline:
        settings = context.settings
        count, generator = candidates.generator(settings, context.text, context.lang)
        if count < settings.candidate_count:
            log.info("%s: %d candidates, one for each route", context.text.name, count)
        stages: list[Stage | ParallelStageConfig] = [stage() for stage in STAGES[1:]]
        first = STAGES[0]()
        stages.insert(0, ParallelStageConfig(first, count, generator, first.output_key))
        limits = Limits(
            settings.deadline_seconds,
            min(settings.min_candidates, count),
            settings.quorum,
            settings.chat.concurrency if settings.engine == "chat" else 0,
        )
        manual = settings.workflow_mode == "manual"
        mode = ExecutionMode.MANUAL if manual else ExecutionMode.AUTO
        return Pipeline(stages, limits, executor=executor, mode=mode, answer=self._answer)

    def _with_limits(self, settings: Settings, before: dict[str, Any]) -> Settings:
        # A job's ledger may hold what an earlier, stopped run spent: the run's limit is on top.
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
            "prompts": {stage.name: stage().prompt_digests(context) for stage in STAGES},
            "models": {name: model.name for name, model in settings.models.items()},
            "evaluation": asdict(settings.evaluation),
            "form": schemas.validator("translation").schema,  # of all that is kept
        }
    )


def _told(note: str, made: dict[str, Any]) -> str:
    lost = record.untranslated(made)
    missing = f"not translated: {', '.join(lost)}" if lost else ""
    return "; ".join(part for part in (note, missing) if part)
