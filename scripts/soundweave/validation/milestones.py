"""Checks of the milestone history: each boundary once, numbers that agree."""

from collections.abc import Iterator
from itertools import pairwise

from soundweave.validation.finding import Finding
from soundweave.validation.histories import Line
from soundweave.validation.subject import Subject


def milestone_lines(subject: Subject) -> Iterator[Finding]:
    """Every line of the milestone history fits its schema."""
    for line, fault in subject.milestones.faults:
        yield Finding(subject.milestones.place(line), fault)


def milestone_order(subject: Subject) -> Iterator[Finding]:
    """Milestones are in the order they were reached."""
    good = sorted(subject.milestones.good, key=lambda line: line.number)
    for before, after in pairwise(good):
        if after.moment < before.moment:
            yield Finding(subject.milestones.place(after), f"is earlier than line {before.number}")


def milestone_repeats(subject: Subject) -> Iterator[Finding]:
    """No boundary is recorded twice."""
    highest = 0
    for line in subject.milestones.good:
        boundary = _boundary(line)
        if boundary <= highest:
            yield Finding(
                subject.milestones.place(line), f"{boundary} sounds were already reached: {highest}"
            )
        highest = max(highest, boundary)


def milestone_numbers(subject: Subject) -> Iterator[Finding]:
    """A milestone's number is its sounds divided by the interval."""
    for line in subject.milestones.good:
        number = line.record["nodes"] // line.record["interval"]
        if line.record["milestone_number"] != number:
            yield Finding(
                subject.milestones.place(line),
                f"milestone_number is {line.record['milestone_number']} but should be {number}",
            )


def milestone_crossings(subject: Subject) -> Iterator[Finding]:
    """A milestone crosses all boundaries since the previous one."""
    reached = 0
    for line in subject.milestones.good:
        number, interval = (int(line.record[key]) for key in ("milestone_number", "interval"))
        crossed, first = line.record["crossed"], reached // interval + 1
        # Not a range: a number that is far too large would make it endless.
        expected = [first + place for place in range(len(crossed))]
        if first <= number and (crossed != expected or [number] != expected[-1:]):
            yield Finding(
                subject.milestones.place(line), f"crossed is not all of {first} to {number}"
            )
        reached = max(reached, _boundary(line))


def _boundary(line: Line) -> int:
    return int(line.record["milestone_number"]) * int(line.record["interval"])
