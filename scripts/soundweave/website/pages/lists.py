"""The list of the sounds, newest first, and the first pages of it in other orders."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from soundweave.base.config import WebsiteConfig
from soundweave.website.data.catalog import Catalog
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame.locales import Words
from soundweave.website.frame.page_languages import LocalizedPages
from soundweave.website.frame.pager import Pager, pages
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages.rows import Rows

NEWEST = "uploaded"
ORDER_PAGES = 4  # of each order except newest first


@dataclass(frozen=True)
class Order:
    """An order of the list, by `column`; `direction` is a value of aria-sort."""

    column: str
    direction: str
    sounds: np.ndarray

    def path(self, number: int) -> str:
        """Return the path of one of its pages, counted from 1."""
        return path(self.column, number)


def path(column: str, number: int = 1) -> str:
    """Return the path of a page of the list in the order of a column."""
    if column != NEWEST:
        return f"sounds/by-{column}-{number}.html"
    return "sounds/index.html" if number == 1 else f"sounds/{number}.html"


def orders(catalog: Catalog, newest_first: int, most: int) -> Iterator[Order]:
    """Yield the `newest_first` newest sounds, then the first `most` by name, length and so on.

    Ties go to the newer sound.
    """
    newest = catalog.newest
    yield Order(NEWEST, "descending", newest[:newest_first])
    names = heapq.nsmallest(most, newest.tolist(), key=partial(_name_key, catalog))
    yield Order("name", "ascending", np.array(names, dtype=np.int64))
    seconds = np.nan_to_num(catalog.seconds, nan=-1.0, posinf=-1.0)
    columns = {"length": seconds, "downloads": catalog.downloads, "links": catalog.degrees}
    for column, values in columns.items():
        largest = newest[np.argsort(-values[newest], kind="stable")[:most]]
        yield Order(column, "descending", largest)


def write(shell: Shell, snapshot: Snapshot, settings: WebsiteConfig) -> None:
    """Write the list: all sounds, or the `settings.list_sounds` newest."""
    catalog = snapshot.catalog
    localized = LocalizedPages(shell, full=len(catalog) <= settings.translated_up_to)
    rows = Rows(snapshot, most=settings.rows)
    for order in orders(catalog, settings.list_sounds, ORDER_PAGES * settings.rows):
        for pager, part in pages(len(order.sounds), settings.rows, order.path):
            localized.write(
                "list.html",
                order.path(pager.current),
                partial(_head, shell.title, snapshot, order, pager),
                partial(rows, order.sounds[part]),
                order=order,
                pager=pager,
                total=len(catalog),
                order_path=path,
            )


def _head(title: str, snapshot: Snapshot, order: Order, pager: Pager, words: Words) -> Head:
    heading = words("list.heading")
    if order.column != NEWEST:
        heading = words("list.heading-order", order=words(f"list.order-{order.column}"))
    if pager.current > 1:
        heading = words("list.heading-page", heading=heading, page=pager.current)
    return Head(
        title=f"{heading} – {title}",
        description=words("list.description", count=len(snapshot.catalog)),
        section="sounds",
        scripts=("list",),
        words=("list.", "updated."),
        preview_origins=snapshot.preview_origins,
        indexed=order.column == NEWEST and pager.current == 1,
    )


def _name_key(catalog: Catalog, sound: int) -> tuple[str, str]:
    """Sort from the first letter or digit on; a name with neither comes last."""
    name = catalog.name(sound).casefold()
    start = next((index for index, char in enumerate(name) if char.isalnum()), None)
    return ("\U0010ffff", name) if start is None else (name[start:], name)
