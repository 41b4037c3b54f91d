from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from soundweave.website.data.history import Milestone
from soundweave.website.drawings.timeline import EDGE, LINE, MOST_BEADS, SPAN, timeline

AT = datetime(2025, 11, 1, tzinfo=UTC)
waits = st.lists(st.none() | st.integers(0, 4000), max_size=40)


def line_of(days, width=960):
    milestones = [Milestone([number], number * 100, AT, {}) for number in range(1, len(days) + 1)]
    return timeline(milestones, days, width=width)


@given(waits, st.sampled_from([400, 960]))
def test_knots_and_threads_lie_inside_and_apart(days, width):
    line = line_of(days, width)
    if not days:
        assert line is None
        return
    places = [knot.x for knot in line.knots]
    assert all(EDGE <= place <= width - EDGE for place in places)
    assert all(after - before >= SPAN - 0.1 for before, after in pairwise([EDGE, *places]))
    assert [thread.end for thread in line.threads] == places
    assert all(LINE < thread.low < line.height - 20 for thread in line.threads)
    assert len(line.knots) + line.earlier == len(days)
    assert line.knots[-1].milestone.name == str(len(days))


def test_a_longer_wait_hangs_lower_and_bears_more_beads():
    line = line_of([1, 20, None, 7])
    lows = {thread.wait: thread.low for thread in line.threads}
    assert lows[None] < lows[1] < lows[7] < lows[20]
    assert [thread.beads for thread in line.threads] == [1, 20, 0, 7]
    assert line_of([4000]).threads[0].beads == MOST_BEADS


def test_the_thread_reaches_its_lowest_point():
    thread = line_of([5]).threads[0]
    # The middle of a quadratic curve is halfway between its ends and its control point.
    control = float(thread.path.split("Q")[1].split()[1])
    assert (LINE + control) / 2 == thread.low
