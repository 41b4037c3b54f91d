"""The synthetic catalog."""

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base.paths import ROOT
from soundweave.standin import Catalog, StandIn, synthetic_catalog
from soundweave.standin.catalog import words
from soundweave.standin.catalog.sound import pack_id

DIGEST = """
import hashlib, json
from soundweave.standin import synthetic_catalog
text = json.dumps(list(synthetic_catalog(700, seed=5).sounds.values()))
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_catalog_in_any_process() -> None:
    text = json.dumps(list(synthetic_catalog(700, seed=5).sounds.values()))
    for hash_seed in ("1", "2"):
        process = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={
                "PYTHONPATH": str(ROOT / "scripts"),
                "PYTHONHASHSEED": hash_seed,
                "TZ": "Asia/Tokyo",
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert process.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()
    assert synthetic_catalog(700, seed=6).sounds != synthetic_catalog(700, seed=5).sounds


@settings(max_examples=20)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 3))
def test_a_larger_catalog_keeps_earlier_sounds(few: int, more: int, seed: int) -> None:
    few, more = sorted((few, more))
    small, large = synthetic_catalog(few, seed), synthetic_catalog(more, seed)
    assert len(small.sounds) == few
    assert list(large.sounds.items())[:few] == list(small.sounds.items())


@pytest.mark.parametrize("seed", range(1, 6))
def test_users_and_packs_have_heavy_tails(seed: int) -> None:
    catalog = synthetic_catalog(sounds=9281, seed=seed)
    sounds = list(catalog.sounds.values())
    users = Counter(sound["username"] for sound in sounds)
    sizes = sorted(users.values())
    assert 1800 < len(users) < 3800
    assert 0.55 < sizes.count(1) / len(users) < 0.8
    assert sizes[len(sizes) // 2] == 1
    assert sizes[-1] > 150
    assert 8 <= sum(size >= 50 for size in sizes) <= 60
    packs: dict[int, list[dict[str, object]]] = {}
    for sound in sounds:
        if (number := pack_id(sound)) is not None:
            packs.setdefault(number, []).append(sound)
    assert max(map(len, packs.values())) > 80
    assert all(len({sound["username"] for sound in pack}) == 1 for pack in packs.values())
    moments = [
        len({sound["created"] for sound in pack}) for pack in packs.values() if len(pack) > 5
    ]
    assert moments.count(1) > 0.4 * len(moments)


def test_values_resemble_real_ones() -> None:
    sounds = list(synthetic_catalog(sounds=3000, seed=2).sounds.values())
    created = [sound["created"] for sound in sounds]
    assert created[0][:4] == "2005"
    assert "2023" < max(created) < "2026-01-01"
    assert 0 < sum(a > b for a, b in pairwise(created)) < 0.1 * len(created)
    ids = [sound["id"] for sound in sounds]
    assert ids == sorted(set(ids))
    durations = sorted(sound["duration"] for sound in sounds)
    assert 6 < durations[1500] < 14
    licenses = Counter(sound["license"] for sound in sounds)
    assert len(licenses) == 6
    assert {url.split(":")[0] for url in licenses} == {"http", "https"}
    assert 6 < sum(len(sound["tags"]) for sound in sounds) / 3000 < 13
    doubles = [s for s in sounds if len({t.lower() for t in s["tags"]}) < len(set(s["tags"]))]
    assert doubles
    assert len({sound["md5"] for sound in sounds}) == 3000


def test_hostile_texts_are_optional() -> None:
    def texts(catalog: Catalog) -> set[str]:
        sounds = catalog.sounds.values()
        parts = [[s["name"], s["username"], s["pack_name"] or "", *s["tags"]] for s in sounds]
        return {text for part in parts for text in part}

    hostile = {*words.HOSTILE_NAMES, *words.HOSTILE_USERS, *words.HOSTILE_TAGS}
    assert texts(synthetic_catalog(3000)) >= hostile
    assert not texts(synthetic_catalog(3000, hostile=False)) & hostile
    assert any("<script>" in name for name in texts(synthetic_catalog(300)))


def test_a_large_catalog_is_fast() -> None:
    started = time.process_time()
    catalog = synthetic_catalog(20_000)
    assert time.process_time() - started < 15
    headers = {"Authorization": "Token k"}
    with StandIn(catalog) as server, requests.Session() as session:
        times = []
        for page in range(1, 8):
            started = time.process_time()
            url = f"{server.base_url}search/?sort=created_desc&page_size=150&page={page}"
            assert session.get(url, headers=headers, timeout=60).status_code == 200
            times.append(time.process_time() - started)
    assert sorted(times)[3] < 0.1
