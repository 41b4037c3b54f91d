"""Sounds as rows of a table: the same in every language, so they are rendered once for all.

A row contains no words. What a link or a player is for is in the head of its column, which the
row names by id: `map` and `heard` on the page, s123 for the name of sound 123.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
from markupsafe import Markup

from soundweave.freesound.licenses import License
from soundweave.website.data import previews
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import addresses
from soundweave.website.frame.shell import macro
from soundweave.website.pages.cards import Tag

BUDGET = 430_000  # bytes of all rows of a page; the page around them stays below 70 000
NOTHING = "–"
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
PREVIEWS = (
    "SELECT id, preview_mp3, preview_ogg FROM sounds WHERE id IN (SELECT value FROM json_each(?))"
)

AnyCut = TypeVar("AnyCut")


class Cut(NamedTuple):
    """How much of a row's texts is shown: characters, and how many tags."""

    name: int
    author: int
    license: int
    tag: int
    tags: int
    preview: int


# The first is the usual one. The others are for rows that are too long for their page; the last
# one stays below 860 bytes whatever the texts are.
CUTS = (
    Cut(name=1000, author=200, license=100, tag=60, tags=3, preview=1000),
    Cut(name=120, author=40, license=40, tag=24, tags=2, preview=200),
    Cut(name=40, author=20, license=20, tag=24, tags=0, preview=150),
    Cut(name=20, author=10, license=12, tag=0, tags=0, preview=0),
)


@dataclass(slots=True)
class SoundRow:
    """What a row shows; texts are untrusted."""

    id: int
    name: str
    author: str
    author_page: str | None
    license: License
    seconds: float
    created: str
    downloads: int
    links: int
    tags: list[Tag]
    preview: str | None

    def page(self, longest: int) -> str:
        """Return its page on Freesound, the short form if the author's name is overlong."""
        if len(self.author) > longest:
            return f"https://freesound.org/s/{self.id}/"
        return addresses.on_freesound(self.id, self.author)

    @property
    def day(self) -> str:
        """The day of the upload, like 2025-11-21; empty when there is no date."""
        return self.created[:10] if DAY.fullmatch(self.created[:10]) else ""


class Rows:
    """Renders rows; `link` starts a link to another page of the lists (see page_languages.py)."""

    def __init__(self, snapshot: Snapshot, *, most: int) -> None:
        self._snapshot = snapshot
        self._share = BUDGET // most
        self._render = macro("table_rows.html", "sound_row")
        self._tags = [
            Tag(name, snapshot.groups.tags.get(code))
            for code, name in enumerate(snapshot.catalog.network.tags.names)
        ]

    def __call__(self, sounds: np.ndarray, link: Markup) -> Markup:
        """Return the rows of these sounds, in their order; at most `most` of them fit a page."""
        rows = (
            fitting(partial(self._render, row, link), CUTS, self._share)
            for row in self._rows(sounds)
        )
        return Markup("\n").join(rows)

    def _rows(self, sounds: np.ndarray) -> Iterator[SoundRow]:
        catalog, pages = self._snapshot.catalog, self._snapshot.groups
        ids, users = catalog.ids[sounds].tolist(), catalog.network.users[sounds].tolist()
        addresses_of = self._previews(ids)
        for sound, number, user in zip(sounds.tolist(), ids, users, strict=True):
            yield SoundRow(
                id=number,
                name=catalog.names[sound],
                author=catalog.user_names[user],
                author_page=pages.users.get(user),
                license=catalog.license(sound),
                seconds=float(catalog.seconds[sound]),
                created=catalog.created[sound],
                downloads=int(catalog.downloads[sound]),
                links=int(catalog.degrees[sound]),
                tags=[self._tags[code] for code in catalog.tag_codes(sound)],
                preview=addresses_of.get(number),
            )

    def _previews(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the addresses of the previews, by sound id."""
        origins = self._snapshot.preview_origins
        cursor = self._snapshot.reader.cursor()
        cursor.row_factory = None  # plain tuples are faster
        return {
            number: address
            for number, mp3, ogg in cursor.execute(PREVIEWS, (json.dumps(ids),))
            if (address := previews.offered(mp3, origins) or previews.offered(ogg, origins))
        }


def fitting(render: Callable[[AnyCut], Markup], cuts: Sequence[AnyCut], share: int) -> Markup:
    """Return the fullest text of at most `share` bytes, or that of the last cut, on one line."""
    text = Markup("")
    for cut in cuts:
        text = render(cut).replace("\n", "")
        if len(text.encode()) <= share:
            break
    return text
