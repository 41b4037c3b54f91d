"""A sound as the front page lists it, with its links."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from soundweave.base import times
from soundweave.freesound.licenses import License
from soundweave.website.data.groups import Snapshot
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
    def time(self) -> datetime | None:
        """When it was uploaded."""
        return times.parse_or_none(self.created)

    @property
    def thread(self) -> int:
        """The length of its thread in percent: logarithmic, 0.1 seconds to an hour."""
        bounded = min(max(0.1, self.seconds), 3600.0)
        return round(6 + 94 * math.log(bounded / 0.1) / math.log(36_000))


def card(snapshot: Snapshot, sound: int) -> Card:
    """Return the card of a sound of the catalog."""
    catalog, groups = snapshot.catalog, snapshot.groups
    user, tags = int(catalog.network.users[sound]), catalog.network.tags
    return Card(
        id=int(catalog.ids[sound]),
        name=catalog.name(sound),
        author=catalog.author(sound),
        author_page=groups.users.get(user),
        page=addresses.on_freesound(int(catalog.ids[sound]), catalog.user_names[user]),
        license=catalog.license(sound),
        created=catalog.created[sound],
        seconds=float(catalog.seconds[sound]),
        tags=[Tag(tags.names[code], groups.tags.get(code)) for code in catalog.tag_codes(sound)],
        on_map=bool(catalog.community[sound] >= 0),
        links=int(catalog.degrees[sound]),
    )
