"""The real nightly workflow, run by act: the library survives what happens to its places."""

import json
import os
import shutil
import sqlite3
import tarfile
import time
from contextlib import closing
from pathlib import Path

from soundweave.standin import Fault
from tests.support.contents import contents
from tests.support.front_site import milestone, night
from tests.workflow.act import Project
from tests.workflow.conftest import MakeProject

HISTORY = "data/metrics_history.jsonl"
MILESTONES = "data/milestone_history.jsonl"
IDS = "data/library_ids.jsonl"
LIBRARY = "data/freesound_library"
SECONDS = 120  # within which a lost library is back


def newest(project: Project) -> Path:
    """Unpack the newest cached library; returns its folder."""
    target = project.folder / f"newest-{time.monotonic_ns()}"
    with tarfile.open(project.caches()[-1]) as tar:
        tar.extractall(target, filter="data")
    return target / LIBRARY


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM sounds").fetchone()[0])


def test_a_cancel_during_collection(project: MakeProject) -> None:
    github = project(2000)
    github.freesound.add_fault(Fault("hang", times=None, after=4))
    run = github.run(interrupt_when=lambda: len(github.freesound.log) >= 5)
    assert run.code == 1
    assert run.steps()["Save the library"] == "success", run.output
    saved = newest(github)
    assert {path.name for path in saved.iterdir()} == {"library.db", "library.db.sha256"}
    assert count(saved) > 0
    ids = [json.loads(line)["ids"] for line in github.show(IDS).splitlines()]
    assert sum(map(len, ids)) == count(saved)


def test_a_cache_outage_for_one_night(project: MakeProject, tmp_path: Path) -> None:
    github = project(160)
    github.run("workflow_dispatch", inputs={"max_requests": "1", "mode": "newest"})
    assert count(newest(github)) == 150
    nothing = tmp_path / "no cache"
    nothing.mkdir()
    outage = github.run(environment={"STUB_CACHE": str(nothing)})
    assert "150 sounds from the draft release" in outage.summary().replace("\\", "")
    shutil.rmtree(nothing)
    after = github.run()
    assert after.code == 0, after.output
    assert count(newest(github)) == 160
    lines = [json.loads(line) for line in github.show(HISTORY).splitlines()]
    assert [line["nodes"] for line in lines] == [150, 160, 160]
    assert len({line["library_id"] for line in lines}) == 1
    milestones = [json.loads(line) for line in github.show(MILESTONES).splitlines()]
    assert [line["milestone_number"] for line in milestones] == [1]


def test_a_damaged_cache(project: MakeProject) -> None:
    github = project(120)
    github.run()
    before = contents(newest(github))
    damaged = newest(github)
    os.truncate(damaged / "library.db", 50_000)
    with tarfile.open(github.cache / "freesound-library-9-1.tar", "w") as tar:
        tar.add(damaged, LIBRARY)
    run = github.run()
    assert run.code == 0, run.output
    assert "120 sounds from the draft release" in run.summary()
    assert "cannot be used" in run.annotations("warning")[0]
    assert contents(newest(github)) == before
    names = [asset["name"] for asset in github.releases.assets()]
    assert any(name.startswith("set-aside-") for name in names)


def test_upstreams_history_in_a_fork(project: MakeProject) -> None:
    github = project(60)  # no milestone, but a map
    upstream = {"library_id": "00000000000000aa"}
    ids = {"repository": "999", "first_seen": "2025-11-01T00:00:00Z", "ids": [1, 2, 3]}
    inherited = {
        HISTORY: [night(1, 9000), night(2, 90_000, **upstream)],
        MILESTONES: [milestone(90, 1), milestone(900, 2, **upstream)],
        IDS: [ids | upstream],
    }
    github.change(
        {
            name: "".join(json.dumps(line) + "\n" for line in lines)
            for name, lines in inherited.items()
        }
    )
    run = github.run()
    assert run.code == 0, run.output
    assert run.annotations("warning") == run.annotations("error") == []
    assert run.jobs()["deploy"] == "success"
    assert json.loads((run.site() / "map/overview.json").read_text())["sounds"] == 60
    nights = json.loads((run.site() / "api/nights.json").read_text())["nights"]
    assert [item["sounds"] for item in nights] == [60]
    assert len(github.show(HISTORY).splitlines()) == 3
    assert github.subjects()[0] == "Nightly: +60 sounds, 60 in all"

    github.freesound.catalog.add({"id": 7_000_000, "created": "2026-01-20T00:00:00Z"})
    assert github.run().jobs()["deploy"] == "success", "and the next night's, until a milestone"


def test_each_tier_deleted_in_turn(project: MakeProject) -> None:
    github = project(120)
    github.run()
    before = contents(newest(github))
    assert len(before["sounds"]) == 120
    for lost, tier in [
        ("cache", "the draft release"),
        ("cache and release", "the ids in git"),
        ("ids", "the cache"),
    ]:
        if "cache" in lost:
            shutil.rmtree(github.cache)
        if "release" in lost:
            github.releases.clear()
        if "ids" in lost:
            github.remove(IDS)
        started = time.monotonic()
        run = github.run()
        assert time.monotonic() - started < SECONDS
        assert run.code == 0, run.output
        assert f"120 sounds from {tier}" in run.summary(), lost
        assert contents(newest(github)) == before, lost
        assert json.loads(github.show(IDS).splitlines()[0])["repository"] == "1234"
