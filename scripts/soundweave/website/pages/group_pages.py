"""The pages of users, packs and tags, and the lists that lead to them."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from soundweave.base.config import WebsiteConfig
from soundweave.freesound import licenses
from soundweave.website.data.source import Source
from soundweave.website.frame.locales import Words
from soundweave.website.frame.page_languages import Editions
from soundweave.website.frame.pager import Pager, pages
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages import group_rows
from soundweave.website.pages.group_facts import Facts, Group
from soundweave.website.pages.rows import Rows


class Index(NamedTuple):
    """The groups of one kind that have a page, and how many there are in all."""

    kind: str
    groups: list[Group]
    total: int

    def path(self, number: int) -> str:
        """Return the path of a page of the list, counted from 1."""
        return f"{self.kind}/index.html" if number == 1 else f"{self.kind}/index-{number}.html"


def write(shell: Shell, source: Source, settings: WebsiteConfig) -> None:
    """Write the lists of users, packs and tags, and a page for each one that `groups` names."""
    editions = Editions(shell, full=len(source.catalogue) <= settings.translated_up_to)
    rows = Rows(source, most=settings.group_rows)
    facts, net = Facts(source.catalogue, source.groups), source.catalogue.network
    indexes = (
        (Index("users", [], len(net.user_ids)), facts.users),
        (Index("packs", [], len(net.pack_ids)), facts.packs),
        (Index("tags", [], len(net.tags.names)), facts.tags),
    )
    for index, read in indexes:  # one kind after the other: their sounds take memory
        full = index._replace(groups=read())
        _write_index(editions, full, shell.title)
        for group in full.groups:
            _write_group(editions, rows, group, settings.group_rows, shell.title, source.media)


def _write_index(editions: Editions, index: Index, title: str) -> None:
    each = group_rows.EACH[index.kind]
    for pager, part in pages(len(index.groups), each, index.path):
        editions.write(
            "group_index.html",
            index.path(pager.current),
            partial(_index_head, title, index, pager),
            partial(group_rows.make, index.kind, index.groups[part], part.start),
            index=index,
            pager=pager,
        )


def _write_group(
    editions: Editions, rows: Rows, group: Group, most: int, title: str, media: Sequence[str]
) -> None:
    newest = group.sounds[:most]
    editions.write(
        "group.html",
        group.path,
        partial(_group_head, title, group, media),
        partial(rows, newest),
        group=group,
        count=len(newest),
        families=licenses.FAMILIES,
    )


def _index_head(title: str, index: Index, pager: Pager, words: Words) -> Head:
    heading = words(f"{index.kind}.heading")
    if pager.current > 1:
        heading = words("list.heading-page", heading=heading, page=pager.current)
    return Head(
        title=f"{heading} – {title}",
        description=words(f"{index.kind}.description", count=index.total),
        section=index.kind,
        indexed=pager.current == 1,
    )


def _group_head(title: str, group: Group, media: Sequence[str], words: Words) -> Head:
    name = words(f"{group.kind}.title", name=group.name)
    return Head(
        title=f"{name} – {title}",
        description=words(
            f"{group.kind}.about", name=group.name, count=len(group.sounds), length=group.length
        ),
        section=group.kind,
        scripts=("list",),
        words=("list.",),
        media=media,
    )
