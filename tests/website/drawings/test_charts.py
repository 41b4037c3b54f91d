import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundweave.website.drawings.charts import LABEL_GAP, LEFT, MARK_GAP, Sample, growth_chart
from soundweave.website.frame.locales import Words

START = datetime(2025, 10, 23, 2, 17, tzinfo=UTC)
SIZES = [(960, 380), (400, 300)]
ENGLISH = Words("en", {}, {})
times = st.datetimes(timezones=st.just(UTC))
values = st.integers(0, 10**6) | st.integers(0, 10**15)
histories = st.lists(st.builds(Sample, times, values), min_size=1, max_size=40)
milestones = st.lists(st.builds(Sample, times, values, st.just("7")), max_size=20)


def nights(*counts, step=timedelta(days=1)):
    return [Sample(START + number * step, count) for number, count in enumerate(counts)]


def chart_of(samples, marks=(), size=SIZES[0], words=ENGLISH):
    return growth_chart(samples, marks, words, width=size[0], height=size[1])


@given(histories, milestones, st.sampled_from(SIZES))
@example(nights(5), [], SIZES[0])
@example(nights(0, 0), [], SIZES[1])
@example(nights(7, 7, 7, step=timedelta(0)), [Sample(START, 7, "1")], SIZES[1])
@example(
    [
        Sample(datetime.min.replace(tzinfo=UTC), 1),
        Sample(datetime.max.replace(tzinfo=UTC), 10**15),
    ],
    [],
    SIZES[0],
)
def test_everything_lies_inside_and_runs_to_the_right(samples, marks, size):
    chart = chart_of(samples, marks, size)
    for point in (*chart.points, *chart.marks, *chart.x_ticks, *chart.y_ticks):
        assert 0 <= point.x <= chart.width
        assert 0 <= point.y <= chart.height
    for group in (chart.points, chart.marks, chart.x_ticks):
        assert [point.x for point in group] == sorted(point.x for point in group)
    assert len(chart.points) <= chart.width
    assert 1 <= len(chart.x_ticks) <= chart.width // 110
    assert 2 <= len(chart.y_ticks) <= 6
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", chart.line.replace("h8", ""))]
    assert numbers
    assert all(0 <= number <= chart.width for number in numbers)
    assert "nan" not in chart.line + chart.area


@given(histories)
def test_a_higher_value_is_never_drawn_lower(samples):
    chart = chart_of(samples)
    drawn = {point.x: point.y for point in chart.points}
    lowest = max(drawn.values())
    highest_value = max(samples, key=lambda sample: sample.value)
    if len(samples) == len(drawn):
        by_value = sorted(zip((s.value for s in sorted(samples)), drawn.values(), strict=True))
        assert [y for _, y in by_value] == sorted(drawn.values(), reverse=True)
    assert lowest <= chart.base
    assert highest_value.value == 0 or chart.y_ticks[-1].y <= min(drawn.values())


@given(histories, st.randoms())
def test_the_order_of_the_history_does_not_matter(samples, random):
    shuffled = random.sample(samples, len(samples))
    assert chart_of(shuffled) == chart_of(samples)


def test_no_night_no_chart():
    assert chart_of([]) is None
    assert chart_of([], [Sample(START, 100, "1")]) is None


def test_one_night_is_a_dash_in_the_middle():
    chart = chart_of(nights(42))
    assert [point.x for point in chart.points] == [(LEFT + 942) / 2]
    assert chart.line == f"M{(LEFT + 942) / 2 - 4} {chart.points[0].y}h8"
    assert chart.area == ""
    assert [tick.label for tick in chart.x_ticks] == ["Oct 23"]


def test_two_nights_span_the_plot_from_zero():
    chart = chart_of(nights(0, 100))
    assert [tuple(point) for point in chart.points] == [(60.0, 346.0, ""), (942.0, 30.0, "")]
    assert chart.line == "M60.0 346.0L942.0 30.0"
    assert chart.area == "M60.0 346.0L942.0 30.0V346H60.0Z"


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (7, ["0", "2", "4", "6", "8"]),
        (817, ["0", "200", "400", "600", "800", "1,000"]),
        (1000, ["0", "200", "400", "600", "800", "1,000"]),
        (45_000, ["0", "10K", "20K", "30K", "40K", "50K"]),
        (2_400_000, ["0", "500K", "1M", "1.5M", "2M", "2.5M"]),
        (10**14, ["0", "20T", "40T", "60T", "80T", "100T"]),
    ],
)
def test_value_ticks_are_round_and_reach_the_highest(highest, labels):
    assert [tick.label for tick in chart_of(nights(0, highest)).y_ticks] == labels


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (3, ["Oct 24", "Oct 25", "Oct 26"]),
        (29, ["Oct 26", "Nov 2", "Nov 9", "Nov 16"]),
        (300, ["Jan 2026", "Apr 2026", "Jul 2026"]),
        (2000, ["2026", "2027", "2028", "2029", "2030", "2031"]),
    ],
)
def test_date_ticks_are_round_dates(days, labels):
    chart = chart_of(nights(0, 1, step=timedelta(days=days)))
    assert [tick.label for tick in chart.x_ticks] == labels


def test_a_milestone_lies_where_its_night_lies():
    samples = nights(50, 90, 130)
    chart = chart_of(samples, [Sample(samples[2].time, 130, "1")])
    assert chart.marks == [chart.points[2]._replace(label="1")]


def test_marks_and_labels_keep_their_distance_and_the_newest_stays():
    samples = nights(*range(0, 40_000, 100))
    marks = [sample._replace(label=str(number)) for number, sample in enumerate(samples)]
    chart = chart_of(samples, marks)
    xs = [mark.x for mark in chart.marks]
    labelled = [mark.x for mark in chart.marks if mark.label]
    assert chart.marks[-1].label == "399"
    assert len(labelled) > 10
    assert min(b - a for a, b in pairwise(xs)) >= MARK_GAP
    assert min(b - a for a, b in pairwise(labelled)) >= LABEL_GAP


def test_of_many_nights_in_one_unit_the_last_is_drawn():
    chart = chart_of(nights(*range(5000)))
    assert len(chart.points) <= 960
    assert chart.points[-1].y == chart_of(nights(0, 4999)).points[-1].y


def test_ticks_follow_the_language():
    chart = chart_of(nights(0, 45_000, step=timedelta(days=3)), words=Words("es", {}, {}))
    assert [tick.label for tick in chart.x_ticks] == ["24 oct", "25 oct", "26 oct"]
    assert [tick.label.replace("\xa0", " ") for tick in chart.y_ticks][:2] == ["0", "10 mil"]
