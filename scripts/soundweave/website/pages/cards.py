"""A sound as the front page lists it, with the ways on from there."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from soundweave.freesound.licenses import License
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.groups import Groups
from soundweave.website.data.history import parse_time
from soundweave.website.frame import addresses


class Tag(NamedTuple):
    """A tag and its page, None when it has no page."""

    name: str
    page: str | None


@dataclass(frozen=True)
class Card:
    """A sound; name and author are one visible line each, pages are paths in their language."""

    id: int
    name: str
    author: str
    author_page: str | None
    page: str
    license: License
    created: str
    seconds: float
    tags: list[Tag]
    on_map: bool
    links: int

    @property
    def at(self) -> datetime | None:
        """When it was uploaded."""
        return parse_time(self.created)

    @property
    def thread(self) -> int:
        """The length of its thread in percent: logarithmic, 0.1 seconds to an hour."""
        bounded = min(max(0.1, self.seconds), 3600.0)
        return round(6 + 94 * math.log(bounded / 0.1) / math.log(36_000))


def card(catalogue: Catalogue, groups: Groups, sound: int) -> Card:
    """Return the card of a sound of the catalogue."""
    user = int(catalogue.network.users[sound])
    tags = catalogue.network.tags
    codes = tags.codes[tags.offsets[sound] : tags.offsets[sound + 1]].tolist()
    return Card(
        id=int(catalogue.ids[sound]),
        name=catalogue.name(sound),
        author=catalogue.author(sound),
        author_page=groups.users.get(user),
        page=addresses.on_freesound(int(catalogue.ids[sound]), catalogue.user_names[user]),
        license=catalogue.license(sound),
        created=catalogue.created[sound],
        seconds=float(catalogue.seconds[sound]),
        tags=[Tag(tags.names[code], groups.tags.get(code)) for code in codes],
        on_map=bool(catalogue.community[sound] >= 0),
        links=int(catalogue.degrees[sound]),
    )
