import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.translation.running.events import Event, Events
from soundweave.translation.running.marks import mark

STAGES = {"InitialTranslation": 4.0, "Evaluation": 1.0, "EditorReview": 1.0, "Revision": 2.0}
JOB = ("poem", "es")

MARKS = {
    1: {1: 100},
    2: {1: 33, 2: 100},
    3: {1: 33, 2: 67, 3: 100},
    4: {2: 33, 3: 67, 4: 100},
    5: {2: 33, 4: 67, 5: 100},
    6: {2: 33, 4: 67, 6: 100},
    7: {3: 33, 5: 67, 7: 100},
    8: {3: 33, 6: 67, 8: 100},
    9: {3: 33, 6: 67, 9: 100},
    10: {4: 33, 7: 67, 10: 100},
    11: {4: 33, 8: 67, 11: 100},
    12: {4: 33, 8: 67, 12: 100},
}


def events_of(tmp_path, jobs=(JOB,), listen=lambda _: None):
    return Events(tmp_path / "new" / "events.jsonl", "run-1", jobs, STAGES, listen)


@pytest.mark.parametrize(("total", "due"), MARKS.items())
def test_marks_come_at_thirds_for_any_number_of_candidates(total, due):
    assert {done: mark(done, total) for done in range(1, total + 1) if mark(done, total)} == due
    assert mark(0, total) is None


@pytest.mark.parametrize(("total", "due"), MARKS.items())
def test_each_completion_is_one_exact_event(tmp_path, total, due):
    events = events_of(tmp_path)
    for done in range(1, total + 1):
        events.stage(JOB, "InitialTranslation", done, total)
    lines = (tmp_path / "new" / "events.jsonl").read_text().splitlines()
    written = [json.loads(line) for line in lines]
    times = [event.pop("at") for event in written]
    assert times == sorted(times)
    assert written == [
        {
            "run": "run-1",
            "text": "poem",
            "lang": "es",
            "stage": "InitialTranslation",
            "done": done,
            "total": total,
            "mark": due.get(done),
            "percent": pytest.approx(50 * done / total, abs=0.051),
            "overall": pytest.approx(50 * done / total, abs=0.051),
            "details": {},
        }
        for done in range(1, total + 1)
    ]


@pytest.mark.parametrize(
    ("details", "percent"),
    [
        ({}, 56.2),
        ({"progress_percent": 80}, 80.0),
        ({"progress_percent": 0}, 0.0),
        ({"progress_percent": 120.5}, 100.0),
        ({"progress_percent": -5}, 0.0),
        ({"progress_percent": "80"}, 56.2),
        ({"progress_percent": None}, 56.2),
    ],
)
def test_a_told_percentage_wins_over_the_stage_map_and_zero_is_one(tmp_path, details, percent):
    events = events_of(tmp_path)
    events.stage(JOB, "InitialTranslation", 1, 1)
    event = events.stage(JOB, "Evaluation", 1, 2, **details)
    assert event["percent"] == percent
    assert event["overall"] == max(50.0, percent)
    assert event["details"] == details


def test_a_job_that_goes_back_takes_nothing_from_the_others(tmp_path):
    events = events_of(tmp_path, [JOB, ("prose", "ca")])
    events.stage(JOB, "InitialTranslation", 1, 1)
    assert events.stage(JOB, "Evaluation", 0, 1, progress_percent=0)["percent"] == 0.0
    assert events.finished(("prose", "ca"), "done")["overall"] == 75.0


def test_a_stage_without_parts_is_done(tmp_path):
    assert events_of(tmp_path).stage(JOB, "InitialTranslation", 0, 0)["percent"] == 50.0


def test_jobs_share_the_whole_and_the_listener_hears_all(tmp_path):
    heard: list[Event] = []
    events = events_of(tmp_path, [JOB, ("prose", "ca")], heard.append)
    events.finished(JOB, "skipped", message="unchanged")
    events.stage(("prose", "ca"), "Revision", 1, 1)
    events.finished(("prose", "ca"), "failed")
    assert [event["overall"] for event in heard] == [50.0, 100.0, 100.0]
    assert [event.get("status") for event in heard] == ["skipped", None, "failed"]
    assert heard[0]["details"] == {"message": "unchanged"}


steps = st.tuples(
    st.sampled_from([JOB, ("b", "fr"), ("c", "ca")]),
    st.sampled_from(sorted(STAGES)),
    st.integers(0, 12),
    st.none() | st.integers(-5, 120),
)


@given(steps=st.lists(steps, max_size=30))
def test_overall_never_goes_back_and_stays_a_percentage(tmp_path_factory, steps):
    events = events_of(tmp_path_factory.mktemp("events"), [JOB, ("b", "fr"), ("c", "ca")])
    overall = [
        events.stage(
            job, stage, done, 12, **({} if override is None else {"progress_percent": override})
        )
        for job, stage, done, override in steps
    ]
    values = [event["overall"] for event in overall]
    assert values == sorted(values)
    assert all(0 <= value <= 100 for value in values)


@pytest.mark.parametrize(
    ("left", "lines"),
    [(None, 0), ("", 0), ('{"a": 1}\n', 1), ('{"a": 1}\n{"b', 2), ("\n", 1)],
)
def test_a_torn_line_takes_no_event_with_it(tmp_path, left, lines):
    path = tmp_path / "events.jsonl"
    if left is not None:
        path.write_text(left)
    event = Events(path, "run", [("a", "es")], {"only": 1}).finished(("a", "es"), "done")
    written = path.read_text().splitlines()
    assert len(written) == lines + 1
    assert json.loads(written[-1]) == event
