"""What a part of the campaign counted."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """One row: `done` of a kind, `details` in words, and the failures that were seen."""

    name: str
    done: int = 0
    details: str = ""
    failures: list[str] = field(default_factory=list)

    def check(self, condition: object, failure: str) -> None:
        """Count a failure unless `condition` holds."""
        if not condition:
            self.failures.append(failure)
