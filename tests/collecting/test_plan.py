from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml

from soundweave.base import config, paths, schemas
from soundweave.collecting import night, phases, plan
from soundweave.collecting.plan import MODES, Plan, request_limits
from tests.support.make_library import make_library

SETTINGS = config.load(environ={})


def test_a_dry_run_without_a_library(tmp_path: Path) -> None:
    expected = night.dry_run(SETTINGS, Plan("mixed", "", 10), tmp_path / "none")
    assert expected == {
        "mode": "mixed",
        "phases": {"refresh": 0, "packs": 0, "similar": 0, "newest": 10},
        "requests": 10,
        "quota_left": SETTINGS.freesound.requests_per_day,
    }


@pytest.mark.parametrize(("per_day", "requests"), [(3, 3), (2000, 10)])
def test_a_dry_run_counts_at_most_the_limits(tmp_path: Path, per_day: int, requests: int) -> None:
    old = {"last_seen": "2020-01-01T00:00:00Z"}
    make_library(tmp_path, [{**old, "pack": f"p{n}"} for n in range(20)])
    settings = replace(SETTINGS, freesound=replace(SETTINGS.freesound, requests_per_day=per_day))
    expected = night.dry_run(settings, Plan("mixed", "", 10), tmp_path)
    assert expected["phases"] == {"refresh": 1, "packs": 5, "similar": 2, "newest": 10}
    assert (expected["requests"], expected["quota_left"]) == (requests, per_day)


@pytest.mark.parametrize(
    ("mode", "max_requests", "limits"),
    [
        ("mixed", 100, {"refresh": 50, "packs": 50, "similar": 20, "newest": 100}),
        ("mixed", 50, {"refresh": 25, "packs": 25, "similar": 10, "newest": 50}),
        ("mixed", 1000, {"refresh": 500, "packs": 500, "similar": 20, "newest": 1000}),
        ("mixed", 5, {"refresh": 2, "packs": 2, "similar": 1, "newest": 5}),
        ("mixed", 4, {"refresh": 2, "packs": 2, "newest": 4}),
        ("mixed", 1, {"newest": 1}),
        ("newest", 20, {"refresh": 10, "newest": 20}),
        ("search", 20, {"refresh": 10, "search": 20}),
    ],
)
def test_each_phase_has_its_limit(mode: str, max_requests: int, limits: dict[str, int]) -> None:
    settings = replace(SETTINGS.collector, refresh_requests=8, similar_requests=20)
    result = request_limits(Plan(mode, "", max_requests), settings)
    assert list(result.items()) == list(limits.items())


def test_without_refreshing_the_phase_is_left_out() -> None:
    settings = replace(SETTINGS.collector, refresh_requests=0)
    assert request_limits(Plan("newest", "", 20), settings) == {"newest": 20}


def test_a_night_at_the_ceiling_only_refreshes(tmp_path: Path) -> None:
    make_library(tmp_path, [{"last_seen": "2020-01-01T00:00:00Z"} for _ in range(400)])
    settings = replace(SETTINGS, collector=replace(SETTINGS.collector, max_sounds=400))
    assert night.dry_run(settings, Plan("mixed", "", 10), tmp_path)["phases"] == {"refresh": 3}


@pytest.mark.parametrize(
    ("mode", "phase", "share"),
    [
        ("mixed", "packs", 250),
        ("mixed", "similar", 100),
        ("mixed", "newest", 500),
        ("packs", "packs", 500),
    ],
)
def test_each_phase_has_its_share_of_the_new_sounds(mode: str, phase: str, share: int) -> None:
    assert plan.growth_share(Plan(mode, "", 100), phase, 500) == share


def test_the_modes_are_the_same_everywhere() -> None:
    workflow = yaml.safe_load(paths.WORKFLOW.read_text(encoding="utf-8"))
    inputs = workflow[True]["workflow_dispatch"]["inputs"]  # YAML reads a bare `on` as true
    assert inputs["mode"]["options"] == ["default", *MODES]
    assert get_args(get_type_hints(config.CollectorConfig)["mode"]) == MODES
    assert schemas.read("metrics")["properties"]["mode"]["enum"] == list(MODES)
    assert f"# {' | '.join(MODES)}\n" in paths.CONFIG.read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_runs_known_phases(mode: str) -> None:
    assert request_limits(Plan(mode, "", 100), SETTINGS.collector).keys() <= phases.PHASES.keys()


def test_a_key_may_end_with_a_newline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREESOUND_API_KEY", " abc\n")
    assert night.api_key() == "abc"


def test_the_configured_query_fills_the_gap() -> None:
    settings = replace(SETTINGS.collector, mode="search", query="rain")
    assert plan.choose(settings, mode="", query="", max_requests="7") == Plan("search", "rain", 7)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_a_stand_in_has_one_name(host: str) -> None:
    assert night.source(f"http://{host}:8000/apiv2/") == "a stand-in on this machine"


@pytest.mark.parametrize("url", ["https://freesound.org/apiv2/", "http://10.0.0.1/apiv2/"])
def test_other_machines_are_distinguished(url: str) -> None:
    assert night.source(url) == url


@pytest.mark.parametrize("password", ["secret", "sec@ret", "sec:ret"])
def test_the_name_of_a_server_holds_no_password(password: str) -> None:
    address = f"https://user:{password}@freesound.example/apiv2/"
    assert night.source(address) == "https://freesound.example/apiv2/"
