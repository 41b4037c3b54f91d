import re
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from soundweave.freesound.licenses import FAMILIES
from soundweave.website.drawings import cloth as cloths

added = st.lists(st.integers(0, 10**12), max_size=150)
shares = st.dictionaries(st.sampled_from(list(FAMILIES)), st.integers(0, 10**9))


@given(added, shares)
def test_threads_stay_on_the_loom_and_apart(nights, families):
    cloth = cloths.make_cloth(nights, families)
    assert len(cloth.warps) == min(len(nights), cloths.NIGHTS)
    edges = [(w.x - w.width / 2, w.x + w.width / 2) for w in cloth.warps]
    assert all(0 <= left < right <= cloth.width for left, right in edges)
    assert all(a[1] < b[0] for a, b in pairwise(edges))
    assert len(cloth.wefts) == cloths.WEFTS
    assert all(0 < weft.y < cloth.height for weft in cloth.wefts)


@given(added, shares)
def test_every_family_with_sounds_has_a_thread(nights, families):
    threads = Counter(weft.family for weft in cloths.make_cloth(nights, families).wefts)
    present = {family for family, count in families.items() if count}
    assert set(threads) == (present or {"bare"})


def test_threads_follow_the_shares():
    threads = Counter(
        w.family for w in cloths.make_cloth([], {"zero": 90, "by": 10, "other": 0}).wefts
    )
    assert threads == {"zero": 15, "by": 3}


def test_a_wider_thread_is_a_bigger_night_and_the_newest_nights_stay():
    warps = cloths.make_cloth([10**6, *[5, 0, 20] * 32], {}).warps
    assert len(warps) == cloths.NIGHTS
    assert warps[1].width == 2
    assert warps[1].width < warps[0].width < warps[2].width


def test_a_weft_lies_on_top_of_half_the_nights():
    cloth = cloths.make_cloth([3] * 40, {"by": 1})
    lengths = [len(re.findall("M", weft.over)) for weft in cloth.wefts]
    assert lengths == [20] * cloths.WEFTS
    tops = [
        "".join("x" if cloths.over(column, row) else "." for column in range(6)) for row in range(4)
    ]
    assert tops == ["xx..xx", "x..xx.", "..xx..", ".xx..x"]


def test_the_same_numbers_give_the_same_cloth():
    first = cloths.make_cloth([1, 2, 3], {"zero": 4, "by": 5})
    assert first == cloths.make_cloth([1, 2, 3], {"zero": 4, "by": 5})
    assert first != cloths.make_cloth([1, 2, 4], {"zero": 4, "by": 5})
