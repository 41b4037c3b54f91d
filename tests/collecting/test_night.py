from dataclasses import replace
from pathlib import Path

import pytest

from soundweave.base import config
from soundweave.collecting import night
from soundweave.collecting.collector import Choice
from tests.support.make_library import make_library

SETTINGS = config.load(environ={})


def test_a_plan_without_a_library(tmp_path: Path) -> None:
    plan = night.dry_run(SETTINGS, Choice("mixed", "", 10), tmp_path / "none")
    assert plan == {
        "mode": "mixed",
        "phases": {"refresh": 0, "packs": 0, "similar": 0, "newest": 10},
        "requests": 10,
        "quota_left": SETTINGS.freesound.requests_per_day,
    }


@pytest.mark.parametrize(("per_day", "requests"), [(3, 3), (2000, 10)])
def test_a_plan_counts_at_most_the_shares(tmp_path: Path, per_day: int, requests: int) -> None:
    old = {"last_seen": "2020-01-01T00:00:00Z"}
    make_library(tmp_path, [{**old, "pack": f"p{n}"} for n in range(20)])
    freesound = replace(SETTINGS.freesound, requests_per_day=per_day)
    plan = night.dry_run(replace(SETTINGS, freesound=freesound), Choice("mixed", "", 10), tmp_path)
    assert plan["phases"] == {"refresh": 1, "packs": 5, "similar": 2, "newest": 10}
    assert (plan["requests"], plan["quota_left"]) == (requests, per_day)


def test_a_key_may_end_with_a_newline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREESOUND_API_KEY", " abc\n")
    assert night.api_key() == "abc"


def test_the_configured_query_fills_the_gap() -> None:
    settings = replace(SETTINGS, collector=replace(SETTINGS.collector, mode="search", query="rain"))
    chosen = night.choose(settings, mode="", query="", max_requests="7")
    assert chosen == Choice("search", "rain", 7)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_has_many_names(host: str) -> None:
    assert night.source(f"http://{host}:8000/apiv2/") == "a stand-in on this machine"


@pytest.mark.parametrize("url", ["https://freesound.org/apiv2/", "http://10.0.0.1/apiv2/"])
def test_other_machines_are_told_apart(url: str) -> None:
    assert night.source(url) == url
