"""Settings that do not hold together are named before anything is sent."""

from typing import get_args

import pytest
import yaml

from soundweave.base.errors import ConfigError
from soundweave.base.paths import CONFIG
from soundweave.translation import settings
from soundweave.translation.running import check
from soundweave.translation.running.stages import STAGES

CHAT = {"chat.base_url": "http://127.0.0.1:9/v1"}
PRICES = {
    f"models.{model}.{price}_price": 0
    for model in ("fast", "reasoner")
    for price in ("input", "output")
}


def problems_of(overrides, path=None):
    """Return the problems of the shipped settings, or those of `path`, with overrides."""
    config, _ = settings.load(overrides, environ={}, **({"path": path} if path else {}))
    try:
        check.check(config)
    except ConfigError as error:
        return str(error).removeprefix("translation:\n  ").split("\n  ")
    return []


def test_the_settings_know_the_stages():
    assert list(get_args(settings.StageName)) == list(STAGES)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"min_candidates": 4}, "min_candidates is more than parallel_count, 3"),
        ({"quorum": 4}, "quorum is more than parallel_count, 3"),
        ({"quorum": 1, "min_candidates": 2}, "quorum is less than min_candidates"),
        ({"evaluation.shortest": 2.0}, "evaluation.shortest is not below evaluation.longest"),
        ({"modes.reasoning.EditorReview.models": ["fast", "huge"]}, "there is no model huge"),
        ({"modes.manual.Evaluation.models": "fast"}, "modes.manual.Evaluation: it has a model"),
        ({"modes.manual.EditorReview.prompts": "nope"}, "modes.manual.EditorReview: no prompt"),
        ({"modes.non_reasoning.EditorReview.prompts": "judge"}, "not answer_review"),
        ({"modes.hybrid.TranslatorRevision.prompts": "editor_review"}, "answer_revision"),
        (
            {"max_cost": 0, **PRICES, "models.fast.output_price": None},
            "output_price of models.fast",
        ),
        ({"max_cost": 0, **PRICES, "models.reasoner.input_price": None}, "of models.reasoner"),
    ],
    ids=str,
)
def test_what_does_not_hold_together_is_said(overrides, words):
    (problem,) = problems_of(CHAT | overrides)
    assert words in problem


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"min_candidates": 3, "quorum": 3},
        {"min_candidates": 2, "quorum": 0},
        {"max_cost": 0, **PRICES},
        {"max_cost": 1, "engine": "apertium"},
    ],
    ids=str,
)
def test_what_holds_is_not_objected_to(overrides):
    assert problems_of(CHAT | overrides) == []


def test_all_that_is_wrong_is_said_at_once():
    overrides = {"max_cost": 1, "quorum": 9, "modes.manual.EditorReview.prompts": ["nope", "judge"]}
    assert len(problems_of(CHAT | overrides)) == 5


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (CHAT, ["it needs a model, to ask a chat endpoint", "it needs a prompt"]),
        ({"engine": "chat", "answers": "replay"}, ["it needs a model", "it needs a prompt"]),
        (
            CHAT | {"modes.hybrid.InitialTranslation.prompts": "initial_free"},
            ["it needs a model"],
        ),
        ({"workflow_mode": "manual"}, ["modes.manual.InitialTranslation: it needs a prompt"]),
        ({}, []),
        (CHAT | {"engine": "apertium"}, []),
    ],
    ids=str,
)
def test_who_translates_must_be_asked_something(tmp_path, overrides, words):
    file = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    del file["translation"]
    (tmp_path / "pipeline.yaml").write_text(yaml.safe_dump(file), encoding="utf-8")
    problems = problems_of(overrides, tmp_path / "pipeline.yaml")
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))
