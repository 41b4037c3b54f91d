"""What a stage of the pipeline is: one class that asks a question and reads the answer.

A stage knows its text and what the stages before it found; it does not know the pipeline. With a
chat model (or a person, in manual mode) it renders a prompt and reads the answer; without one it
does its work by itself. A new stage is one class and one line in `stages.STAGES`.
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
    """Who answers a stage's question: the configured model, or the person at the terminal."""

    AUTO = "auto"
    MANUAL = "manual"


@dataclass(frozen=True)
class StageContext:
    """All that a stage may know; plain data, so that it crosses to another process.

    `results` holds what the stages before found, by output key. `candidate` says which instance
    of a parallel stage this is.
    """

    text: Text
    lang: str
    settings: Settings
    folder: Path  # of this job: its ledger and the slots of its providers
    results: Mapping[str, Any] = field(default_factory=dict)
    candidate: CandidateConfig | None = None

    def of_candidate(self, candidate: CandidateConfig) -> "StageContext":
        """Return the context of one instance of a parallel stage."""
        return replace(self, candidate=candidate)


@dataclass(frozen=True)
class Question:
    """A rendered prompt, and who is asked how; `model` is empty when a person is."""

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
        """Return the prompt to paste into any model's window."""
        return prompts.as_one_text(self.system, self.user, self.answer)


@dataclass(frozen=True)
class StageResult:
    """What came of a stage: `data` is plain JSON, as the stage's class describes it.

    `status` is done, failed (then `error` is its class and `message` says why) or waiting for a
    person's answer.
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
    weight: ClassVar[float] = 1.0  # share of the progress
    whole: ClassVar[bool] = False  # whether its answers hold every segment

    @abstractmethod
    def execute(self, context: StageContext) -> Any:
        """Do it and return plain JSON; raises ProviderError when no answer could be had."""

    def question(self, context: StageContext) -> Question | None:  # noqa: ARG002 - for subclasses
        """Return what a model or a person is to be asked; None when the stage asks nobody."""
        return None

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> Any:
        """Make the stage's data of an answer; raises InvalidAnswerError."""
        raise NotImplementedError(f"{self.name} asks nobody")

    def valid(self, context: StageContext, data: Mapping[str, Any]) -> bool:  # noqa: ARG002 - for subclasses
        """Tell whether an instance's data count as a candidate that can be taken."""
        return not data["error"]

    def settings(self, context: StageContext) -> StageSettings:
        """Return how this stage is configured in the run's mode."""
        return context.settings.stages.get(self.name, StageSettings())

    def prompt_digests(self, context: StageContext) -> dict[str, str]:
        """Return the configured prompts with their digests, so that a result can be told apart."""
        names = self.settings(context).prompts
        return {name: prompts.digest(prompts.load(name)) for name in dict.fromkeys(names)}

    def render(
        self, context: StageContext, number: int = 0, *, seed: int | None = None, **values: object
    ) -> Question | None:
        """Return the question of the configured prompt; `number` counts instances from 0."""
        stage = self.settings(context)
        if not stage.prompts:
            return None
        prompt = prompts.load(stage.prompts[number % len(stage.prompts)])
        system, user = prompt.render(**values)
        return Question(
            prompt=prompt.name,
            digest=prompts.digest(prompt),
            answer=prompt.answer,
            system=system,
            user=user,
            model=stage.models[number % len(stage.models)] if stage.models else "",
            temperature=stage.temperatures[number % len(stage.temperatures)],
            max_tokens=stage.max_tokens,
            seed=seed,
            ids=tuple(segment.id for segment in context.text.segments) if self.whole else (),
        )
