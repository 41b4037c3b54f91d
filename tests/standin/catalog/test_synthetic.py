"""The synthetic catalog and the one from a file."""

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base.errors import ConfigError
from soundweave.base.paths import ROOT
from soundweave.standin import Catalog, StandIn, load_catalog, synthetic_catalog
from soundweave.standin.catalog import words
from soundweave.standin.catalog.sound import FIELDS, pack_id

DIGEST = """
import hashlib, json
from soundweave.standin import synthetic_catalog
text = json.dumps(list(synthetic_catalog(700, seed=5).sounds.values()))
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    text = json.dumps(list(synthetic_catalog(700, seed=5).sounds.values()))
    for hash_seed in ("1", "2"):
        done = subprocess.run(
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
        assert done.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()
    assert synthetic_catalog(700, seed=6).sounds != synthetic_catalog(700, seed=5).sounds


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 3))
def test_more_sounds_keep_the_earlier_ones(few: int, more: int, seed: int) -> None:
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


def test_values_are_like_the_real_ones() -> None:
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


def test_hostile_texts_are_there_unless_unwanted() -> None:
    def texts(catalog: Catalog) -> set[str]:
        sounds = catalog.sounds.values()
        parts = [[s["name"], s["username"], s["pack_name"] or "", *s["tags"]] for s in sounds]
        return {text for part in parts for text in part}

    hostile = {*words.HOSTILE_NAMES, *words.HOSTILE_USERS, *words.HOSTILE_TAGS}
    assert texts(synthetic_catalog(3000)) >= hostile
    assert not texts(synthetic_catalog(3000, hostile=False)) & hostile
    assert any("<script>" in name for name in texts(synthetic_catalog(300)))


def test_missing_fields_are_filled_in() -> None:
    sound = Catalog([{"id": 18763, "username": "a b", "geotag": "1 2"}]).sounds[18763]
    assert list(sound) == list(FIELDS)
    assert sound["url"] == "https://freesound.org/people/a%20b/sounds/18763/"
    assert sound["is_geotagged"] is True
    assert sound["previews"]["preview-hq-mp3"].startswith(
        "https://cdn.freesound.org/previews/18/18763_"
    )
    assert sound["images"]["waveform_bw_m"].endswith("_wave_bw_M.png")
    assert (sound["pack"], sound["pack_name"], sound["samplerate"]) == (None, None, 44100.0)


@pytest.mark.parametrize("bad", [{}, {"id": "1"}, {"id": 0}, {"id": True}, {"id": 1.0}])
def test_a_sound_needs_an_id(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="id"):
        Catalog([bad])


def test_sounds_do_not_share_their_lists() -> None:
    catalog = Catalog([{"id": 1}, {"id": 2}])
    catalog.sounds[1]["tags"].append("x")
    assert catalog.sounds[2]["tags"] == []


def test_a_file_round_trips(tmp_path: Path) -> None:
    catalog = synthetic_catalog(500, seed=3)
    file = tmp_path / "c.jsonl"
    lines = [json.dumps(sound, ensure_ascii=False) for sound in catalog.sounds.values()]
    file.write_text("\n".join([*lines, "", ""]), encoding="utf-8")
    assert load_catalog(file).sounds == catalog.sounds


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"7", "not a JSON object"),
        (b"{}", '"id"'),
        (b'{"id": "7"}', '"id" should be a whole number'),
        (b'{"id": -1}', '"id"'),
        (b'{"id": 7, "tags": "x"}', '"tags" should be a list of strings'),
        (b'{"id": 7, "tags": [1]}', '"tags"'),
        (b'{"id": 7, "duration": "1"}', '"duration" should be a number'),
        (b'{"id": 7, "duration": NaN}', "NaN"),
        (b'{"id": 7, "name": null}', '"name" should be a string'),
        (b'{"id": 7, "num_downloads": 1.5}', '"num_downloads"'),
        (b'{"id": 7, "is_remix": 1}', '"is_remix" should be true or false'),
        (b'{"id": 7, "pack": 900}', '"pack" should be a string or null'),
        (b'{"id": 7, "previews": {"a": 1}}', '"previews"'),
        (b'{"id": 7, "name": "\\ud800"}', "surrogate"),
        (b'{"id": 7, "name": "\xff"}', "UTF-8"),
        (b'{"id": 5}', "duplicate id 5"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, says: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b'{"id": 5}\n\n' + line + b'\n{"id": 6}\n')
    with pytest.raises(ConfigError) as caught:
        load_catalog(file)
    assert str(caught.value).startswith(f"{file}, line 3: ")
    assert says in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_catalog(tmp_path / "none.jsonl")


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
            assert session.get(url, headers=headers, timeout=10).status_code == 200
            times.append(time.process_time() - started)
    assert sorted(times)[3] < 0.1
