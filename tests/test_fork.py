"""A fork inherits the histories of another library: they count for nothing."""

import json
from collections.abc import Mapping
from pathlib import Path

import detect_milestone
from soundweave.base import config, jsonl
from soundweave.library import database, identity
from soundweave.validation.report import validate
from soundweave.website.data import history
from tests.support.front_site import milestone, night
from tests.support.make_library import make_library

UPSTREAM = {"library_id": "00000000000000aa"}
BEFORE_IDS = {"timestamp": "2004-01-01T00:00:00Z"}  # older than libraries of tests


def write(path: Path, *records: Mapping[str, object]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def fork(folder: Path) -> identity.Identity:
    """Make a library of 120 sounds after its first night, with upstream's histories."""
    make_library(folder, [{} for _ in range(120)], links=True)
    with database.snapshot(folder) as reader:
        library = identity.read(reader)
    tonight = night(21, 120, users=1, packs=0, added=120, removed=0, library_id=library.id)
    inherited = [night(day, 90_000, **UPSTREAM) for day in (18, 19)]
    newer = {"a field of": "a newer version", **UPSTREAM}
    write(folder / "metrics", night(17, 80_000, **BEFORE_IDS), *inherited, newer, tonight)
    write(folder / "milestones", milestone(900, 18, **BEFORE_IDS), milestone(901, 19, **UPSTREAM))
    return library


def test_upstreams_milestones_do_not_suppress_those_of_a_fork(tmp_path: Path) -> None:
    library = fork(tmp_path)
    flags = ["--checkpoint-dir", str(tmp_path), "--milestone-history", str(tmp_path / "milestones")]
    assert detect_milestone.main([*flags, "--output", str(tmp_path / "status.json")]) == 0
    status = json.loads((tmp_path / "status.json").read_text())
    assert (status["is_milestone"], status["crossed"]) == (True, [1])
    assert status["previous_milestone_nodes"] == 0
    assert status["library"]["id"] == library.id


def test_upstreams_histories_do_not_fail_validation(tmp_path: Path) -> None:
    fork(tmp_path)
    settings = config.load(environ={}).validation
    report = validate(tmp_path, tmp_path / "metrics", tmp_path / "milestones", settings)
    about_histories = ("metrics", "milestone", "shrink", "nights", "nodes", "quota")
    findings = {
        check["name"]: check["findings"]
        for check in report["checks"]
        if any(word in check["name"] for word in about_histories) and check["found"]
    }
    assert findings == {}


def test_upstreams_growth_is_not_on_the_site_of_a_fork(tmp_path: Path) -> None:
    library = fork(tmp_path)
    own = history.read(library, tmp_path / "metrics", tmp_path / "milestones")
    assert [item.sounds for item in own.nights] == [120]
    assert own.milestones == []
    assert len(jsonl.read(tmp_path / "metrics")) == 5  # they stay in the file
