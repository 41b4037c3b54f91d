"""Real recorded answers against the stand-in's: the same keys, types and links.

The recordings are older than the API that is imitated; what it has dropped since is listed.
"""

import json
from collections.abc import Set
from typing import Any

import pytest
import yaml

from soundweave.base.paths import ROOT
from soundweave.standin import Catalog
from tests.standin.conftest import Peer, Serve

RECORDED = ROOT.parent / "shared" / "freesound" / "api_responses"
DROPPED = {"analysis", "analysis_frames", "analysis_stats", "ac_analysis", "bookmark_categories"}

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="recorded answers of Freesound are not part of the repository"
)


def exchanges(name: str) -> list[tuple[str, Any, dict[str, list[str]]]]:
    cassette = yaml.safe_load((RECORDED / name).read_text(encoding="utf-8"))
    return [
        (
            item["request"]["uri"].partition("/apiv2/")[2],
            json.loads(item["response"]["body"]["string"]),
            item["response"]["headers"],
        )
        for item in cassette["http_interactions"]
    ]


def saved(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


def imitated(sound: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sound.items() if key not in DROPPED}


def same_shape(real: dict[str, Any], ours: dict[str, Any], ignored: Set[str] = frozenset()) -> None:
    """Check that our object has the real one's keys in the same order, with the same types."""
    keys = [key for key in real if key not in DROPPED | ignored]
    assert [key for key in ours if key in keys] == keys
    for key in keys:
        assert type(ours[key]) is type(real[key]), key


def test_a_sound(serve: Serve) -> None:
    real = exchanges("vcr_2021_sound.yml")[0][1]
    peer = serve(Catalog([imitated(real)]))
    ours = peer.json(f"sounds/{real['id']}/")
    same_shape(real, ours)
    assert ours["url"] == real["url"]
    assert set(ours["previews"]) == set(real["previews"])
    assert set(ours["images"]) == set(real["images"])
    assert ours["previews"]["preview-hq-mp3"].endswith("/previews/18/18763_65748-hq.mp3")
    assert peer.session.get(ours["previews"]["preview-lq-ogg"], timeout=60).status_code == 200


@pytest.mark.parametrize("name", ["tide_sound.json", "openverse_audio_data_example.json"])
def test_saved_sounds(serve: Serve, name: str) -> None:
    real = saved(name)
    ours = serve(Catalog([imitated(real)])).json(f"sounds/{real['id']}/")
    unordered = {key: real[key] for key in ours if key in real}
    # Before 2024, pack_name could be null although pack was set.
    same_shape(unordered, ours, {"pack_name"})


def test_derived_values_match_freesound(serve: Serve) -> None:
    for real in [*saved("openverse_page.json"), saved("tide_sound.json")]:
        partial = {key: real[key] for key in ("id", "username", "pack") if key in real}
        ours = Catalog([partial]).sounds[real["id"]]
        for key in {"url", "download", "pack", "similar_sounds", "comments"} & set(real):
            assert ours[key] == real[key]


def test_pack_and_its_sounds(serve: Serve) -> None:
    (_, pack, headers), (path, listing, _) = exchanges("vcr_2021_pack.yml")
    owner = {"username": pack["username"], "pack": "https://freesound.org/apiv2/packs/5107/"}
    more = [{"id": 70_000 + number, "created": "2009-01-01T00:00:00Z"} for number in range(17)]
    sounds = [*listing["results"], *more]
    peer = serve(Catalog({**s, **owner, "pack_name": pack["name"]} for s in sounds))
    answer = peer.get("packs/5107/")
    same_shape(pack, answer.json())
    assert list(pack) == list(answer.json())
    assert answer.json()["url"] == pack["url"]
    assert answer.headers["Content-Type"] == headers["Content-Type"][0]
    assert answer.headers["Allow"] == headers["Allow"][0]
    ours = peer.json(path)
    assert list(ours) == list(listing)
    assert ours["count"] == listing["count"]
    assert ours["next"] == listing["next"].replace(
        "https://freesound.org/apiv2/", peer.server.base_url
    )
    assert len(ours["results"]) == len(listing["results"])
    for real, our in zip(listing["results"], ours["results"], strict=True):
        assert list(our) == list(real)


def test_user(serve: Serve) -> None:
    (_, user, _), (_, sounds, _), (_, packs, _) = exchanges("vcr_2021_user.yml")
    catalog = Catalog([{"id": 1, "username": user["username"]}])
    catalog.remove(1)
    peer = serve(catalog)
    ours = peer.json("users/alexgenco/")
    same_shape(user, ours)
    assert ours["url"] == user["url"]
    assert peer.json("users/alexgenco/sounds/") == sounds
    assert peer.json("users/alexgenco/packs/") == packs


@pytest.mark.parametrize("name", ["tide_search-results.json", "tide_search-results-page-2.json"])
def test_search_results(serve: Serve, name: str) -> None:
    real = saved(name)
    fields = real["next"].partition("&fields=")[2]
    peer: Peer = serve(Catalog(real["results"]))
    ours = peer.json("search/", fields=fields, page_size=3, query="")
    assert set(ours) == set(real)
    for result in ours["results"]:
        assert list(result) == list(real["results"][0])
    assert ours["next"].endswith(f"&page=2&page_size=3&fields={fields}")
