import json

import pytest

from soundweave.base.errors import ConfigError, HistoryError
from soundweave.library.identity import Identity
from soundweave.website.data import history
from tests.support.front_site import PASSED, milestone, night, status

LIBRARY = Identity("0123456789abcdef", "2025-11-01T00:00:00Z")
HALF = PASSED | {"website": "failed"}


def read(folder, nights=(), milestones=(), tonight=None):
    for name, records in (("metrics", nights), ("milestones", milestones)):
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    status_file = None
    if tonight is not None:
        status_file = folder / "status.json"
        status_file.write_text(json.dumps(tonight))
    return history.read(LIBRARY, folder / "metrics", folder / "milestones", status_file)


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
    past = read(tmp_path, [night(20, 90), night(21, 120)], milestones, tonight)
    assert past.last_is_milestone is crossed


def test_the_waits_are_days_between_milestones(tmp_path):
    late = milestone(1, 4, timestamp="2025-11-04T00:10:00Z")
    past = read(tmp_path, [night(1, 9)], [late, milestone(2, 4), milestone(3, 18)])
    assert past.days_between == [3, 0, 14]
    assert read(tmp_path, [], [late, milestone(2, 6)]).days_between == [None, 2]
    assert read(tmp_path, [], [], status([1])).days_between == [None]


def test_the_nights_that_milestones_took_are_counted(tmp_path):
    nights = [night(day, 9) for day in (1, 2, 3, 7, 18)]
    past = read(tmp_path, nights, [milestone(1, 2), milestone(2, 7)], status([3]))
    assert past.nights_between == [2, 2, 1]
    on_one_day = [night(1, 9, timestamp=f"2025-11-01T0{hour}:00:00Z") for hour in range(4)]
    assert read(tmp_path, on_one_day, [milestone(1, 1)]).nights_between == [3]
    assert read(tmp_path, [night(5, 9)], [milestone(1, 2), milestone(2, 7)]).nights_between == [
        None,
        None,
    ]
    assert read(tmp_path, [], [milestone(1, 2)], status([2])).nights_between == [None, None]


def test_a_milestone_belongs_to_the_night_before_its_record(tmp_path):
    past = read(tmp_path, [night(1, 9), night(2, 9)], [milestone(1, 1), milestone(2, 2)])
    assert [past.night_of(item) for item in past.milestones] == [item.time for item in past.nights]
    past = read(tmp_path, [night(5, 9)], [milestone(1, 2)])
    [before_all_nights] = past.milestones
    assert past.night_of(before_all_nights) == before_all_nights.time
    [tonight] = read(tmp_path, [], [], status([1])).milestones
    assert past.night_of(tonight) is None


def test_a_history_of_nights_that_is_not_there_is_a_warning(tmp_path, caplog):
    (tmp_path / "metrics").touch()
    assert history.read(LIBRARY, tmp_path / "metrics", tmp_path / "none") == history.History(
        [], [], LIBRARY.id
    )
    assert caplog.text == ""
    assert history.read(LIBRARY, tmp_path / "nowhere", tmp_path / "none") == history.History(
        [], [], LIBRARY.id
    )
    assert f"{tmp_path / 'nowhere'} does not exist, so the site shows no nights" in caplog.text


def test_a_damaged_history_is_an_error_and_an_odd_line_a_warning(tmp_path, caplog):
    past = read(tmp_path, [night(20, 1), {"timestamp": "2025-11-19T00:00:00Z"}, night(18, -1)])
    assert [item.sounds for item in past.nights] == [1]
    assert "record 2 does not fit metrics.schema.json" in caplog.text
    with pytest.raises(HistoryError, match="line 1 is not a JSON object"):
        read(tmp_path, [["not", "a", "night"], night(20, 1)])
    with pytest.raises(ConfigError, match=r"status\.json"):
        read(tmp_path, tonight={"is_milestone": 1})
