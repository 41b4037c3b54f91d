"""A stage of the pipeline: one class that asks a question and reads the answer.

A stage knows its text and the results of earlier stages, but not the pipeline. With a chat model
(or a person, in manual mode) it renders a prompt and reads the answer; without one it follows
rules. A new stage is one class and one line in `stages.STAGES`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from soundweave.translation.asking import prompts
from soundweave.translation.model import CandidateConfig, Text
from soundweave.translation.settings import Settings, StageSettings


class ExecutionMode(StrEnum):
    """Who answers a stage's question: the configured model, or a person at the terminal."""

    AUTO = "auto"
    MANUAL = "manual"


@dataclass(frozen=True)
class StageContext:
    """The input of a stage; plain data that crosses to another process.

    `results` holds the results of earlier stages by output key. `candidate` says which instance of
    a parallel stage this is.
    """

    text: Text
    lang: str
    settings: Settings
    folder: Path  # of this job: it holds the ledger
    results: Mapping[str, Any] = field(default_factory=dict)
    candidate: CandidateConfig | None = None

    def of_candidate(self, candidate: CandidateConfig) -> "StageContext":
        """The context of one instance of a parallel stage."""
        return replace(self, candidate=candidate)


@dataclass(frozen=True)
class Question:
    """A rendered prompt, and how to ask it; `model` is empty when a person answers."""

    prompt: str
    digest: str
    answer: str
    system: str
    user: str
    model: str
    temperature: float | None
    max_tokens: int
    seed: int | None = None
    ids: tuple[str, ...] = ()  # of the segments that the answer must have

    def as_one_text(self) -> str:
        """The prompt to paste into any chat window."""
        return prompts.as_one_text(self.system, self.user, self.answer)


@dataclass(frozen=True)
class StageResult:
    """The outcome of a stage: `data` is plain JSON, as the stage's class describes it.

    `status` is done, failed (then `error` is the kind of failure and `message` says why) or waiting
    for a person's answer.
    """

    stage: str
    status: str
    data: Any = None
    error: str = ""
    message: str = ""
    seconds: float = 0.0
    prompts: Mapping[str, str] = field(default_factory=dict)  # names and digests


class Stage(ABC):
    """One step. `output_key` names its result in the context of later stages."""

    name: ClassVar[str]
    output_key: ClassVar[str]
    answer: ClassVar[str]  # schema of the answer to its question
    weight: ClassVar[float] = 1.0  # share of the progress
    covers_all_segments: ClassVar[bool] = False  # whether its answers contain every segment

    @abstractmethod
    def execute(self, context: StageContext) -> Any:
        """Do the work and return plain JSON; raises ProviderError without a usable answer."""

    def question(self, context: StageContext) -> Question | None:  # noqa: ARG002 - for subclasses
        """The question to a model or a person; None when the stage asks nobody."""
        return None

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> Any:
        """Turn an answer into the stage's data; raises InvalidAnswerError."""
        raise NotImplementedError(f"{self.name} asks nobody")

    def valid(self, context: StageContext, data: Mapping[str, Any]) -> bool:  # noqa: ARG002 - for subclasses
        """Whether an instance's data count as a usable candidate."""
        return not data["error"]

    def settings(self, context: StageContext) -> StageSettings:
        """The configuration of this stage in the run's mode."""
        return context.settings.stages.get(self.name, StageSettings())

    def prompt_digests(self, context: StageContext) -> dict[str, str]:
        """The digests of the configured prompts, to distinguish results."""
        names = self.settings(context).prompts
        return {name: prompts.load(name).digest for name in dict.fromkeys(names)}

    def render(
        self, context: StageContext, number: int = 0, *, seed: int | None = None, **values: object
    ) -> Question | None:
        """Render the configured prompt; `number` counts instances from 0."""
        stage = self.settings(context)
        if not stage.prompts:
            return None
        prompt = prompts.load(stage.prompts[number % len(stage.prompts)])
        system, user = prompt.render(**values)
        return Question(
            prompt=prompt.name,
            digest=prompt.digest,
            answer=prompt.answer,
            system=system,
            user=user,
            model=stage.models[number % len(stage.models)] if stage.models else "",
            temperature=stage.temperatures[number % len(stage.temperatures)],
            max_tokens=stage.max_tokens,
            seed=seed,
            ids=tuple(segment.id for segment in context.text.segments)
            if self.covers_all_segments
            else (),
        )
