import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from soundweave.base import config, schemas
from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG, SCHEMAS


def written(tmp_path: Path, **changes: Any) -> Path:
    raw = yaml.safe_load(CONFIG.read_text())
    for dotted, value in changes.items():
        section, _, key = dotted.partition("__")
        if key:
            raw[section][key] = value
        else:
            raw[section] = value
    path = tmp_path / "pipeline.yaml"
    path.write_text(yaml.safe_dump(raw))
    return path


def test_the_shipped_configuration_is_read_whole() -> None:
    raw = yaml.safe_load(CONFIG.read_text())
    raw.pop("translation")  # soundweave.translation.settings reads it
    read = config.load(environ={})
    settings = {name: dict(vars(section)) for name, section in vars(read).items()}
    settings["website"]["preview_origins"] = list(read.website.preview_origins)
    assert settings == raw


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8/apiv2", "http://127.0.0.1:8/apiv2/"])
def test_the_environment_names_the_server(base_url: str) -> None:
    read = config.load(environ={"FREESOUND_BASE_URL": base_url})
    assert read.freesound.base_url == "http://127.0.0.1:8/apiv2/"


@pytest.mark.parametrize(
    "base_url",
    [
        "localhost:8765",
        "ftp://x/",
        "http://",
        "http://a b/",
        "http://[",
        "http://a/\n",
        "\thttp://a",
        "http://user:1/secret@a/",
        "http://user:1?secret@a/",
        "http://user:1#secret@a/",
    ],
)
def test_a_wrong_server_in_the_environment_is_not_blamed_on_the_file(base_url: str) -> None:
    with pytest.raises(ConfigError, match=r"^FREESOUND_BASE_URL is(?!.*secret)"):
        config.load(environ={"FREESOUND_BASE_URL": base_url})


def test_an_empty_variable_names_no_server() -> None:
    # As a workflow hands on a variable that is not set.
    assert config.load(environ={"FREESOUND_BASE_URL": ""}) == config.load(environ={})


def test_a_value_in_the_file_is_used(tmp_path: Path) -> None:
    assert config.load(written(tmp_path, milestones__interval=7), {}).milestones.interval == 7


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"collector__max_request": 5}, "collector.*max_request"),
        ({"extra": {}}, "extra"),
        ({"milestones__interval": 0}, "milestones.interval.*0"),
        ({"milestones__interval": "100"}, "milestones.interval"),
        ({"collector__max_sounds": 0}, "collector.max_sounds"),
        ({"collector__new_sounds": -1}, "collector.new_sounds"),
        ({"collector__hidden_after_nights": 0}, "collector.hidden_after_nights"),
        ({"collector__refresh_requests": -1}, "collector.refresh_requests"),
        ({"collector__overlap_days": 1e9}, "collector.overlap_days"),
        ({"collector__refresh_after_days": 1e9}, "collector.refresh_after_days"),
        ({"collector__pack_refresh_days": 1e9}, "collector.pack_refresh_days"),
        ({"collector__similar_again_days": 1e9}, "collector.similar_again_days"),
        ({"collector__query": "x" * 201}, "collector.query"),
        ({"freesound__timeout_seconds": 1e9}, "freesound.timeout_seconds"),
        ({"freesound__backoff_seconds": 1e9}, "freesound.backoff_seconds"),
        ({"freesound__backoff_max_seconds": 1e9}, "freesound.backoff_max_seconds"),
        ({"freesound__timeout_seconds": float("nan")}, "freesound.timeout_seconds"),
        ({"validation__levels": {"tags": "strict"}}, "validation.levels.tags"),
        ({"website__preview_origins": ["javascript:x"]}, "website.preview_origins.0"),
        ({"collector__mode": "all"}, "collector.mode.*all"),
        ({"freesound__base_url": "freesound.org"}, "freesound.base_url"),
        ({"freesound": None}, "freesound"),
        ({"website": []}, "website"),
    ],
)
def test_a_wrong_key_or_value_is_named(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        config.load(written(tmp_path, **changes), {})


@pytest.mark.parametrize("text", ["", "[1, 2", "a: b: c", "- 1", "\xff\xfe"])
def test_a_file_that_is_no_configuration(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"pipeline\.yaml"):
        config.load(path, {"FREESOUND_BASE_URL": "http://127.0.0.1/"})


def test_a_file_that_would_run_something_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(ConfigError, match=r"(?s)is not YAML.*could not determine a constructor"):
        config.load(path, {})


@pytest.mark.parametrize("text", ["a: 1\na: 2", "website: {title: x, rows: 1, title: y}"])
def test_a_duplicated_key_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"(?s)the key '(a|title)' is duplicated.*line [12]"):
        config.load(path, {})


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        config.load(tmp_path / "none.yaml", {})


def test_every_key_of_the_file_is_described_beside_it_or_speaks_for_itself() -> None:
    own, _, _ = CONFIG.read_text().partition("\ntranslation:")
    keys = re.findall(r"^  (\w+):", own, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) == sum(len(vars(s)) for s in vars(config.load()).values())


def test_the_schema_file_is_the_one_the_settings_generate() -> None:
    assert json.loads((SCHEMAS / "pipeline.schema.json").read_text()) == config.schema(), (
        "run: make schemas"
    )


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_every_schema_is_one_and_says_what_it_is_for(path: Path) -> None:
    name = path.name.removesuffix(".schema.json")
    schema = schemas.read(name)
    Draft202012Validator.check_schema(schema)
    assert len(schema["title"]) > 20
    assert schema.get("additionalProperties", True) is not True or name == "catalogue_sound"
