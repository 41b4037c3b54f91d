"""How much a library may grow: Freesound's terms of use allow limited copies only."""

from dataclasses import dataclass

from soundweave.base.config import CollectorConfig


@dataclass
class Room:
    """New sounds that still fit into the night, and into the phase that is running."""

    night: int
    phase: int

    @classmethod
    def of(cls, config: CollectorConfig, sounds: int) -> "Room":
        """The room of a night that starts with a library of `sounds` sounds."""
        night = min(config.new_sounds, max(0, config.max_sounds - sounds))
        return cls(night, night)

    @property
    def left(self) -> int:
        """How many new sounds may be saved now."""
        return min(self.night, self.phase)

    def take(self, new_sounds: int) -> None:
        """Count sounds that were saved."""
        self.night -= new_sounds
        self.phase -= new_sounds
