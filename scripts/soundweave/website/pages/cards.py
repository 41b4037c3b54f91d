"""A sound as the front page and the lists show it."""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from soundweave.base import times
from soundweave.freesound.licenses import License
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import addresses

DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class Tag(NamedTuple):
    """A tag and its page, None when it has no page."""

    name: str
    page: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A sound; name and author are one visible line each, pages are paths in their language."""

    id: int
    name: str
    author: str
    author_page: str | None
    username: str  # exactly as Freesound has it
    license: License
    created: str
    seconds: float
    downloads: int
    links: int
    tags: list[Tag]
    on_map: bool

    @property
    def page(self) -> str:
        """Its page on Freesound."""
        return addresses.on_freesound(self.id, self.username)

    def short_page(self, longest: int) -> str:
        """Return its page on Freesound, without the author if their name is longer."""
        is_short = len(self.username) <= longest
        return self.page if is_short else f"https://freesound.org/s/{self.id}/"

    @property
    def time(self) -> datetime | None:
        """When it was uploaded."""
        return times.parse_or_none(self.created)

    @property
    def day(self) -> str:
        """The day of the upload, like 2025-11-21; empty when there is no date."""
        return self.created[:10] if DAY.fullmatch(self.created[:10]) else ""

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
        username=catalog.user_names[user],
        license=catalog.license(sound),
        created=catalog.created[sound],
        seconds=float(catalog.seconds[sound]),
        downloads=int(catalog.downloads[sound]),
        links=int(catalog.degrees[sound]),
        tags=[Tag(tags.names[code], groups.tags.get(code)) for code in catalog.tag_codes(sound)],
        on_map=bool(catalog.community[sound] >= 0),
    )
