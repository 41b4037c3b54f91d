import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.website.frame import compact


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ({"a": [1, 0.5, None]}, '{"a":[1,0.5,null]}'),
        (["é雨🎧"], '["é雨🎧"]'),
        (["\ud83d|\udca9"], '["\ufffd|\ufffd"]'),
        (['"\\\n\x00'], r'["\"\\\n\u0000"]'),
    ],
)
def test_files_are_json_without_blanks(value, content):
    assert compact.encode(value).decode() == content


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_of_json_is_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        compact.encode([number])


@given(st.sets(st.integers(0, 2**53)))
def test_steps_between_ids_add_up_to_them(numbers):
    ascending = sorted(numbers)
    steps = compact.deltas(np.array(ascending, dtype=np.int64))
    assert list(itertools.accumulate(steps)) == ascending
    assert all(step > 0 for step in steps[1:])


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_lengths_are_short_numbers(seconds):
    (length,) = compact.numbers(compact.rounded(np.array([seconds])))
    if not math.isfinite(seconds) or seconds < 0:
        assert length == -1
    else:
        assert abs(length - min(seconds, 10**9)) <= (0.0501 if seconds < 9.95 else 0.5)
        assert isinstance(length, int) or len(str(length)) == 3


@given(st.lists(st.integers(0, 9), max_size=30))
def test_places_lead_back_to_the_codes_the_commonest_first(codes):
    names = [f"{code * 7 % 10}" for code in range(10)]
    distinct, indexes = compact.numbered(np.array(codes, dtype=np.int64), names)
    assert [distinct[place] for place in indexes] == codes
    order = sorted(set(codes), key=lambda code: (-codes.count(code), names[code]))
    assert distinct == order
