"""The catalog from a file, and how sounds are completed."""

import json
from pathlib import Path

import pytest

from soundweave.base.errors import ConfigError
from soundweave.standin import Catalog, load_catalog, synthetic_catalog
from soundweave.standin.catalog.sound import FIELDS


def test_missing_fields_get_defaults() -> None:
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


def test_sounds_share_no_lists() -> None:
    catalog = Catalog([{"id": 1}, {"id": 2}])
    catalog.sounds[1]["tags"].append("x")
    assert catalog.sounds[2]["tags"] == []


def test_a_catalog_survives_a_round_trip(tmp_path: Path) -> None:
    catalog = synthetic_catalog(500, seed=3)
    file = tmp_path / "c.jsonl"
    lines = [json.dumps(sound, ensure_ascii=False) for sound in catalog.sounds.values()]
    file.write_text("\n".join([*lines, "", ""]), encoding="utf-8")
    assert load_catalog(file).sounds == catalog.sounds


@pytest.mark.parametrize(
    ("line", "message"),
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
def test_an_invalid_line_is_reported(tmp_path: Path, line: bytes, message: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b'{"id": 5}\n\n' + line + b'\n{"id": 6}\n')
    with pytest.raises(ConfigError) as caught:
        load_catalog(file)
    assert str(caught.value).startswith(f"{file}, line 3: ")
    assert message in str(caught.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_catalog(tmp_path / "none.jsonl")
