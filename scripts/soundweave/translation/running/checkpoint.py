"""How far a job has come: plain JSON, saved after each stage and each candidate."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from soundweave.base import files
from soundweave.base.errors import ConfigError
from soundweave.translation.asking.stage import StageResult

FILE_NAME = "state.json"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock a job's folder for this process; raises ConfigError when another process has it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as stream:
        try:
            # Not flock: the pool's workers would inherit it, and may outlive a killed run.
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError("another run is working on it; wait until it ends") from error
        yield


@dataclass
class PipelineState:
    """The stages of one job that ran, in order, and the finished parts of the current one.

    Only the last one can have failed or be waiting; when the job is resumed, it runs again.
    `fingerprint` identifies the text and all settings that matter: a state with another one is not
    resumed. `parts` are candidates by id, as text because JSON has no other keys.
    """

    fingerprint: str
    results: list[StageResult] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)

    def result(self, stage: str) -> StageResult | None:
        """Return a finished stage's result."""
        return next((result for result in self.results if result.stage == stage), None)

    def add(self, result: StageResult) -> None:
        """Add a stage's result, which includes that of its parts."""
        self.results.append(result)
        if result.status == "done":
            self.parts = {}

    def save(self, folder: Path) -> None:
        """Write the state to its file in `folder`."""
        files.write_json(folder / FILE_NAME, asdict(self))

    @classmethod
    def load(cls, folder: Path, fingerprint: str) -> "PipelineState":
        """Read the state in `folder`; returns a new one if it cannot be resumed."""
        try:
            raw = files.read_json(folder / FILE_NAME)
            return cls._from_json(raw, fingerprint)
        except (ConfigError, KeyError, TypeError, ValueError, RecursionError):
            return cls(fingerprint)

    @classmethod
    def _from_json(cls, raw: Mapping[str, Any], fingerprint: str) -> "PipelineState":
        if raw["fingerprint"] != fingerprint:
            return cls(fingerprint)
        results = [StageResult(**result) for result in raw["results"]]
        done = [result for result in results if result.status == "done"]
        return cls(fingerprint, done, dict(raw["parts"]))
