"""What is validated."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """One snapshot of a library, and the history that goes with it."""

    library: sqlite3.Connection
    metrics_history: Path
