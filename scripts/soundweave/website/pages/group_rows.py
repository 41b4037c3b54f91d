"""Users, packs and tags as rows and entries of their lists; the same in all languages."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from soundweave.website.frame.shell import macro
from soundweave.website.pages.group_facts import Group
from soundweave.website.pages.rows import BUDGET, fitting

PAGE_SIZE = {"users": 500, "packs": 500, "tags": 1000}  # groups on a page of their list
RANKS = (400, 150, 60, 20, 6)  # how many tags have letters larger than size 1, 2, ...


class Cut(NamedTuple):
    """How much of the texts is shown: characters of a name, and how many tags."""

    name: int
    tags: int


# The last one stays below 420 bytes whatever the texts are.
CUTS = (Cut(name=120, tags=4), Cut(name=40, tags=2), Cut(name=16, tags=0))


def make(kind: str, groups: Sequence[Group], first: int, link: Markup) -> Markup:
    """Return the rows of users or packs, or the entries of tags, in the given order.

    `first` is the rank of the first one, counted from 0.
    """
    render = macro("table_rows.html", kind)
    rows = (
        fitting(partial(render, group, letter_size(rank), link), CUTS, BUDGET // PAGE_SIZE[kind])
        for rank, group in enumerate(groups, start=first)
    )
    return Markup("\n").join(rows)


def letter_size(rank: int) -> int:
    """Return the size, 1 to 6, of a tag's letters."""
    return 1 + sum(rank < limit for limit in RANKS)
