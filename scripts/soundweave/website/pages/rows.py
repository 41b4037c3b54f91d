"""Sounds as rows of a table: the same in every language, so they are rendered once for all.

A row contains no words. What a link or a player is for is in the head of its column, which the
row names by id: `map` and `heard` on the page, s123 for the name of sound 123.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
from markupsafe import Markup

from soundweave.website.data import previews
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame.shell import macro
from soundweave.website.pages.cards import card

BUDGET = 430_000  # bytes of all rows of a page; the page around them stays below 70 000
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


class Rows:
    """Renders rows; `link` starts a link to another page of the lists (see page_languages.py)."""

    def __init__(self, snapshot: Snapshot, *, most: int) -> None:
        self._snapshot = snapshot
        self._share = BUDGET // most
        self._render = macro("table_rows.html", "sound_row")

    def __call__(self, sounds: np.ndarray, link: Markup) -> Markup:
        """Return the rows of these sounds, in their order; at most `most` of them fit a page."""
        renders = (
            partial(self._render, card(self._snapshot, sound), self._preview(sound), link)
            for sound in sounds.tolist()
        )
        return Markup("\n").join(fitting(render, CUTS, self._share) for render in renders)

    def _preview(self, sound: int) -> str | None:
        origins, extra = self._snapshot.preview_origins, self._snapshot.catalog.extras[sound]
        mp3, ogg = extra.preview_mp3, extra.preview_ogg
        return previews.offered(mp3, origins) or previews.offered(ogg, origins)


def fitting(render: Callable[[AnyCut], Markup], cuts: Sequence[AnyCut], share: int) -> Markup:
    """Return the fullest text of at most `share` bytes, or that of the last cut, on one line."""
    text = Markup("")
    for cut in cuts:
        text = render(cut).replace("\n", "")
        if len(text.encode()) <= share:
            break
    return text
