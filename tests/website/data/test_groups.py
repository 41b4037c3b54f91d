from typing import Any

import pytest

from soundweave.library import database
from soundweave.website.data import catalog, groups
from tests.support.make_library import make_library

SOUNDS: list[dict[str, Any]] = [
    {"username": "small", "pack": "one", "tags": ["rain"]},
    {"username": "large", "pack": "two", "tags": ["rain", "wind"]},
    {"username": "large", "pack": "two", "tags": ["rain", "wind", "<b>"]},
    {"username": "large", "pack": None, "tags": []},
    {"username": "gone", "pack": "gone", "tags": ["gone"], "removed_at": "2025-11-21T00:00:00Z"},
]


@pytest.fixture
def read(tmp_path):
    make_library(tmp_path, SOUNDS)
    with database.snapshot(tmp_path) as reader:
        return catalog.read(reader)


def names(read, pages):
    return (
        [read.user_names[number] for number in pages.users],
        [read.pack_names[number] for number in pages.packs],
        [read.network.tags.names[number] for number in pages.tags],
    )


def test_the_largest_come_first_and_what_is_removed_has_no_page(read):
    assert names(read, groups.choose(read, 10)) == (
        ["large", "small"],
        ["two", "one"],
        ["rain", "wind"],  # a tag of one sound leads nowhere
    )


@pytest.mark.parametrize("most", [0, 1, 2])
def test_so_many_of_each_and_no_more(read, most):
    pages = groups.choose(read, most)
    assert [len(pages.users), len(pages.packs), len(pages.tags)] == [most] * 3


def test_every_page_has_a_path_of_its_own(read):
    pages = groups.choose(read, 10)
    paths = [*pages.users.values(), *pages.packs.values(), *pages.tags.values()]
    assert len(set(paths)) == len(paths)
    assert all(path.endswith(".html") for path in paths)
