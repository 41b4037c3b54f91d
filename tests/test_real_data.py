"""Real Freesound metadata goes through the whole pipeline; skipped where it is not at hand."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from soundweave.standin import Catalog
from tests.conftest import Run
from tests.support import real_catalogs
from tests.support.nights import nights_of

TWICE = "duplicates: sound"


def pipeline(
    sounds: list[dict[str, Any]],
    folder: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    pairs_up_to: int = 1_000_000,
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Collect, connect, validate and publish; returns edge stats, report and page."""
    with nights_of(Catalog(sounds), folder, monkeypatch) as nights:
        line = nights.run()
        assert line["stopped"] == "complete"
        assert nights.ids() == {sound["id"] for sound in sounds}
    data = ["--checkpoint-dir", nights.library]
    metrics = ["--metrics-history", nights.metrics]
    stats, report = folder / "edge_stats.json", folder / "validation_report.json"
    page = folder / "website" / "public" / "index.html"
    pairs = ["--pairs", folder / "pairs.csv", "--pairs-up-to", pairs_up_to]
    website = ["--milestone-history", folder / "none.jsonl", "--output-dir", folder / "website"]
    for command in (
        ["generate_user_pack_edges.py", *data, "--output", stats, *pairs],
        ["validate_pipeline_data.py", *data, *metrics, "--output", report],
        ["generate_landing_page.py", *data, *metrics, *website],
    ):
        done = run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(stats.read_text()), json.loads(report.read_text()), page.read_text()


@pytest.mark.parametrize(
    ("source", "expected", "warnings"),
    [
        (
            real_catalogs.attribution_list,
            {"total_nodes": 9281, "user_edges": 9281, "same_user_pairs": 399_609, "pairs": 399_609},
            # Neither list tells when and how long: same name and user is all there is to compare.
            [f"{TWICE} 246892 is duplicated 5 times, up to sound 246932 (and 160 more)"],
        ),
        (
            real_catalogs.published_graph,
            {"total_nodes": 1671, "same_user_pairs": 7620, "pairs": 7620},
            [],
        ),
        (
            real_catalogs.pack_lists,
            {"total_nodes": 1551, "pack_edges": 1551, "same_pack_pairs": 287_953, "pairs": 288_561},
            [f"{TWICE} 28811 is duplicated 2 times, up to sound 29181 (and 360 more)"],
        ),
    ],
)
def test_pairs_are_counted_as_published(
    source: Callable[[Path], Iterable[dict[str, Any]]],
    expected: dict[str, int],
    warnings: list[str],
    real_freesound: Path,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stats, report, _ = pipeline(list(source(real_freesound)), tmp_path, run, monkeypatch)
    assert {name: stats[name] for name in expected} == expected
    lines = (tmp_path / "pairs.csv").read_text().splitlines()
    assert len(set(lines)) == 1 + stats["pairs_written"] == 1 + stats["pairs"]
    assert (report["status"], report["errors"], report["warnings"]) == ("passed", [], warnings)


def test_everything_together(
    real_freesound: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = real_catalogs.everything(real_freesound)
    assert len(sounds) > 24_000
    # All pairs would be 1.5 GB of lines: those of the largest groups are only counted.
    stats, report, page = pipeline(sounds, tmp_path, run, monkeypatch, pairs_up_to=200)
    assert stats["pairs"] > 10 * stats["pairs_written"] > 0
    assert stats["total_nodes"] == report["statistics"]["sounds"] == len(sounds)
    assert report["status"] == "passed"
    assert f"{len(sounds):,}" in page
