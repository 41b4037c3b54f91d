import json
from datetime import UTC, datetime

import pytest

from soundweave.base.errors import ConfigError, HistoryError
from soundweave.website.data import history
from tests.support.front_site import PASSED, milestone, night, status

HALF = PASSED | {"website": "failed"}


def read(folder, nights=(), milestones=(), tonight=None):
    for name, records in (("metrics", nights), ("milestones", milestones)):
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    status_file = None
    if tonight is not None:
        status_file = folder / "status.json"
        status_file.write_text(json.dumps(tonight))
    return history.read(folder / "metrics", folder / "milestones", status_file)


@pytest.mark.parametrize(
    ("milestones", "name"),
    [
        ([], None),
        ([milestone(1, 3, actions=HALF)], None),
        ([milestone(1, 3), milestone(2, 5, actions=HALF)], "1"),
        ([milestone(1, 3), milestone(2, 5)], "2"),
        ([milestone(1, 3, actions={"validation": "passed"})], None),
    ],
)
def test_the_last_success_is_a_milestone_whose_actions_all_passed(tmp_path, milestones, name):
    success = read(tmp_path, [], milestones).last_success
    assert (success.name if success else None) == name


@pytest.mark.parametrize(
    ("milestones", "tonight", "crossed"),
    [
        ([], None, False),
        ([milestone(1, 20)], None, False),
        ([milestone(1, 21)], None, True),
        ([milestone(1, 20)], status([2]), True),
    ],
)
def test_whether_the_last_night_crossed_a_milestone(tmp_path, milestones, tonight, crossed):
    found = read(tmp_path, [night(20, 90), night(21, 120)], milestones, tonight)
    assert found.last_is_milestone is crossed


def test_the_waits_are_days_between_milestones(tmp_path):
    late = milestone(1, 4, timestamp="2025-11-04T00:10:00Z")
    found = read(tmp_path, [night(1, 9)], [late, milestone(2, 4), milestone(3, 18)])
    assert found.waits == [3, 0, 14]
    assert read(tmp_path, [], [late, milestone(2, 6)]).waits == [None, 2]
    assert read(tmp_path, [], [], status([1])).waits == [None]


def test_the_nights_that_milestones_took_are_counted(tmp_path):
    nights = [night(day, 9) for day in (1, 2, 3, 7, 18)]
    found = read(tmp_path, nights, [milestone(1, 2), milestone(2, 7)], status([3]))
    assert found.taken == [2, 2, 1]
    on_one_day = [night(1, 9, timestamp=f"2025-11-01T0{hour}:00:00Z") for hour in range(4)]
    assert read(tmp_path, on_one_day, [milestone(1, 1)]).taken == [3]
    assert read(tmp_path, [night(5, 9)], [milestone(1, 2), milestone(2, 7)]).taken == [None, None]
    assert read(tmp_path, [], [milestone(1, 2)], status([2])).taken == [None, None]


def test_a_milestone_belongs_to_the_night_before_its_record(tmp_path):
    found = read(tmp_path, [night(1, 9), night(2, 9)], [milestone(1, 1), milestone(2, 2)])
    assert [found.night_of(one) for one in found.milestones] == [one.at for one in found.nights]
    found = read(tmp_path, [night(5, 9)], [milestone(1, 2)])
    [before_all_nights] = found.milestones
    assert found.night_of(before_all_nights) == before_all_nights.at
    [tonight] = read(tmp_path, [], [], status([1])).milestones
    assert found.night_of(tonight) is None


def test_a_history_of_nights_that_is_not_there_is_a_warning(tmp_path, caplog):
    (tmp_path / "metrics").touch()
    assert history.read(tmp_path / "metrics", tmp_path / "none") == history.History([], [])
    assert caplog.text == ""
    assert history.read(tmp_path / "nowhere", tmp_path / "none") == history.History([], [])
    assert f"there is no {tmp_path / 'nowhere'}, so the site tells of no night" in caplog.text


def test_a_damaged_history_is_an_error_and_an_odd_line_a_warning(tmp_path, caplog):
    found = read(tmp_path, [night(20, 1), {"timestamp": "2025-11-19T00:00:00Z"}, night(18, -1)])
    assert [one.sounds for one in found.nights] == [1]
    assert "record 2 does not fit metrics.schema.json" in caplog.text
    with pytest.raises(HistoryError, match="line 1 is not a JSON object"):
        read(tmp_path, [["not", "a", "night"], night(20, 1)])
    with pytest.raises(ConfigError, match=r"status\.json"):
        read(tmp_path, tonight={"is_milestone": 1})


def test_a_time_without_an_offset_is_utc():
    assert history.parse_time("2025-01-01T00:00:00") == datetime(2025, 1, 1, tzinfo=UTC)
    assert history.parse_time("0001-01-01T00:00:00+14:00") is None
