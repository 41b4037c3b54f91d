import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soundweave.freesound.sound import InvalidSoundError, Sound, clean, read_sound

KINDS = ("mp3", "ogg")
GOOD = {
    "id": 900001,
    "name": "lark.wav",
    "username": "someone",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "created": "2014-04-16T20:07:11Z",
    "tags": ["bird", "Bird"],
    "duration": 1.5,
    "type": "wav",
    "pack": "https://freesound.org/apiv2/packs/900/",
    "pack_name": "Larks",
    "previews": {"preview-hq-mp3": "https://cdn.freesound.org/previews/900/900001_5-hq.mp3"},
    "num_downloads": 7,
    "is_explicit": False,
    "gen_ai_preference": "no-gen-ai",
}


def test_every_field_arrives() -> None:
    assert read_sound(GOOD) == Sound(
        id=900001,
        name="lark.wav",
        username="someone",
        license="https://creativecommons.org/licenses/by/4.0/",
        created="2014-04-16T20:07:11Z",
        tags=("bird", "Bird"),
        duration=1.5,
        type="wav",
        pack_id=900,
        pack_name="Larks",
        preview_mp3="https://cdn.freesound.org/previews/900/900001_5-hq.mp3",
        preview_ogg=None,
        num_downloads=7,
        is_explicit=False,
        gen_ai_preference="no-gen-ai",
    )


@pytest.mark.parametrize(
    ("created", "read"),
    [
        ("2014-04-16T20:07:11", "2014-04-16T20:07:11Z"),
        ("2014-04-16T20:07:11.904", "2014-04-16T20:07:11Z"),
        ("2014-04-16T22:07:11+02:00", "2014-04-16T20:07:11Z"),
    ],
)
def test_times_become_utc(created: str, read: str) -> None:
    assert read_sound(GOOD | {"created": created}).created == read


@pytest.mark.parametrize(
    "field",
    [
        *("tags", "duration", "type", "pack", "pack_name", "previews"),
        *("is_explicit", "gen_ai_preference"),
    ],
)
def test_optional_fields_may_be_null_or_missing(field: str) -> None:
    assert read_sound(GOOD | {field: None}).id == 900001
    assert read_sound({k: v for k, v in GOOD.items() if k != field}).id == 900001


@pytest.mark.parametrize("value", [1, "true", ["no-gen-ai"], {}, ""])
def test_newer_fields_of_an_unknown_form_are_not_known(value: Any) -> None:
    sound = read_sound(GOOD | {"is_explicit": value, "gen_ai_preference": value})
    assert sound.is_explicit is None
    assert sound.gen_ai_preference == (value if value == "true" else None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", "900001"),
        ("id", True),
        ("id", 0),
        ("id", -4),
        ("id", 2**70),
        ("id", 2**53),
        ("name", None),
        ("name", "  "),
        ("name", ["lark"]),
        ("username", ""),
        ("username", 5),
        ("license", None),
        ("created", None),
        ("created", "yesterday"),
        ("created", 1397678831),
        ("created", "0001-01-01T00:00:00Z"),
        ("created", "0001-01-01T00:00:00+14:00"),
        ("created", "9999-12-31T23:59:59-14:00"),
        ("created", "2004-12-31T23:59:59Z"),
        ("tags", "bird"),
        ("tags", [1]),
        ("tags", 0),
        ("duration", "long"),
        ("duration", -1),
        ("duration", float("nan")),
        ("duration", float("inf")),
        ("duration", True),
        ("duration", 10_000_001),
        ("duration", 1e300),
        ("duration", 10**400),
        ("pack", 900),
        ("pack", "https://freesound.org/people/someone/"),
        ("pack", "https://freesound.org/apiv2/packs/99999999999999999999/"),
        ("pack", f"https://freesound.org/apiv2/packs/{2**53}/"),
        ("previews", "https://freesound.org/a.mp3"),
        ("num_downloads", "7"),
        ("num_downloads", 10**9 + 1),
        ("num_downloads", 2**63),
        ("num_downloads", -1),
    ],
)
def test_wrong_fields_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSoundError, match=field):
        read_sound(GOOD | {field: value})


@pytest.mark.parametrize("raw", [None, [], "sound", 5])
def test_only_objects_are_accepted(raw: object) -> None:
    with pytest.raises(InvalidSoundError):
        read_sound(raw)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x/y.mp3", 5, "https://a b/", "https://a/\n"]
)
def test_a_preview_must_be_a_web_address(url: object) -> None:
    assert read_sound(GOOD | {"previews": {"preview-hq-mp3": url}}).preview_mp3 is None


@given(st.text(st.characters(codec=None, categories=None)))
def test_tags_are_storable(text: str) -> None:
    (tag,) = read_sound(GOOD | {"tags": [text]}).tags
    assert "\0" not in tag
    tag.encode()


def test_both_previews_have_their_own_address() -> None:
    previews = {f"preview-hq-{kind}": f"https://cdn.freesound.org/a.{kind}" for kind in KINDS}
    sound = read_sound(GOOD | {"previews": previews})
    assert sound.preview_mp3 == "https://cdn.freesound.org/a.mp3"
    assert sound.preview_ogg == "https://cdn.freesound.org/a.ogg"


@given(st.text(st.characters(codec=None, categories=None)))
def test_clean_text_is_storable(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), st.lists))
def test_any_json_value_in_any_field_is_read_or_refused(value: object) -> None:
    for field in GOOD:
        try:
            sound = read_sound(GOOD | {field: value})
        except InvalidSoundError:
            continue
        json.dumps(vars(sound), allow_nan=False)


def recorded_sounds(folder: Path) -> list[dict[str, object]]:
    """Every sound object in the recorded answers, whatever its fields."""
    answers = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    for path in sorted(folder.glob("*.yml")):
        exchanges = yaml.safe_load(path.read_text())["http_interactions"]
        answers += [json.loads(exchange["response"]["body"]["string"]) for exchange in exchanges]
    flat: list[object] = []
    for answer in answers:
        flat += answer if isinstance(answer, list) else answer.get("results", [answer])
    return [raw for raw in flat if isinstance(raw, dict) and "duration" in raw and "name" in raw]


def test_recorded_answers_parse(real_freesound: Path) -> None:
    raws = recorded_sounds(real_freesound / "api_responses")
    complete = [raw for raw in raws if {"license", "created"} <= raw.keys()]
    assert len(complete) >= 8
    for raw in complete:
        sound = read_sound(raw)
        assert sound.id == raw["id"]
        assert list(sound.tags) == raw.get("tags", [])
        assert (sound.pack_id is None) == (raw.get("pack") is None)
        assert sound.created.startswith(str(raw["created"])[:19])
    partial = [raw for raw in raws if raw not in complete]
    assert len(partial) >= 20
    for raw in partial:
        with pytest.raises(InvalidSoundError, match="license"):
            read_sound(raw)
