"""The list of the sounds, newest first, and the first pages of it in other orders."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from soundweave.base.config import WebsiteConfig
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.source import Source
from soundweave.website.frame.locales import Words
from soundweave.website.frame.page_languages import Editions
from soundweave.website.frame.pager import Pager, pages
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages.rows import Rows

NEWEST = "uploaded"
ORDER_PAGES = 4  # of each order but the newest first


@dataclass(frozen=True)
class Order:
    """An order of the list: `column` is the key of the one it is by, `direction` as in ARIA."""

    column: str
    direction: str
    sounds: np.ndarray

    def path(self, number: int) -> str:
        """Return the path of a page of it, counted from 1."""
        return path(self.column, number)


def path(column: str, number: int = 1) -> str:
    """Return the path of a page of the list in the order of a column."""
    if column != NEWEST:
        return f"sounds/by-{column}-{number}.html"
    return "sounds/index.html" if number == 1 else f"sounds/{number}.html"


def orders(catalogue: Catalogue, newest_first: int, most: int) -> Iterator[Order]:
    """Yield the `newest_first` newest sounds, then the first `most` by name, length and so on.

    Of equal ones the newer comes first.
    """
    newest = catalogue.newest
    yield Order(NEWEST, "descending", newest[:newest_first])
    names = heapq.nsmallest(most, newest.tolist(), key=partial(_name_key, catalogue))
    yield Order("name", "ascending", np.array(names, dtype=np.int64))
    seconds = np.nan_to_num(catalogue.seconds, nan=-1.0, posinf=-1.0)
    columns = {"length": seconds, "downloads": catalogue.downloads, "links": catalogue.degrees}
    for column, values in columns.items():
        largest = newest[np.argsort(-values[newest], kind="stable")[:most]]
        yield Order(column, "descending", largest)


def write(shell: Shell, source: Source, settings: WebsiteConfig) -> None:
    """Write the list: all sounds, or the `settings.list_sounds` newest."""
    catalogue = source.catalogue
    full = len(catalogue) <= settings.translated_up_to
    editions = Editions(shell, full=full)
    rows = Rows(source, most=settings.rows)
    for order in orders(catalogue, settings.list_sounds, ORDER_PAGES * settings.rows):
        for pager, part in pages(len(order.sounds), settings.rows, order.path):
            editions.write(
                "list.html",
                order.path(pager.current),
                partial(_head, shell.title, order, pager, len(catalogue), source.media),
                partial(rows, order.sounds[part]),
                order=order,
                pager=pager,
                total=len(catalogue),
                order_path=path,
            )


def _head(
    title: str, order: Order, pager: Pager, total: int, media: Sequence[str], words: Words
) -> Head:
    heading = words("list.heading")
    if order.column != NEWEST:
        heading = words("list.heading-order", order=words(f"list.order-{order.column}"))
    if pager.current > 1:
        heading = words("list.heading-page", heading=heading, page=pager.current)
    return Head(
        title=f"{heading} – {title}",
        description=words("list.description", count=total),
        section="sounds",
        scripts=("list",),
        words=("list.",),
        media=media,
        indexed=order.column == NEWEST and pager.current == 1,
    )


def _name_key(catalogue: Catalogue, sound: int) -> tuple[str, str]:
    """Sort by the first letter or digit on; a name with neither comes last."""
    name = catalogue.name(sound).casefold()
    start = next((at for at, char in enumerate(name) if char.isalnum()), None)
    return ("\U0010ffff", name) if start is None else (name[start:], name)
