from pathlib import Path

import pytest

from soundweave.base import jsonl
from soundweave.base.errors import ConfigError
from soundweave.collecting import metrics
from soundweave.collecting.metrics import Outcome
from soundweave.library import database, identity
from tests.support.make_library import make_library


def test_a_line_has_the_librarys_counts_and_the_nights_own(tmp_path: Path) -> None:
    sounds = [{"username": "a", "pack": "p"}, {"username": "b"}, {"removed_at": "x"}]
    make_library(tmp_path, sounds, links=True)
    with database.snapshot(tmp_path) as reader:
        library = identity.read(reader)
        line = metrics.night_line(
            reader, Outcome(added=5, removed=4), mode="newest", requests=9, duration_seconds=1.23456
        )
    assert {**line, "timestamp": ""} == {
        "timestamp": "",
        "library_id": library.id,
        "mode": "newest",
        "nodes": 2,
        "edges": 3,
        "users": 2,
        "packs": 1,
        "added": 5,
        "removed": 4,
        "requests": 9,
        "duration_seconds": 1.235,
        "stopped": "complete",
    }
    with pytest.raises(ConfigError, match="stopped"):
        metrics.append(tmp_path / "m", line | {"stopped": "maybe"})
    assert not (tmp_path / "m").exists()
    metrics.append(tmp_path / "m", line)
    assert jsonl.read(tmp_path / "m") == [line]
