"""The pages of users, packs and tags, and the lists that lead to them."""

from functools import partial
from typing import NamedTuple

from soundweave.base.config import WebsiteConfig
from soundweave.freesound import licenses
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame.locales import Words
from soundweave.website.frame.page_languages import LocalizedPages
from soundweave.website.frame.pager import Pager, pages
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages import group_rows
from soundweave.website.pages.group_facts import Facts, Group
from soundweave.website.pages.rows import Rows


class Index(NamedTuple):
    """The groups of one kind that have a page, and how many groups of that kind exist."""

    kind: str
    groups: list[Group]
    total: int

    def path(self, number: int) -> str:
        """Return the path of a page of the list, counted from 1."""
        return f"{self.kind}/index.html" if number == 1 else f"{self.kind}/index-{number}.html"


def write(shell: Shell, snapshot: Snapshot, settings: WebsiteConfig) -> None:
    """Write the lists of users, packs and tags, and a page for each group in `snapshot.groups`."""
    net, most = snapshot.catalog.network, settings.group_rows
    localized = LocalizedPages(shell, full=len(snapshot.catalog) <= settings.translated_up_to)
    rows, facts = Rows(snapshot, most=most), Facts(snapshot)
    kinds = (
        ("users", facts.users, len(net.user_ids)),
        ("packs", facts.packs, len(net.pack_ids)),
        ("tags", facts.tags, len(net.tags.names)),
    )
    for kind, read, total in kinds:  # one kind at a time: their sounds take memory
        index = Index(kind, read(), total)
        _write_index(localized, index, shell.title)
        for group in index.groups:
            newest = group.sounds[:most]
            localized.write(
                "group.html",
                group.path,
                partial(_group_head, shell.title, snapshot, group),
                partial(rows, newest),
                group=group,
                count=len(newest),
                families=licenses.FAMILIES,
            )


def _write_index(localized: LocalizedPages, index: Index, title: str) -> None:
    for pager, part in pages(len(index.groups), group_rows.PAGE_SIZE[index.kind], index.path):
        localized.write(
            "group_index.html",
            index.path(pager.current),
            partial(_index_head, title, index, pager),
            partial(group_rows.make, index.kind, index.groups[part], part.start),
            index=index,
            pager=pager,
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


def _group_head(title: str, snapshot: Snapshot, group: Group, words: Words) -> Head:
    count, length = len(group.sounds), group.length
    return Head(
        title=f"{words(f'{group.kind}.title', name=group.name)} – {title}",
        description=words(f"{group.kind}.about", name=group.name, count=count, length=length),
        section=group.kind,
        scripts=("list",),
        words=("list.", "updated."),
        preview_origins=snapshot.preview_origins,
    )
