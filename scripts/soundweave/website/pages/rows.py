"""A sound as a row of a table: the same in every language, so that it is made once for all.

No word is in a row. What a link or a player is for is said by the head of its column, which the
row names by id: `map` and `heard` on the page, s123 for the name of sound 123.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from html import escape
from typing import NamedTuple, TypeVar

import numpy as np
from markupsafe import Markup

from soundweave.base.text import duration, foreign
from soundweave.website.data import previews
from soundweave.website.data.catalog import UNKNOWN_AUTHOR
from soundweave.website.data.source import Source
from soundweave.website.frame import addresses

BUDGET = 430_000  # bytes of all rows of a page; the page around them stays below 70 000
NOTHING = "–"
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
COLUMNS = (
    "SELECT id, preview_mp3, preview_ogg FROM sounds WHERE id IN (SELECT value FROM json_each(?))"
)

AnyCut = TypeVar("AnyCut")
Facts = tuple[int, int, int, int, float, int, int]  # the columns of a row that are numbers


class Cut(NamedTuple):
    """How much of a row's texts is shown: characters, and how many tags."""

    name: int
    author: int
    licence: int
    tag: int
    tags: int
    preview: int


# The first is for everybody. The others are for rows that would burst their page; the last one
# stays below 860 bytes whatever the texts are.
CUTS = (
    Cut(name=1000, author=200, licence=100, tag=60, tags=3, preview=1000),
    Cut(name=120, author=40, licence=40, tag=24, tags=2, preview=200),
    Cut(name=40, author=20, licence=20, tag=24, tags=0, preview=150),
    Cut(name=20, author=10, licence=12, tag=0, tags=0, preview=0),
)


class Rows:
    """Makes rows; `link` is how a link to another page of the lists begins (see editions.py)."""

    def __init__(self, source: Source, *, most: int) -> None:
        self._catalogue = source.catalogue
        self._groups = source.groups
        self._reader = source.reader
        self._media = source.media
        self._known = tuple(f"{origin}/" for origin in source.media)
        self._share = BUDGET // most
        self._author = lru_cache(1 << 16)(self._make_author)
        self._tag = lru_cache(1 << 16)(self._make_tag)
        self._licence = lru_cache(1 << 10)(self._make_licence)

    def __call__(self, sounds: np.ndarray, link: str) -> Markup:
        """Return the rows of these sounds, in their order; at most `most` of them fit a page."""
        heard = self._previews(sounds)
        rows = (
            fitting(partial(self._row, one, link, heard), CUTS, self._share)
            for one in self._facts(sounds)
        )
        return Markup("\n".join(rows))  # noqa: S704 - every text in it was escaped

    def _facts(self, sounds: np.ndarray) -> Iterator[Facts]:
        catalogue = self._catalogue
        columns = (
            catalogue.ids,
            catalogue.network.users,
            catalogue.license_of,
            catalogue.seconds,
            catalogue.downloads,
            catalogue.degrees,
        )
        return zip(sounds.tolist(), *(column[sounds].tolist() for column in columns), strict=True)

    def _row(
        self,
        facts: Facts,
        link: str,
        heard: dict[int, str],
        cut: Cut,
    ) -> str:
        sound, number, user, licence, seconds, downloads, degree = facts
        catalogue = self._catalogue
        at, author = self._author(user, cut, link)
        page = f"{at}/sounds/{number}/" if at else f"https://freesound.org/s/{number}/"
        name = shown(catalogue.names[sound], f"#{number}", cut.name)
        preview = heard.get(number, "")
        player = (
            f'<audio controls preload="none" src="{preview}"'
            f' aria-labelledby="heard s{number}"></audio>'
            if preview and len(preview) <= cut.preview
            else NOTHING
        )
        return (
            f'<tr><th scope="row"><a id="s{number}" href="{page}"><bdi>{name}</bdi></a></th>'
            f"<td>{author}</td><td>{self._licence(licence, cut)}</td>"
            f'<td class="n">{duration(seconds)}</td><td>{day(catalogue.created[sound])}</td>'
            f'<td class="n">{grouped(downloads)}</td><td class="n">{grouped(degree)}</td>'
            f"<td>{self._tags(sound, cut, link)}</td><td>{player}</td>"
            f'<td><a href="../map.html#sound={number}" aria-labelledby="map s{number}"></a></td>'
            "</tr>"
        )

    def _make_author(self, user: int, cut: Cut, link: str) -> tuple[str, str]:
        """Return the address on Freesound that the author's sounds begin with, and the cell."""
        raw = self._catalogue.user_names[user]
        cell = f"<bdi>{shown(raw, UNKNOWN_AUTHOR, cut.author)}</bdi>"
        if page := self._groups.users.get(user):
            cell = f'{link}{page}">{cell}</a>'
        # An overlong author is left out of the address; Freesound knows the short form, too.
        return addresses.person(raw) if len(raw) <= cut.author else "", cell

    def _make_licence(self, number: int, cut: Cut) -> str:
        licence = self._catalogue.licenses[number]
        if licence.deed:
            return f'<a rel="license" href="{licence.deed}">{licence.name}</a>'
        return f"<bdi>{shown(licence.name, NOTHING, cut.licence)}</bdi>"

    def _make_tag(self, code: int, cut: Cut, link: str) -> str:
        name = shown(self._catalogue.network.tags.names[code], NOTHING, cut.tag)
        page = self._groups.tags.get(code)
        return f'{link}{page}"><bdi>{name}</bdi></a>' if page else f"<bdi>{name}</bdi>"

    def _tags(self, sound: int, cut: Cut, link: str) -> str:
        tags = self._catalogue.network.tags
        begin, end = tags.offsets[sound], tags.offsets[sound + 1]
        some = [self._tag(code, cut, link) for code in tags.codes[begin:end][: cut.tags].tolist()]
        more = int(end - begin) - len(some)
        return " ".join([*some, f"<small>+{grouped(more)}</small>"] if more else some)

    def _previews(self, sounds: np.ndarray) -> dict[int, str]:
        """Return the escaped address of the preview of those that have one, by sound id."""
        numbers = self._catalogue.ids[sounds].tolist()
        cursor = self._reader.cursor()
        cursor.row_factory = None
        found = cursor.execute(COLUMNS, (json.dumps(numbers),))
        return {
            number: escape(url)
            for number, mp3, ogg in found
            if (url := self._offered(mp3) or self._offered(ogg))
        }

    def _offered(self, url: str | None) -> str | None:
        if url and url.startswith(self._known):  # the slow look is for those that do not
            return url
        return previews.offered(url, self._media)


def fitting(make: Callable[[AnyCut], str], cuts: Sequence[AnyCut], share: int) -> str:
    """Return the fullest text that is at most `share` bytes long, or that of the last cut."""
    text = ""
    for cut in cuts:
        text = make(cut)
        if len(text) <= share and len(text.encode()) <= share:
            break
    return text


def shown(text: str, otherwise: str, most: int) -> str:
    """Return a foreign text as one escaped line of at most `most` characters and an ellipsis."""
    line = foreign(text, otherwise)
    return escape(line if len(line) <= most else f"{line[:most]}…")


def day(created: str) -> str:
    """Return the day of an upload, like 2025-11-21; what is no date as the text it is."""
    if DAY.fullmatch(created[:10]):
        return f"<time>{created[:10]}</time>"
    return f"<bdi>{shown(created, NOTHING, 10)}</bdi>"


def grouped(number: int) -> str:
    """Return a number that reads the same in all languages: 1234, 12 345."""
    return f"{number:,}".replace(",", "\u202f") if number >= 10_000 else str(number)
