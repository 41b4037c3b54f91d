"""Runs the stages for one text and language; a parallel stage runs as N candidates in a pool."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Protocol

from soundweave.translation.asking.stage import (
    ExecutionMode,
    Question,
    Stage,
    StageContext,
    StageResult,
)
from soundweave.translation.failures import (
    AnswerNeededError,
    InvalidAnswerError,
    ProviderError,
)
from soundweave.translation.running import pool
from soundweave.translation.running.candidates import ConfigGenerator
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.running.pool import Limits

Report = Callable[[str, int, int], object]  # a stage's name, parts done, all parts


class Answer(Protocol):
    """Asks a person; `problem` is what was wrong with their last answer."""

    def __call__(self, title: str, question: Question, problem: str = "") -> Mapping[str, Any]:
        """Return the answer; raises InvalidAnswerError or AnswerNeededError."""


@dataclass(frozen=True)
class ParallelStageConfig:
    """A stage to be run `count` times; `config_generator` configures the i-th (from 0).

    Its results, failures included, are a list under `output_key` in the order of i.
    """

    stage: Stage
    count: int
    config_generator: ConfigGenerator
    output_key: str


class Pipeline:
    """Runs stages in order; each one knows the results before it.

    `executor` is any concurrent.futures.Executor; without one, candidates run one after the other
    in this process. `answer` asks a person, in manual mode.
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
        """Run the stages without a result, and save the state in the context's folder each time.

        Stops at a stage that failed or waits for an answer; it is then the last result.
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
        # A plain stage becomes one instance without a candidate, so all stages are alike.
        for stage in self._stages:
            if isinstance(stage, ParallelStageConfig):
                yield stage
            else:
                yield ParallelStageConfig(stage, 1, _no_candidate, stage.output_key)

    def _execute(
        self, step: ParallelStageConfig, context: StageContext, state: PipelineState, report: Report
    ) -> StageResult:
        start = time.monotonic()
        result = StageResult(step.stage.name, "done", prompts=step.stage.prompt_digests(context))
        try:
            if step.config_generator is _no_candidate:
                report(step.stage.name, 0, 1)
                data = self._run(step.stage, context)
            else:
                data = self._execute_parallel_stage(step, context, state, report)
            result = replace(result, data=data)
        except ProviderError as error:
            status = "waiting" if isinstance(error, AnswerNeededError) else "failed"
            result = replace(result, status=status, error=error.kind, message=str(error))
        return replace(result, seconds=round(time.monotonic() - start, 3))

    def _execute_parallel_stage(
        self, step: ParallelStageConfig, context: StageContext, state: PipelineState, report: Report
    ) -> list[dict[str, Any]]:
        stage, parts = step.stage, state.parts
        contexts = [context.of_candidate(step.config_generator(i)) for i in range(step.count)]
        report(stage.name, len(parts), step.count)
        for candidate_context, data in self._missing(stage, contexts, parts):
            parts[_name(candidate_context)] = data
            state.save(context.folder)
            report(stage.name, len(parts), step.count)
        candidates = [parts[_name(candidate_context)] for candidate_context in contexts]
        valid = _valid(stage, contexts, parts)
        if len(valid) < self._limits.min_candidates:
            state.parts = valid  # the next run tries the others again
            raise _too_few(candidates, len(valid), self._limits.min_candidates)
        return candidates

    def _missing(
        self, stage: Stage, contexts: Sequence[StageContext], parts: Mapping[str, Any]
    ) -> Iterator[tuple[StageContext, dict[str, Any]]]:
        missing = [context for context in contexts if _name(context) not in parts]
        if self._executor is None or self._mode is ExecutionMode.MANUAL:
            return ((context, self._run(stage, context)) for context in missing)
        valid = len(_valid(stage, contexts, parts))
        return pool.candidates(self._executor, stage, missing, self._limits, valid)

    def _run(self, stage: Stage, context: StageContext) -> Any:
        question = stage.question(context) if self._mode is ExecutionMode.MANUAL else None
        if question is None or self._answer is None:
            return stage.execute(context)
        problem = ""
        while True:
            try:
                answer = self._answer(_title(stage, context), question, problem)
                return stage.read(context, answer)
            except InvalidAnswerError as error:
                problem = f"This answer is not valid: {error}. Paste it again."


def _no_candidate(_: int) -> Any:
    raise ValueError("a plain stage has no candidates")


def _name(context: StageContext) -> str:
    return str(context.candidate.id) if context.candidate else ""


def _valid(
    stage: Stage, contexts: Sequence[StageContext], parts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        name: parts[name]
        for context in contexts
        if (name := _name(context)) in parts and stage.valid(context, parts[name])
    }


def _title(stage: Stage, context: StageContext) -> str:
    title = f"{context.text.name}, {context.lang}: {stage.name}"
    return f"{title}, candidate {context.candidate.id}" if context.candidate else title


def _too_few(candidates: Sequence[Mapping[str, Any]], valid: int, needed: int) -> ProviderError:
    reasons: dict[str, list[str]] = {}
    for data in candidates:
        reason = " ".join([data["error"] or "not usable", data["message"]]).strip()
        reasons.setdefault(reason, []).append(str(data["config"]["id"]))
    why = "; ".join(f"candidate {', '.join(ids)}: {reason}" for reason, ids in reasons.items())
    return ProviderError(
        f"{valid} of {len(candidates)} candidates are valid, {needed} needed: {why}"
    )
