import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soundweave.translation.asking.stage import ExecutionMode
from soundweave.translation.failures import AnswerNeededError
from soundweave.translation.running import executors
from soundweave.translation.running.checkpoint import PipelineState
from soundweave.translation.running.pipeline import ParallelStageConfig, Pipeline
from soundweave.translation.running.pool import Limits
from tests.translation.toy_stages import Choose, Finish, Part, candidate, context, log, ran

FAR = Limits(deadline_seconds=100)


def stages(count=3):
    return [ParallelStageConfig(Part(), count, candidate, "parts"), Choose(), Finish()]


def start(folder, count=3, limits=FAR, executor=None, report=lambda *_: None, **acts):
    stage_context = context(folder, **acts)
    state = PipelineState.load(folder, "same")
    return Pipeline(stages(count), limits, executor=executor).run(stage_context, state, report)


def parts(state):
    return [(part["config"]["id"], part["error"]) for part in state.results[0].data]


@pytest.fixture(scope="module")
def pool():
    with executors.pool("process", 3) as executor:
        yield executor


def test_stages_run_in_order_and_know_what_came_before(tmp_path):
    state = start(tmp_path)
    assert [(result.stage, result.status) for result in state.results] == [
        ("Part", "done"),
        ("Choose", "done"),
        ("Finish", "done"),
    ]
    assert state.results[-1].data == {"of": [1, 2, 3]}
    assert ran(tmp_path) == ["1", "2", "3", "Choose", "Finish"]
    assert {process for _, process in log(tmp_path)} == {os.getpid()}


def test_candidates_of_a_pool_run_elsewhere_and_keep_their_order(tmp_path, pool):
    reports = []
    delays = {"1": "sleep 1.1", "2": "sleep 0.3"}
    state = start(tmp_path, executor=pool, report=lambda *seen: reports.append(seen), **delays)
    assert parts(state) == [(1, ""), (2, ""), (3, "")]
    assert os.getpid() not in {part["at"] for part in state.results[0].data}
    assert reports == [
        *(("Part", done, 3) for done in (0, 1, 2, 3, 3)),
        *(("Choose", done, 1) for done in (0, 1)),
        *(("Finish", done, 1) for done in (0, 1)),
    ]


@pytest.mark.parametrize(
    ("what", "error"),
    [("kill", "crashed"), ("bug", "crashed"), ("hang", "timeout"), ("fail", "unavailable")],
)
def test_a_lost_worker_costs_its_own_candidate_only(tmp_path, pool, what, error):
    limits = Limits(deadline_seconds=5 if what == "hang" else 100)
    state = start(tmp_path, limits=limits, executor=pool, **{"2": what})
    assert parts(state) == [(1, ""), (2, error), (3, "")]
    message = state.results[0].data[1]["message"]
    assert message
    assert ("ZeroDivisionError: a bug" in message) == (what == "bug")
    assert state.results[-1].data == {"of": [1, 3]}
    after = start(tmp_path / "after", executor=pool)
    assert parts(after) == [(1, ""), (2, ""), (3, "")]


def test_a_late_candidate_frees_its_worker(tmp_path):
    with executors.pool("process", 1) as executor:
        late = start(tmp_path, 1, Limits(deadline_seconds=1), executor, **{"1": "hang"})
        assert "candidate 1: timeout no answer within 1 s" in late.results[0].message
        after = start(tmp_path / "after", 1, Limits(deadline_seconds=100), executor)
    assert parts(after) == [(1, "")]


def test_a_hung_thread_is_left_behind(tmp_path):
    limits = Limits(deadline_seconds=2)
    with executors.pool("thread", 3) as threads:
        state = start(tmp_path, limits=limits, executor=threads, **{"2": "sleep 6"})
    assert parts(state) == [(1, ""), (2, "timeout"), (3, "")]


def test_a_quorum_goes_on_without_the_slowest(tmp_path, pool):
    limits = Limits(deadline_seconds=100, quorum=2)
    state = start(tmp_path, limits=limits, executor=pool, **{"1": "hang"})
    assert parts(state) == [(1, "given_up"), (2, ""), (3, "")]


def test_a_failed_candidate_is_no_part_of_a_quorum(tmp_path, pool):
    limits = Limits(deadline_seconds=100, quorum=2)
    state = start(tmp_path, limits=limits, executor=pool, **{"1": "sleep 4", "2": "kill"})
    assert parts(state) == [(1, ""), (2, "crashed"), (3, "")]


def test_a_quorum_that_was_there_before_begins_nothing(tmp_path):
    done = start(tmp_path / "before", count=2).results[0].data
    state = PipelineState("same", parts={str(part["config"]["id"]): part for part in done})
    limits = Limits(deadline_seconds=100, quorum=2)
    with executors.pool("thread", 3) as threads:
        pipeline = Pipeline(stages(), limits, executor=threads)
        pipeline.run(context(tmp_path), state)
    assert parts(state) == [(1, ""), (2, ""), (3, "given_up")]
    assert ran(tmp_path) == ["Choose", "Finish"]


def test_those_that_wait_for_their_turn_get_time_for_it(tmp_path):
    limits = Limits(deadline_seconds=3, at_once=1)
    with executors.pool("thread", 1) as executor:
        delays = dict.fromkeys("123", "sleep 1.1")
        assert parts(start(tmp_path, limits=limits, executor=executor, **delays)) == [
            (1, ""),
            (2, ""),
            (3, ""),
        ]


def test_too_few_candidates_fail_and_only_the_lost_ones_are_tried_again(tmp_path, pool):
    limits = Limits(deadline_seconds=100, min_candidates=3)
    state = start(tmp_path, limits=limits, executor=pool, **{"2": "kill once"})
    (result,) = state.results
    assert (result.stage, result.status) == ("Part", "failed")
    assert "2 of 3 candidates are valid, 3 needed" in result.message
    assert "candidate 2: crashed" in result.message
    again = start(tmp_path, limits=limits, executor=pool, **{"2": "kill once"})
    assert [result.status for result in again.results] == ["done"] * 3
    assert sorted(ran(tmp_path)) == ["1", "2", "2", "3", "Choose", "Finish"]


def test_a_failed_stage_ends_the_run_and_is_the_first_of_the_next(tmp_path):
    state = start(tmp_path, Choose="fail once")
    assert [(result.stage, result.status, result.error) for result in state.results] == [
        ("Part", "done", ""),
        ("Choose", "failed", "unavailable"),
    ]
    again = start(tmp_path, Choose="fail once")
    assert [result.status for result in again.results] == ["done"] * 3
    assert ran(tmp_path) == ["1", "2", "3", "Choose", "Choose", "Finish"]


KILLED = """
import sys
from pathlib import Path
from tests.translation.running.test_pipeline import start
if __name__ == "__main__":
    start(Path(sys.argv[1]), **{sys.argv[2]: "kill once"})
"""


@pytest.mark.parametrize("victim", ["1", "2", "3", "Choose", "Finish"])
def test_a_run_killed_anywhere_goes_on_where_it_was(tmp_path, victim):
    root = Path(__file__).parents[3]
    environ = os.environ | {"PYTHONPATH": f"{root / 'scripts'}:{root}"}
    command = [sys.executable, "-c", KILLED, str(tmp_path), victim]
    assert subprocess.run(command, env=environ, check=False).returncode == -signal.SIGKILL
    state = start(tmp_path, **{victim: "kill once"})
    assert [result.status for result in state.results] == ["done"] * 3
    everything = ["1", "2", "3", "Choose", "Finish"]
    index = everything.index(victim)
    assert ran(tmp_path) == [*everything[: index + 1], *everything[index:]]


def test_a_finished_run_runs_nothing_again(tmp_path):
    first = start(tmp_path)
    assert start(tmp_path) == first
    assert len(ran(tmp_path)) == 5


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        '{"fingerprint": "same"}',
        '{"fingerprint": "same", "results": [], "parts": ["x"]}',
        '{"fingerprint": "same", "results": [{"stage": "Part", "colour": 1}], "parts": {}}',
        "\0",
        "{",
        "[" * 100_000,
    ],
    ids=lambda damage: damage[:60],
)
def test_a_damaged_state_is_begun_anew(tmp_path, damage):
    start(tmp_path)
    (tmp_path / "state.json").write_text(damage)
    assert [result.status for result in start(tmp_path).results] == ["done"] * 3
    assert len(ran(tmp_path)) == 10


def test_a_state_of_other_settings_is_begun_anew(tmp_path):
    start(tmp_path)
    state = PipelineState.load(tmp_path, "other")
    assert state.results == []
    assert state.fingerprint == "other"


def test_the_state_is_plain_json(tmp_path):
    start(tmp_path, count=1)
    state = json.loads((tmp_path / "state.json").read_text())
    assert state["parts"] == {}
    assert [result["stage"] for result in state["results"]] == ["Part", "Choose", "Finish"]


def test_a_person_answers_each_candidate_and_is_asked_again_after_nonsense(tmp_path):
    questions = []
    replies = iter(["first", "nonsense", "second"])

    def answer(title, question, problem=""):
        questions.append((title, "no sense in it" in problem, question.user))
        reply = next(replies, None)
        if reply is None:
            raise AnswerNeededError("later")
        return reply

    def go():
        with executors.pool("thread", 3) as threads:
            pipeline = Pipeline(
                stages(), FAR, executor=threads, mode=ExecutionMode.MANUAL, answer=answer
            )
            return pipeline.run(context(tmp_path), PipelineState.load(tmp_path, "same"))

    state = go()
    assert [(result.status, result.error) for result in state.results] == [("waiting", "waiting")]
    assert questions == [
        ("toy, es: Part, candidate 1", False, "part 1"),
        ("toy, es: Part, candidate 2", False, "part 2"),
        ("toy, es: Part, candidate 2", True, "part 2"),
        ("toy, es: Part, candidate 3", False, "part 3"),
    ]
    replies = iter(["third"])
    state = go()
    assert [part["said"] for part in state.results[0].data] == ["first", "second", "third"]
    assert ran(tmp_path) == ["Choose", "Finish"]
