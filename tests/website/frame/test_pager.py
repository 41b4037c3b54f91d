import pytest

from soundweave.website.frame.pager import Pager, pages


@pytest.mark.parametrize(
    ("current", "last", "numbers"),
    [
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, 3, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, 6, None, 9]),
        (5, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (5, 10, [1, 2, 3, 4, 5, 6, 7, None, 10]),
        (9, 9, [1, None, 7, 8, 9]),
        (1400, 2800, [1, None, 1398, 1399, 1400, 1401, 1402, None, 2800]),
    ],
)
def test_the_first_the_last_and_those_around(current, last, numbers):
    assert Pager(current, last, str).numbers == numbers


@pytest.mark.parametrize(
    ("current", "before", "after"), [(1, None, "2"), (2, "1", "3"), (3, "2", None)]
)
def test_the_ends_lead_nowhere_further(current, before, after):
    pager = Pager(current, 3, str)
    assert (pager.previous, pager.next) == (before, after)


@pytest.mark.parametrize(("total", "page_size"), [(0, 10), (1, 10), (10, 10), (11, 10), (99, 7)])
def test_every_item_is_on_one_page(total, page_size):
    parts = list(pages(total, page_size, str))
    items = [item for _, part in parts for item in range(total)[part]]
    assert items == list(range(total))
    assert [pager.current for pager, _ in parts] == list(range(1, parts[0][0].last + 1))
    assert all(len(range(total)[part]) for _, part in parts) or total == 0
