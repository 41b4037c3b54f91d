"""Shows a run's events: a bar on a terminal, sparse lines in CI, a table in the step summary."""

from collections.abc import Sequence

from soundweave.base.progress import Progress
from soundweave.github import actions
from soundweave.translation.running.events import Event
from soundweave.translation.running.runner import Outcome


class Display:
    """Moves a progress bar of 100 % with each event."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._percent = 0

    def __call__(self, event: Event) -> None:
        """Show one event."""
        overall = int(event["overall"])
        self._bar.step(overall - self._percent)
        self._percent = overall
        note = f"{event['text']} {event['lang']}"
        if event["stage"]:
            note += f": {event['stage']} {event['done']}/{event['total']}"
        self._bar.note(note)


def add_summary(outcomes: Sequence[Outcome]) -> None:
    """Append a table of all jobs to the step's summary."""
    rows = [
        "| text | language | result | chosen | candidates | tokens | cost |",
        "| --- | --- | --- | --- | ---: | ---: | ---: |",
        *(_row(outcome) for outcome in outcomes),
    ]
    actions.add_summary("## Translations\n\n" + "\n".join(rows))


def _row(outcome: Outcome) -> str:
    name, lang = outcome.job.name
    result = f"{outcome.status}: {outcome.message}" if outcome.message else outcome.status
    cells: list[object] = [name, lang, result, "", "", "", ""]
    if outcome.record:
        evaluation, totals = outcome.record["evaluation"], outcome.record["ledger"]["totals"]
        valid = f"{len(evaluation['valid'])} of {len(outcome.record['candidates'])} valid"
        winner = evaluation["chosen"] if evaluation["select"] == "text" else "by segment"
        cells[3:] = [winner, valid, totals["tokens"], f"{totals['cost']:.4f}"]
    return "| " + " | ".join(actions.markdown_text(cell) for cell in cells) + " |"
