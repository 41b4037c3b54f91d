import argparse
import datetime as dt
import json
import pickle

import pytest
import yaml

from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG, SCHEMAS
from soundweave.translation import settings, settings_layers

FILE = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))


def written(folder, translation):
    path = folder / "pipeline.yaml"
    rest = {name: section for name, section in FILE.items() if name != "translation"}
    path.write_text(yaml.safe_dump(rest | {"translation": translation}), encoding="utf-8")
    return path


def load(folder, translation=None, overrides=None, **environ):
    return settings.load(overrides, path=written(folder, translation or {}), environ=environ)


def test_the_shipped_file_is_valid_and_crosses_processes():
    loaded, layers = settings.load(environ={})
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    assert loaded.candidate_count == FILE["translation"]["parallel_count"]["hybrid"]
    assert layers.source("engine") == "config/pipeline.yaml"
    assert set(loaded.modes) == set(settings.MODES)


def test_each_layer_overrides_the_one_below(tmp_path):
    def count(**layers):
        loaded, origins = load(tmp_path, **layers)
        origin = origins.source("parallel_count.hybrid")
        return loaded.candidate_count, origin.replace(str(tmp_path), "")

    file = {"translation": {"parallel_count": {"hybrid": 2}}}
    environ = {"TRANSLATION_PARALLEL_COUNT": "3"}
    assert count() == (1, "default")
    assert count(**file) == (2, "/pipeline.yaml")
    assert count(**file, **environ) == (3, "environment, TRANSLATION_PARALLEL_COUNT")
    assert count(**file, **environ, overrides={"parallel_count.*": 4}) == (4, "command line")
    assert count(**file, TRANSLATION_PARALLEL_COUNT=" ") == (2, "/pipeline.yaml")


def test_the_mode_chooses_count_and_stages(tmp_path):
    file = {
        "parallel_count": {"reasoning": 5, "hybrid": 2},
        "models": {"big": {"name": "big-1"}},
        "modes": {"reasoning": {"EditorReview": {"models": "big", "prompts": ["a", "b"]}}},
    }
    loaded, _ = load(tmp_path, file, TRANSLATION_WORKFLOW_MODE="reasoning")
    assert (loaded.workflow_mode, loaded.candidate_count) == ("reasoning", 5)
    assert loaded.stages["EditorReview"] == settings.StageSettings(("big",), ("a", "b"))
    assert load(tmp_path, file)[0].stages == {}


def test_a_model_of_the_environment_renames_the_configured_ones(tmp_path):
    models = {"fast": {"name": "a", "input_price": 1.5}, "slow": {"name": "b"}}
    loaded, _ = load(tmp_path, {"models": models}, TRANSLATION_MODEL="mine")
    assert loaded.models == {
        "fast": settings.ModelSettings("mine", 1.5),
        "slow": settings.ModelSettings("mine"),
    }
    assert load(tmp_path, {}, TRANSLATION_MODEL="mine")[0].models == {}


def test_zero_is_a_value(tmp_path):
    file = {"max_cost": 0, "max_tokens": 0, "chat": {"backoff_seconds": 0}}
    loaded, _ = load(tmp_path, file)
    assert (loaded.max_cost, loaded.max_tokens, loaded.chat.backoff_seconds) == (0, 0, 0)
    assert load(tmp_path, {}, TRANSLATION_MAX_TOKENS="0")[0].max_tokens == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"paralel_count": {}}, "paralel_count"),
        ({"chat": {"retries": 3}}, "retries"),
        ({"modes": {"fast": {}}}, "fast"),
        ({"modes": {"hybrid": {"Proofreading": {}}}}, "Proofreading"),
        ({"modes": {"hybrid": {"EditorReview": {"model": "x"}}}}, "'model'"),
        ({"apertium": {"routes": {"english": ["eng-spa"]}}}, "'english'"),
        ({"apertium": {"routes": {"en-es": ["eng-spa", "eng-spa"]}}}, "routes.en-es"),
        ({"models": {"fast": {}}}, "models.fast: 'name' is a required property"),
        ({"modes": {"hybrid": {"EditorReview": {"temperatures": 3}}}}, "temperatures: 3"),
        ({"modes": {"hybrid": {"EditorReview": {"prompts": []}}}}, "prompts"),
        ({"parallel_count": {"hybrid": 0}}, "parallel_count.hybrid: 0"),
        ({"parallel_count": 3}, "parallel_count: 3"),
        ({"engine": "oracle"}, "engine: 'oracle'"),
        ({"apertium": {"routes": {"en-es": []}}}, "routes.en-es"),
        ({"apertium": {"routes": {"en-es": ["../eng-spa"]}}}, "../eng-spa"),
        ({"chat": {"base_url": "ftp://x"}}, "chat.base_url"),
        ({"evaluation": {"select": {"poem": "line"}}}, "evaluation.select.poem"),
        ({"models": {"a.b": {"name": "x"}}}, "a.b"),
        ([], "not of type 'object'"),
    ],
    ids=str,
)
def test_invalid_values_in_the_file_are_named(tmp_path, file, words):
    with pytest.raises(ConfigError) as caught:
        settings.load(path=written(tmp_path, file), environ={})
    assert words in str(caught.value)
    assert "pipeline.yaml" in str(caught.value)


def test_a_single_value_is_a_list_of_one_even_if_it_is_zero(tmp_path):
    stage = {"prompts": "a", "temperatures": 0, "max_tokens": 7}
    loaded, _ = load(tmp_path, {"modes": {"hybrid": {"EditorReview": stage}}})
    assert loaded.stages["EditorReview"] == settings.StageSettings((), ("a",), (0,), 7)
    assert loaded.stages["EditorReview"].temperatures[0] is not None
    assert settings.StageSettings().temperatures == (None,)


@pytest.mark.parametrize("key", ["max_cost", "deadline_seconds", "chat.timeout_seconds"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")], ids=str)
def test_limits_must_be_finite(tmp_path, key, value):
    with pytest.raises(ConfigError, match=rf"{key}: .*finite number.*\(from command line\)"):
        load(tmp_path, {}, {key: value})


def test_no_deadline_is_longer_than_a_day(tmp_path):
    with pytest.raises(ConfigError, match="deadline_seconds: 86401 is greater"):
        load(tmp_path, {"deadline_seconds": 86401})


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("quorum=2", ("quorum", 2)),
        ("max_cost=null", ("max_cost", None)),
        ("dask_scheduler=", ("dask_scheduler", "")),
        ("chat.base_url=http://x/?a=b", ("chat.base_url", "http://x/?a=b")),
        ("modes.hybrid.Evaluation.models=[a, b]", ("modes.hybrid.Evaluation.models", ["a", "b"])),
    ],
)
def test_an_assignment_is_a_key_and_a_value_of_yaml(text, pair):
    assert settings_layers.assignment(text) == pair


@pytest.mark.parametrize("text", ["quorum", "=2", "", "quorum=[", "quorum={a", "quorum=\0"])
def test_an_invalid_assignment_is_an_error(text):
    with pytest.raises(argparse.ArgumentTypeError):
        settings_layers.assignment(text)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TRANSLATION_MAX_COST": "nan"}, "max_cost: Input should be a finite number (it is nan)"),
        (
            {"TRANSLATION_ENGINE": "oracle"},
            "engine: Input should be 'auto', 'chat' or 'apertium' (it is",
        ),
        ({"TRANSLATION_PARALLEL_COUNT": "many"}, "valid integer (it is 'many')"),
        ({"TRANSLATION_PARALLEL_COUNT": "0"}, "greater than or equal to 1 (it is 0)"),
        ({"TRANSLATION_BASE_URL": "localhost:8000"}, "chat.base_url"),
        (
            {"TRANSLATION_MAX_COST": "-1"},
            "max_cost: Input should be greater than or equal to 0 (it is -1)",
        ),
    ],
    ids=str,
)
def test_invalid_values_in_the_environment_are_named_with_their_variable(tmp_path, environ, words):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {}, **environ)
    assert words in str(caught.value)
    assert f"environment, {next(iter(environ))}" in str(caught.value)


def test_the_table_names_every_value_and_its_origin(tmp_path):
    _, layers = load(tmp_path, {"quorum": 2}, {"engine": "chat"}, TRANSLATION_API_KEY="sk-secret")
    lines = str(layers).splitlines()
    assert len(lines) == len(layers.to_json())
    shown_by_key = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}
    assert shown_by_key["engine"] == '"chat"  (command line)'
    assert shown_by_key["quorum"] == f"2  ({tmp_path / 'pipeline.yaml'})"
    assert shown_by_key["max_cost"] == "null  (default)"
    assert "sk-secret" not in str(layers)


def test_numbers_in_a_list_must_be_finite(tmp_path):
    with pytest.raises(ConfigError, match=r"temperatures\.1: .* finite number"):
        load(tmp_path, {}, {"modes.hybrid.EditorReview.temperatures": [0.2, float("nan")]})


def test_a_password_in_an_address_is_not_shown(tmp_path):
    address = "http://me:secret@example.org/v1"
    loaded, layers = load(tmp_path, TRANSLATION_BASE_URL=address)
    assert loaded.chat.base_url == address
    assert "secret" not in str(layers)
    assert layers.to_json()["chat.base_url"]["value"] == "http://***@example.org/v1"


def test_the_schema_on_disk_is_that_of_the_types():
    schema = json.loads((SCHEMAS / "translation_settings.schema.json").read_text())
    assert schema == settings.schema(), "run: make schemas"


def test_the_origin_of_a_map_is_that_of_all_its_values(tmp_path):
    models = {"fast": {"name": "a", "input_price": 1.5}}
    _, layers = load(tmp_path, {"models": models}, {"models.fast": {"name": "b"}})
    assert layers.to_json()["models.fast.name"] == {"value": "b", "source": "command line"}
    assert "models.fast.input_price" not in layers.to_json()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("recordings", "", "recordings: .*name a file"),
        ("seed", dt.date(2026, 1, 1), "seed: .*valid integer"),
        ("apertium.routes.en-es", ["eng-spa", "eng-spa"], "en-es: .*name each one once"),
        ("modes.hybrid.Proofreading.models", "fast", "Proofreading"),
        ("surprise", 1, "surprise"),
    ],
)
def test_invalid_values_of_the_command_line_are_named(tmp_path, key, value, words):
    with pytest.raises(ConfigError, match=rf"{words}.*\(from command line\)"):
        load(tmp_path, {}, {key: value})


def test_a_single_value_has_no_keys(tmp_path):
    with pytest.raises(ConfigError, match="engine is one value"):
        load(tmp_path, {}, {"engine.name": "chat"})
