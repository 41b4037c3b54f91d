"""Users, packs and tags as rows and entries of their lists; the same in all languages."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from soundweave.website.pages.group_facts import Group, Other
from soundweave.website.pages.rows import BUDGET, NOTHING, fitting, grouped, shown

EACH = {"users": 500, "packs": 500, "tags": 1000}  # groups on a page of their list
RANKS = (400, 150, 60, 20, 6)  # so many tags have larger letters than size 1, 2, ...


class Cut(NamedTuple):
    """How much of the texts is shown: characters of a name, and of how many tags."""

    name: int
    tags: int


# The last ones stay below 420 bytes whatever the texts are.
CUTS = (Cut(name=120, tags=4), Cut(name=40, tags=2), Cut(name=16, tags=0))


def make(kind: str, groups: Sequence[Group], first: int, link: str) -> Markup:
    """Return the rows of users or packs, or the entries of tags, in the order given.

    `first` is the rank of the first one, counted from 0.
    """
    share = BUDGET // EACH[kind]
    row = {"users": _user, "packs": _pack, "tags": _tag}[kind]
    found = (
        fitting(partial(row, group, rank, link), CUTS, share)
        for rank, group in enumerate(groups, start=first)
    )
    return Markup("\n".join(found))  # noqa: S704 - every text in it was escaped


def _user(group: Group, _rank: int, link: str, cut: Cut) -> str:
    return (
        f'<tr><th scope="row">{_linked(group, cut, link)}</th>'
        f'<td class="n">{grouped(len(group.sounds))}</td>'
        f'<td class="n">{grouped(group.pack_count)}</td>'
        f'<td class="n">{escape(group.length)}</td>'
        f"<td>{_tags(group, cut, link)}</td></tr>"
    )


def _pack(group: Group, _rank: int, link: str, cut: Cut) -> str:
    owner = _linked(group.users[0], cut, link) if group.users else NOTHING
    return (
        f'<tr><th scope="row">{_linked(group, cut, link)}</th><td>{owner}</td>'
        f'<td class="n">{grouped(len(group.sounds))}</td>'
        f'<td class="n">{escape(group.length)}</td>'
        f"<td>{_tags(group, cut, link)}</td></tr>"
    )


def _tag(group: Group, rank: int, link: str, cut: Cut) -> str:
    size = 1 + sum(rank < limit for limit in RANKS)
    return (
        f'<li class="size-{size}">{_linked(group, cut, link)}'
        f' <span class="n">{grouped(len(group.sounds))}</span></li>'
    )


def _tags(group: Group, cut: Cut, link: str) -> str:
    return " ".join(_linked(tag, cut, link) for tag in group.tags[: cut.tags])


def _linked(one: Group | Other, cut: Cut, link: str) -> str:
    name = f"<bdi>{shown(one.name, NOTHING, cut.name)}</bdi>"
    return f'{link}{one.path}">{name}</a>' if one.path else name
