"""Runs the stages of one text in one language, a parallel one as N candidates in a pool."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from soundweave.translation.asking.stage import (
    ExecutionMode,
    Question,
    Stage,
    StageContext,
    StageResult,
)
from soundweave.translation.failures import InvalidAnswerError, ProviderError
from soundweave.translation.running import pool
from soundweave.translation.running.candidates import ConfigGenerator
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.running.pool import Limits

Report = Callable[[str, int, int], object]  # a stage's name, parts done, parts in all
Answer = Callable[[str, Question], Mapping[str, Any]]  # title and question to a person's answer


class AnswerNeededError(ProviderError):
    """The person has no answer yet; the run stops and goes on here the next time."""

    kind = "waiting"


@dataclass(frozen=True)
class ParallelStageConfig:
    """A stage to be run `count` times, the i-th (from 0) with what `config_generator` gives.

    The results are a list in the order of i under `output_key`, failures included.
    """

    stage: Stage
    count: int
    config_generator: ConfigGenerator
    output_key: str


class Pipeline:
    """Stages in order; what one finds, the next ones know.

    `executor` is any concurrent.futures.Executor; without one, candidates are made one after
    the other in this process. `answer` asks a person, in manual mode.
    """

    def __init__(
        self,
        stages: Sequence[Stage | ParallelStageConfig],
        limits: Limits,
        *,
        executor: Executor | None = None,
        mode: ExecutionMode = ExecutionMode.AUTO,
        answer: Answer | None = None,
    ) -> None:
        self._stages = stages
        self._limits = limits
        self._executor = executor
        self._mode = mode
        self._answer = answer

    def run(
        self,
        context: StageContext,
        state: PipelineState,
        report: Report = lambda *_: None,
    ) -> PipelineState:
        """Run what has no result yet; saves the state in the context's folder as it goes.

        Stops at a stage that failed or waits for an answer: that is then the last result.
        """
        for step in self._expand_stages():
            result = state.result(step.stage.name)
            if result is None:
                result = self._execute(step, context, state, report)
                state.add(result)
                state.save(context.folder)
            if result.status != "done":
                break
            report(step.stage.name, step.count, step.count)
            context = replace(context, results={**context.results, step.output_key: result.data})
        return state

    def _expand_stages(self) -> Iterator[ParallelStageConfig]:
        # A plain stage is one instance without a candidate, so that all are run and counted alike.
        for stage in self._stages:
            if isinstance(stage, ParallelStageConfig):
                yield stage
            else:
                yield ParallelStageConfig(stage, 1, _no_candidate, stage.output_key)

    def _execute(
        self, step: ParallelStageConfig, context: StageContext, state: PipelineState, report: Report
    ) -> StageResult:
        began = time.monotonic()
        result = StageResult(step.stage.name, "done", prompts=step.stage.prompt_digests(context))
        try:
            if step.config_generator is _no_candidate:
                report(step.stage.name, 0, 1)
                data = self._one(step.stage, context)
            else:
                data = self._execute_parallel_stage(step, context, state, report)
            result = replace(result, data=data)
        except ProviderError as error:
            status = "waiting" if isinstance(error, AnswerNeededError) else "failed"
            result = replace(result, status=status, error=error.kind, message=str(error))
        return replace(result, seconds=round(time.monotonic() - began, 3))

    def _execute_parallel_stage(
        self, step: ParallelStageConfig, context: StageContext, state: PipelineState, report: Report
    ) -> list[dict[str, Any]]:
        stage, parts = step.stage, state.parts
        contexts = [context.of_candidate(step.config_generator(i)) for i in range(step.count)]
        report(stage.name, len(parts), step.count)
        for one, data in self._missing(stage, contexts, parts):
            parts[_name(one)] = data
            state.save(context.folder)
            report(stage.name, len(parts), step.count)
        made = [parts[_name(one)] for one in contexts]
        valid = sum(stage.valid(one, parts[_name(one)]) for one in contexts)
        if valid < self._limits.min_candidates:
            # The next run tries the others again.
            state.parts = {
                _name(one): data
                for one, data in zip(contexts, made, strict=True)
                if stage.valid(one, data)
            }
            raise _too_few(made, valid, self._limits.min_candidates)
        return made

    def _missing(
        self, stage: Stage, contexts: Sequence[StageContext], parts: Mapping[str, Any]
    ) -> Iterator[tuple[StageContext, dict[str, Any]]]:
        todo = [one for one in contexts if _name(one) not in parts]
        if self._executor is None or self._mode is ExecutionMode.MANUAL:
            return ((one, self._one(stage, one)) for one in todo)
        known = [one for one in contexts if _name(one) in parts]
        valid = sum(stage.valid(one, parts[_name(one)]) for one in known)
        return pool.candidates(self._executor, stage, todo, self._limits, valid)

    def _one(self, stage: Stage, context: StageContext) -> Any:
        question = stage.question(context) if self._mode is ExecutionMode.MANUAL else None
        if question is None or self._answer is None:
            return stage.execute(context)
        problem = ""
        while True:
            try:
                answer = self._answer(_title(stage, context) + problem, question)
                return stage.read(context, answer)
            except InvalidAnswerError as error:
                problem = f"\nThat cannot be used: {error}. Paste it again."


def _no_candidate(_: int) -> Any:
    raise ValueError("a plain stage has no candidates")


def _name(context: StageContext) -> str:
    return str(context.candidate.id) if context.candidate else ""


def _title(stage: Stage, context: StageContext) -> str:
    title = f"{context.text.name}, {context.lang}: {stage.name}"
    return f"{title}, candidate {context.candidate.id}" if context.candidate else title


def _too_few(made: Sequence[Mapping[str, Any]], valid: int, needed: int) -> ProviderError:
    reasons: dict[str, list[str]] = {}
    for data in made:
        reason = " ".join([data["error"] or "not usable", data["message"]]).strip()
        reasons.setdefault(reason, []).append(str(data["config"]["id"]))
    why = "; ".join(f"candidate {', '.join(ids)}: {reason}" for reason, ids in reasons.items())
    return ProviderError(f"{valid} of {len(made)} candidates are valid, {needed} needed: {why}")
