"""Checks of the metrics history: nights against each other and against the library."""

from collections.abc import Iterator
from itertools import pairwise

from soundweave.freesound.api import PAGE_SIZE
from soundweave.validation.finding import Finding, NotApplicableError
from soundweave.validation.histories import Line
from soundweave.validation.subject import Subject

SECONDS_A_DAY = 86_400


def metrics_lines(subject: Subject) -> Iterator[Finding]:
    """Every line of the metrics history fits its schema."""
    for line, fault in subject.metrics.faults:
        yield Finding(subject.metrics.place(line), fault)


def counts_against_metrics(subject: Subject) -> Iterator[Finding]:
    """The library agrees with the last metrics line."""
    if not subject.metrics.good:
        raise NotApplicableError(f"{subject.metrics_history} has no good line yet")
    # Another check reports lines that break the schema; they say nothing about the library.
    last = subject.metrics.good[-1]
    for field, count in (("nodes", "sounds"), ("users", "users"), ("packs", "packs")):
        if last.record.get(field) != subject.counts[count]:
            yield Finding(
                f"{subject.metrics.place(last)}, {last.record.get('timestamp')}",
                f"{field} is {last.record.get(field)}, the library has {subject.counts[count]}",
            )


def sudden_shrink(subject: Subject) -> Iterator[Finding]:
    """The last night lost no sounds except those it reported as removed."""
    for before, after in _nights(subject)[-1:]:
        lost = before.record["nodes"] - after.record["nodes"] - after.record["removed"]
        if lost > subject.config.largest_shrink * before.record["nodes"]:
            yield Finding(
                subject.metrics.place(after), f"{lost} of {before.record['nodes']} sounds are lost"
            )


def growth_within_quota(subject: Subject) -> Iterator[Finding]:
    """No night added more sounds than its requests can return."""
    for line in subject.metrics.good:
        most = PAGE_SIZE * line.record["requests"]
        if line.record["added"] > most:
            yield Finding(
                subject.metrics.place(line),
                f"added {line.record['added']} sounds, {line.record['requests']} requests return"
                f" at most {most}",
            )


def missing_nights(subject: Subject) -> Iterator[Finding]:
    """No night is missing."""
    for before, after in _nights(subject):
        days = (after.moment - before.moment).total_seconds() / SECONDS_A_DAY
        if days > subject.config.largest_gap_days:
            yield Finding(
                subject.metrics.place(after), f"comes {days:.1f} days after the night before"
            )


def night_order(subject: Subject) -> Iterator[Finding]:
    """Nights are in the order they happened, each once."""
    good = sorted(subject.metrics.good, key=lambda line: line.number)
    for before, after in pairwise(good):
        if after.moment <= before.moment:
            relation = "the same time as" if after.moment == before.moment else "earlier than"
            yield Finding(subject.metrics.place(after), f"is {relation} line {before.number}")


def nodes_add_up(subject: Subject) -> Iterator[Finding]:
    """Each night has the sounds of the previous night plus added minus removed."""
    for before, after in _nights(subject):
        sums = before.record["nodes"] + after.record["added"] - after.record["removed"]
        if after.record["nodes"] != sums:
            yield Finding(
                subject.metrics.place(after),
                f"nodes is {after.record['nodes']} but should be {sums}",
            )


def _nights(subject: Subject) -> list[tuple[Line, Line]]:
    return list(pairwise(subject.metrics.good))
