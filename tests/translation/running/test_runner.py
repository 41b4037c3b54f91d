"""Jobs one after the other: what they may spend, what they go on with, what comes of them."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from soundweave.base.errors import ConfigError
from soundweave.base.progress import Progress
from soundweave.translation import settings
from soundweave.translation.asking import prompts
from soundweave.translation.engines import apertium, dispatch
from soundweave.translation.engines.apertium import Rendering
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.failures import UnavailableError
from soundweave.translation.model import TITLE, Kind, Segment, Text, numbered
from soundweave.translation.results import result_files
from soundweave.translation.running import display, runner
from soundweave.translation.running.checkpoint import alone
from soundweave.translation.running.events import Events
from soundweave.translation.running.runner import WEIGHTS, Job, Outcome, Runner, plan
from tests.commands.test_run_translations import STAGES, purpose, seed
from tests.translation.chat_server import ChatServer, says, status
from tests.translation.results.test_results import record_of

POEM = Text(
    "poem",
    "Two Rivers",
    "Nobody",
    Kind.PROSE,
    "en",
    ("es", "ca"),
    "",
    (Segment(TITLE, "Two Rivers"), *numbered(["The long river sings.", "It never stops."])),
)
JOB = Job(POEM, "es")
THREE = [Job(replace(POEM, name=name), "es") for name in ("a", "b", "c")]
PRICES = {
    f"models.{model}.{price}_price": 1000
    for model in ("fast", "reasoner")
    for price in ("input", "output")
}


@pytest.fixture
def chat(monkeypatch):
    monkeypatch.setattr(dispatch, "_endpoints", {})
    with ChatServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, chat):
    """Run jobs in this process, one candidate each if not told otherwise."""

    def go(*jobs, **changes):
        single = {"parallel_count.*": 1, "executor": "thread"}
        address = {"chat.base_url": chat.base_url, "chat.backoff_seconds": 0}
        overrides = {key.replace("__", "."): value for key, value in changes.items()}
        config, _ = settings.load(single | address | overrides, environ={})
        jobs = jobs or (JOB,)
        path = tmp_path / "work" / "events.jsonl"
        events = Events(path, "run", [job.name for job in jobs], WEIGHTS)
        runner_of_jobs = Runner(config, events, work=tmp_path / "work", output=tmp_path / "out")
        return list(runner_of_jobs.run(jobs))

    return go


def denied_at(stage):
    return lambda request: status(400, "no") if purpose(request) == stage else None


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def asked_for(chat, stage):
    return sum(purpose(request) == stage for request in chat.requests)


@pytest.mark.parametrize(
    ("changed", "requests"),
    [
        ({}, 1),
        ({"deadline_seconds": 7}, 1),
        ({"seed": 2}, 2),
        ({"parallel_count.*": 2}, 3),
        ({"models.fast.name": "another"}, 2),
        ({"modes.hybrid.InitialTranslation.temperatures": 0.9}, 2),
        ({"modes.hybrid.TranslatorRevision.max_tokens": 99}, 2),
        ({"evaluation.longest": 3.0}, 2),
    ],
    ids=str,
)
def test_what_was_begun_is_gone_on_with_unless_a_setting_changed(run, chat, changed, requests):
    chat.choose = denied_at("EditorReview")
    assert statuses(run()) == ["failed"]
    chat.choose = lambda request: None
    assert statuses(run(**changed)) == ["done"]
    assert asked_for(chat, "InitialTranslation") == requests


@pytest.mark.parametrize(
    "part",
    [{"title": "Rivers"}, {"notes": "calm"}, {"segments": POEM.segments[:2]}],
    ids=lambda part: next(iter(part)),
)
def test_what_was_begun_with_another_text_is_begun_anew(run, chat, part):
    chat.choose = denied_at("EditorReview")
    run()
    chat.choose = lambda request: None
    assert statuses(run(Job(replace(POEM, **part), "es"))) == ["done"]
    assert asked_for(chat, "InitialTranslation") == 2


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        (prompts, "load", lambda name, load=prompts.load: replace(load(name), digest="another")),
        (runner, "schemas", SimpleNamespace(validator=lambda name: SimpleNamespace(schema={}))),
    ],
    ids=["prompt", "form"],
)
def test_what_was_begun_with_another_prompt_or_version_is_begun_anew(
    run, chat, monkeypatch, module, name, instead
):
    chat.choose = denied_at("EditorReview")
    run()
    before = asked_for(chat, "InitialTranslation")
    with monkeypatch.context() as patch:
        patch.setattr(module, name, instead)
        run()
    assert asked_for(chat, "InitialTranslation") == before + 1


@pytest.mark.parametrize(("limit", "more"), [("max_tokens", 1), ("max_cost", 0.0001)])
def test_a_limit_is_one_for_all_texts_of_a_run(run, chat, limit, more):
    spent = run(**PRICES)[0].record["ledger"]["totals"][limit.removeprefix("max_")]
    before = len(chat.requests)
    outcomes = run(*THREE, **PRICES, **{limit: spent + more})
    assert statuses(outcomes) == ["done", "failed", "failed"]
    assert len(chat.requests) == before + 3 + 1
    assert "the run's limit is reached" in outcomes[2].message


@pytest.mark.parametrize(("limit", "little"), [("max_tokens", 1), ("max_cost", 0.0001)])
def test_what_an_earlier_run_spent_is_not_of_this_runs_limit(run, chat, limit, little):
    chat.choose = denied_at("EditorReview")
    run(**PRICES)
    chat.choose = lambda request: None
    before = len(chat.requests)
    assert statuses(run(**PRICES, **{limit: little})) == ["failed"]
    assert len(chat.requests) == before + 1
    assert statuses(run(**PRICES)) == ["done"]


def test_what_a_broken_text_spent_counts_as_well(run, chat, tmp_path):
    damaged = tmp_path / "recorded.jsonl"
    # Damaged at its start, it would be found before anything is asked.
    chat.choose = lambda request: damaged.write_text("nonsense\n") and None
    outcomes = run(*THREE, answers="record", recordings=str(damaged), max_tokens=1)
    assert statuses(outcomes) == ["failed"] * 3
    assert "is not a recorded answer" in outcomes[0].message
    assert "limit is reached" in outcomes[1].message
    assert len(chat.requests) == 1


def test_too_few_valid_candidates_are_too_few(run, chat):
    chat.choose = lambda request: status(400, "no") if seed(request) == 2 else None
    (outcome,) = run(**{"parallel_count.*": 2}, min_candidates=2)
    assert "1 of 2 candidates are valid, 2 needed: candidate 1: " in outcome.message
    assert statuses(run(**{"parallel_count.*": 2}, min_candidates=1)) == ["done"]


def test_a_candidate_that_waits_for_a_free_slot_gets_time_for_it(run, chat):
    chat.seconds = 1.1
    overrides = {"parallel_count.*": 3, "chat.concurrency": 1, "deadline_seconds": 3}
    (outcome,) = run(**overrides)
    assert [candidate["error"] for candidate in outcome.record["candidates"]] == ["", "", ""]


def test_an_answer_that_cannot_be_taken_is_not_gone_on_with(run, chat):
    useless = {"segments": [{"id": name, "text": ""} for name in ("title", "1", "2")], "notes": ""}
    chat.choose = lambda request: says(json.dumps(useless))
    assert "candidate 1: not usable" in run()[0].message
    chat.choose = lambda request: None
    assert statuses(run()) == ["done"]


def test_no_more_candidates_are_needed_than_there_are_routes(run, tmp_path):
    recordings = Recordings(tmp_path / "recorded.jsonl")
    routes = settings.load(environ={})[0].apertium.routes["ca-es"]
    for route in routes:
        for source in POEM.sources:
            answer = asdict(Rendering(f"{source[:-1]} como {len(route)}.", 0))
            recordings.put({"route": route, "text": source}, answer)
    overrides = {
        "engine": "apertium",
        "answers": "replay",
        "recordings": str(tmp_path / "recorded.jsonl"),
    }
    three = {"parallel_count.*": 3, "min_candidates": 3, "evaluation.source_similarity": 100}
    (outcome,) = run(Job(replace(POEM, source_lang="ca"), "es"), **overrides, **three)
    assert outcome.status == "done", outcome.message
    assert [entry["config"]["route"] for entry in outcome.record["candidates"]] == list(routes)
    assert {entry["outcome"] for entry in outcome.record["ledger"]["requests"]} == {"ok"}
    (outcome,) = run(Job(replace(POEM, source_lang="pt"), "es"), **overrides)
    (ledger,) = (tmp_path / "work").rglob("ledger.jsonl")
    assert (outcome.status, ledger.read_text().count('"not_recorded"')) == ("failed", 1)


def test_a_segment_that_a_route_lost_is_told_with_its_reason(run, tmp_path):
    recordings = Recordings(tmp_path / "recorded.jsonl")
    for source in POEM.sources:
        lost = source.startswith("It")
        rendering = (
            Rendering(None, None, "it broke") if lost else Rendering("Los dos ríos cantan.", 1)
        )
        recordings.put({"route": "eng-spa", "text": source}, asdict(rendering))
    overrides = {"engine": "apertium", "answers": "replay"}
    (outcome,) = run(**overrides, recordings=str(tmp_path / "recorded.jsonl"))
    (candidate,) = outcome.record["candidates"]
    assert candidate["problems"] == ["2: it broke"]
    assert candidate["marks"] == [1, 1, None]
    assert outcome.message == "not translated: 2"


def test_an_engine_of_this_machine_is_free_and_keeps_placeholders(run, chat, apertium):
    strings = (Segment("a", "You have {count} new sounds."),)
    text = replace(POEM, kind=Kind.INTERFACE, segments=strings)
    (outcome,) = run(Job(text, "es"), engine="apertium", max_tokens=0)
    assert outcome.status == "done", outcome.message
    assert "{count}" in outcome.record["translation"][0]["text"]
    (request,) = outcome.record["ledger"]["requests"]
    assert (request["provider"], request["outcome"], request["cost"]) == ("apertium", "ok", 0)
    assert not chat.requests


def test_an_engine_that_does_not_start_is_in_the_ledger_with_its_class(run, monkeypatch, tmp_path):
    def fails(*_, **__):
        raise UnavailableError("it does not start")

    monkeypatch.setattr(apertium, "missing", lambda route: [])
    monkeypatch.setattr(apertium, "translate", fails)
    (outcome,) = run(engine="apertium")
    assert "candidate 1: unavailable it does not start" in outcome.message
    (ledger,) = (tmp_path / "work").rglob("ledger.jsonl")
    lines = ledger.read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["sent", "unavailable"]


def test_an_answer_is_recorded_under_the_models_own_name(run, chat, tmp_path):
    recorded = {"recordings": str(tmp_path / "recorded.jsonl")}
    assert statuses(run(answers="record", **recorded)) == ["done"]
    sent = len(chat.requests)
    assert statuses(run(answers="replay", **recorded)) == ["done"]
    (outcome,) = run(answers="replay", **recorded, **{"models.fast.name": "another"})
    assert "holds no answer of another to this text" in outcome.message
    assert len(chat.requests) == sent


def test_a_model_that_forgets_a_segment_is_asked_again(run, chat):
    chat.fail("missing_id")
    assert statuses(run()) == ["done"]
    assert asked_for(chat, "InitialTranslation") == 2


def test_candidate_i_takes_the_ith_of_each_list_round_and_round(run, chat):
    lists = {
        "models": ["fast", "reasoner"],
        "prompts": ["initial_faithful", "initial_free", "initial_terms"],
        "temperatures": [0.1, 0.2, 0.3, 0.4],
        "max_tokens": 77,
    }
    stage = {f"modes.hybrid.InitialTranslation.{key}": value for key, value in lists.items()}
    (outcome,) = run(**stage, seed=10, **{"parallel_count.*": 5})
    configs = [entry["config"] for entry in outcome.record["candidates"]]
    assert [tuple(entry.values()) for entry in configs] == [
        (1, "fast", "initial_faithful", 0.1, 10, ""),
        (2, "reasoner", "initial_free", 0.2, 11, ""),
        (3, "fast", "initial_terms", 0.3, 12, ""),
        (4, "reasoner", "initial_faithful", 0.4, 13, ""),
        (5, "fast", "initial_free", 0.1, 14, ""),
    ]
    names = {"fast": "deepseek-chat", "reasoner": "deepseek-reasoner"}
    sent = {seed(request): request.body for request in chat.requests if seed(request)}
    for config in configs:
        body = sent[config["seed"]]
        assert body["model"] == names[config["model"]]
        assert body["temperature"] == config["temperature"]
        assert body["max_tokens"] == 77
        values = dict.fromkeys(prompts.TEXT, "en") | {"target_lang": "es"}
        system, _ = prompts.load(config["prompt"]).render(**values)
        assert body["messages"][0]["content"].startswith(system.strip())


def test_a_segment_that_nobody_can_translate_stays_so_and_is_named(run, chat):
    def answer(request):
        stage = purpose(request)
        translations = {
            "title": "Dos ríos",
            "1": "El largo río canta.",
            "2": "I'm sorry, I cannot help.",
        }
        segments = [{"id": name, "text": text} for name, text in translations.items()]
        remarks = [{"id": name, "remark": "x", "suggestion": ""} for name in ("1", "9")]
        answers = {
            "InitialTranslation": {"segments": segments, "notes": ""},
            "EditorReview": {"remarks": remarks, "summary": "fine"},
            "TranslatorRevision": {"segments": segments, "changes": "none"},
        }
        return says(json.dumps(answers[stage]))

    chat.choose = answer
    (outcome,) = run()
    assert (outcome.status, outcome.message) == ("done", "not translated: 2")
    final = [segment["text"] for segment in outcome.record["translation"]]
    assert final == ["Dos ríos", "El largo río canta.", None]
    assert outcome.record["revision"]["taken"]
    assert [remark["id"] for remark in outcome.record["review"]["remarks"]] == ["1"]
    assert outcome.record["review"]["by"] == "deepseek-reasoner"


def test_a_finished_text_leaves_nothing_behind(run, tmp_path):
    assert statuses(run()) == ["done"]
    left = [path.name for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert "events.jsonl" in left
    assert {"state.json", "ledger.jsonl"}.isdisjoint(left)
    again = result_files.read(tmp_path / "out", "poem", "es")
    assert again is not None
    assert [stage["stage"] for stage in again["stages"]] == STAGES
    assert all(stage["seconds"] > 0 for stage in again["stages"] if stage["prompts"])
    assert [bool(stage["prompts"]) for stage in again["stages"]] == [True, False, True, True]


def test_the_judge_sees_whole_candidates_in_an_order_of_the_seed(run, chat):
    judge = {
        "modes.hybrid.Evaluation.models": "fast",
        "modes.hybrid.Evaluation.prompts": "judge",
        "parallel_count.*": 4,
    }
    segments = (("title", "Dos ríos"), ("1", "Dos ríos"), ("2", ""))
    half = {"segments": [{"id": name, "text": text} for name, text in segments], "notes": ""}
    orders = set()
    for first in (1, 20, 40, 60):
        chat.choose = lambda request, broken=first + 1: (
            says(json.dumps(half)) if seed(request) == broken else None
        )
        (outcome,) = run(**judge, seed=first)
        rounds = outcome.record["evaluation"]["judge"]["rounds"]
        assert sorted(rounds[0]["order"]) == [1, 3, 4]
        orders.add(tuple(rounds[0]["order"]))
    assert len(orders) > 1


def test_each_language_is_planned_once_and_only_if_the_text_asks_for_it(tmp_path):
    other = replace(POEM, name="other", target_langs=("fr",))

    def planned(**options):
        return [(job.text.name, job.lang) for job in plan([POEM, other], tmp_path, **options)]

    assert planned() == [("poem", "es"), ("poem", "ca"), ("other", "fr")]
    assert planned(langs=["fr", "es", "fr"]) == [("poem", "es"), ("other", "fr")]
    with pytest.raises(ConfigError, match="no text has en among its target_langs"):
        planned(langs=["es", "en"])


HOLDER = """
import sys
from pathlib import Path
from soundweave.translation.running.checkpoint import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_one_runs_alone_and_free_when_that_is_killed(tmp_path):
    folder = tmp_path / "work" / "poem"
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "scripts")}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError, match="another run is working on it"), alone(folder):
            pass
        with alone(folder.with_name("prose")):
            pass
        other.send_signal(signal.SIGKILL)
    with alone(folder):
        pass


def row(outcome, path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    display.add_summary([outcome])
    return path.read_text().splitlines()[-2]


def test_the_summary_has_a_row_of_each_text_that_no_message_can_break(tmp_path, monkeypatch):
    message = "no | <b>answer</b>\n| x | [y](z) |"
    line = row(Outcome(JOB, "failed", message), tmp_path / "a", monkeypatch)
    escaped = r"failed: no \| &lt;b&gt;answer&lt;/b&gt; \| x \| \[y\]\(z\) \|"
    assert line == f"| poem | es | {escaped} |  |  |  |  |"
    record = record_of(POEM, ["Dos ríos", "Canta.", "Nunca para."])
    record["candidates"].append(record["candidates"][0])
    record["evaluation"] |= {"valid": [1, 3], "chosen": 3}
    record["ledger"]["totals"] |= {"tokens": 1234, "cost": 0.00256}
    line = row(Outcome(JOB, "done", "", record), tmp_path / "b", monkeypatch)
    assert line == "| poem | es | done | 3 | 2 of 3 valid | 1234 | 0.0026 |"
    record["evaluation"]["select"] = "segment"
    assert "| by segment |" in row(Outcome(JOB, "done", "", record), tmp_path / "c", monkeypatch)


class Bar(Progress):
    """Remembers its steps and notes."""

    def __init__(self) -> None:
        super().__init__("translations", 100, "%", None)
        self.steps: list[int] = []
        self.notes: list[str] = []

    def step(self, count: int = 1) -> None:
        self.steps.append(count)

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_bar_moves_by_what_is_new():
    bar = Bar()
    show = display.Display(bar)
    event: dict[str, Any] = {
        "text": "poem",
        "lang": "es",
        "stage": "Evaluation",
        "done": 1,
        "total": 2,
    }
    for overall in (0.0, 33.3, 33.9, 100.0):
        show(event | {"overall": overall})
    show({"text": "poem", "lang": "es", "stage": None, "overall": 100.0})
    assert bar.steps == [0, 33, 0, 67, 0]
    assert bar.notes[-2:] == ["poem es: Evaluation 1/2", "poem es"]
