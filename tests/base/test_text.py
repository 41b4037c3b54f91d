import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base.text import duration, one_line


@given(st.text(st.characters()))
def test_foreign_text_is_one_visible_line_that_can_be_written(text):
    line = one_line(text, "nothing")
    assert line.encode("utf-8")
    assert line.splitlines() == [line]
    assert line == one_line(line, "nothing")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a \n\t b ", "a b"),
        ("a\x00b\x85c", "a b c"),
        ("\ud800x", "\ufffdx"),
        ("<b> & \"q\" 'q'", "<b> & \"q\" 'q'"),
        ("", "?"),
        ("\u200b\u2060\u202e", "?"),
        ("\u0301", "?"),
        ("é", "é"),
    ],
)
def test_what_is_left_of_a_foreign_text(text, line):
    assert one_line(text, "?") == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.4261, "0.43 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1:00 min"),
        (3599.6, "1:00:00 h"),
        (3723.0, "1:02:03 h"),
        (10.0**8, "27,777:46:40 h"),
        (float("nan"), "–"),
        (float("inf"), "–"),
        (-1.0, "–"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
