"""The progress of a run as events: JSON Lines in a file, and whoever listens.

An event is emitted when something is done, never on a timer; `overall` never goes back.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from soundweave.translation.running.marks import mark

Event = dict[str, Any]
Job = tuple[str, str]  # a text's name and a language


class Events:
    """Numbers what happens in one run of `jobs`, each done by the same `stages`.

    `stages` is the stage map: each stage's name with its weight, in order.
    """

    def __init__(
        self,
        path: Path,
        run: str,
        jobs: Sequence[Job],
        stages: Mapping[str, float],
        listen: Callable[[Event], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._run = run
        self._listen = listen
        self._percents = dict.fromkeys(jobs, 0.0)
        self._stages = _stage_map(stages)
        self._overall = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        _end_line(path)

    def stage(self, job: Job, stage: str, done: int, total: int, **details: object) -> Event:
        """Emit that `done` of a stage's `total` parts are done; returns the event.

        `progress_percent` in `details` is this job's percentage instead of the stage map's; 0 is
        a value.
        """
        begin, end = self._stages[stage]
        percent = begin + (end - begin) * done / total if total else end
        told = details.get("progress_percent")
        if isinstance(told, int | float):
            percent = min(100.0, max(0.0, float(told)))
        parts: Event = {"stage": stage, "done": done, "total": total, "mark": mark(done, total)}
        return self._emit(job, percent, parts, details)

    def finished(self, job: Job, status: str, **details: object) -> Event:
        """Emit that a job ended: done, skipped, failed or waiting; returns the event."""
        return self._emit(job, 100.0, {"stage": None, "status": status}, details)

    def _emit(self, job: Job, percent: float, parts: Event, details: Mapping[str, object]) -> Event:
        self._percents[job] = max(self._percents[job], percent)
        now = sum(self._percents.values()) / len(self._percents)
        self._overall = max(self._overall, round(now, 1))
        event: Event = {
            "run": self._run,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "text": job[0],
            "lang": job[1],
            **parts,
            "percent": round(percent, 1),
            "overall": self._overall,
            "details": dict(details),
        }
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._listen(event)
        return event


def _end_line(path: Path) -> None:
    """End the torn line that a killed run may have left, so that it takes no event with it."""
    with path.open("a+b") as stream:
        if stream.tell() and os.pread(stream.fileno(), 1, stream.tell() - 1) != b"\n":
            stream.write(b"\n")


def _stage_map(weights: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    total = sum(weights.values())
    spans, begin = {}, 0.0
    for stage, weight in weights.items():
        end = begin + 100 * weight / total
        spans[stage] = (begin, end)
        begin = end
    return spans
