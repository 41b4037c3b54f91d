"""The progress of a run as events: JSON Lines in a file, and a listener.

An event is emitted when something is done, never on a timer; `overall` never decreases.
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
    """Measures the progress of one run of `jobs`, each with the same `stages`.

    `stages` maps the name of each stage, in order, to its weight.
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

        A number `progress_percent` in `details`, 0 included, overrides the job's percentage.
        """
        begin, end = self._stages[stage]
        percent = begin + (end - begin) * done / total if total else end
        override = details.get("progress_percent")
        if isinstance(override, int | float):
            percent = min(100.0, max(0.0, float(override)))
        parts: Event = {"stage": stage, "done": done, "total": total, "mark": mark(done, total)}
        return self._emit(job, percent, parts, details)

    def finished(self, job: Job, status: str, **details: object) -> Event:
        """Emit that a job ended: done, skipped, failed or waiting; returns the event."""
        return self._emit(job, 100.0, {"stage": None, "status": status}, details)

    def _emit(self, job: Job, percent: float, parts: Event, details: Mapping[str, object]) -> Event:
        self._percents[job] = max(self._percents[job], percent)
        mean = sum(self._percents.values()) / len(self._percents)
        self._overall = max(self._overall, round(mean, 1))
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
    """End the incomplete line that a killed run may have left, so that the next event is intact."""
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
