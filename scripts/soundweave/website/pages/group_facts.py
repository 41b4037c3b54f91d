"""What the pages of users, packs and tags show: their sounds, facts, and related groups."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import quote

import numpy as np

from soundweave.base.text import duration, one_line
from soundweave.website.data.catalog import UNKNOWN_AUTHOR
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import addresses
from soundweave.website.pages import group_members
from soundweave.website.pages.cards import DAY
from soundweave.website.pages.group_members import SharedTags, SoundsByGroup

NOTHING = "–"
LONGEST = 300  # characters of a name in a heading
MOST_PACKS, MOST_RELATED = 40, 20  # packs, and tags or authors, that a page links to
PLAIN_TAG = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@dataclass(frozen=True)
class Related:
    """A group that a page links to; `path` is empty when it has no page."""

    name: str
    path: str
    size: int


@dataclass(frozen=True)
class Group:
    """A user, a pack or a tag with a page; `sounds` are newest first.

    `years` are those of the first and the last upload. `elsewhere` is its page on Freesound;
    `filter` is appended to the map's address to show only this group. Of a user's `pack_count`
    packs, `packs` are the largest that have a page.
    """

    kind: str  # users | packs | tags
    name: str
    path: str
    sounds: np.ndarray
    seconds: float
    families: dict[str, int]
    years: tuple[str, str] | None
    filter: str
    tags: list[Related]
    users: list[Related] = field(default_factory=list)
    packs: list[Related] = field(default_factory=list)
    pack_count: int = 0
    elsewhere: str | None = None

    @property
    def length(self) -> str:
        """The total length of its sounds."""
        return duration(self.seconds)


class Facts:
    """Collects the facts of the groups that have a page, largest group first."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._catalog = snapshot.catalog
        self._groups = snapshot.groups
        self._net = self._catalog.network
        self._shared_tags = SharedTags(self._net.tags, list(self._groups.tags))
        self._pack_counts = Counter(self._catalog.pack_owners)
        self._packs_of: dict[int, list[int]] = {}
        for pack in self._groups.packs:  # largest first
            self._packs_of.setdefault(self._catalog.pack_owners[pack], []).append(pack)

    def users(self) -> list[Group]:
        """Return the users with a page."""
        sounds = group_members.of_users(self._catalog)
        return [self._user(user, sounds) for user in self._groups.users]

    def packs(self) -> list[Group]:
        """Return the packs with a page."""
        sounds = group_members.of_packs(self._catalog)
        return [self._pack(pack, sounds) for pack in self._groups.packs]

    def tags(self) -> list[Group]:
        """Return the tags with a page."""
        sounds = group_members.of_tags(self._catalog, list(self._groups.tags))
        return [self._tag(tag, sounds) for tag in self._groups.tags]

    def _user(self, number: int, sounds: SoundsByGroup) -> Group:
        raw = self._catalog.user_names[number]
        packs = self._packs_of.get(number, [])[:MOST_PACKS]
        return replace(
            self._group("users", raw, self._groups.users[number], sounds[number], UNKNOWN_AUTHOR),
            elsewhere=f"{addresses.person(raw)}/",
            packs=[self._related_pack(pack) for pack in packs],
            pack_count=self._pack_counts[number],
        )

    def _pack(self, number: int, sounds: SoundsByGroup) -> Group:
        raw, owner = self._catalog.pack_names[number], self._catalog.pack_owners[number]
        pack, path = int(self._net.pack_ids[number]), self._groups.packs[number]
        group = self._group("packs", raw, path, sounds[number], f"#{pack}")
        if owner < 0:
            return group
        elsewhere = f"{addresses.person(self._catalog.user_names[owner])}/packs/{pack}/"
        return replace(group, elsewhere=elsewhere, users=[self._related_user(owner)])

    def _tag(self, number: int, sounds: SoundsByGroup) -> Group:
        raw, path = self._net.tags.names[number], self._groups.tags[number]
        is_plain = raw and PLAIN_TAG.issuperset(raw)
        return replace(
            self._group("tags", raw, path, sounds[number], NOTHING),
            elsewhere=f"https://freesound.org/browse/tags/{raw}/" if is_plain else None,
            users=self._busiest(sounds[number]),
        )

    def _group(self, kind: str, raw: str, path: str, sounds: np.ndarray, placeholder: str) -> Group:
        seconds = self._catalog.seconds[sounds]
        families = self._catalog.families_of(self._catalog.license_of[sounds])
        return Group(
            kind=kind,
            name=one_line(raw, placeholder, LONGEST),
            path=path,
            sounds=sounds,
            seconds=float(seconds[np.isfinite(seconds) & (seconds > 0)].sum()),
            families={family: count for family, count in families.items() if count},
            years=self._years(sounds),
            filter=f"{kind[:-1]}={quote(raw, safe='', errors='replace')}",
            tags=self._related_tags(sounds, path),
        )

    def _years(self, sounds: np.ndarray) -> tuple[str, str] | None:
        first, last = (self._catalog.created[sounds[index]][:10] for index in (-1, 0))
        return (first[:4], last[:4]) if DAY.fullmatch(first) and DAY.fullmatch(last) else None

    def _related_tags(self, sounds: np.ndarray, path: str) -> list[Related]:
        names = self._net.tags.names
        tags = (
            Related(one_line(names[code], NOTHING, LONGEST), self._groups.tags[code], 0)
            for code in self._shared_tags.most_common(sounds, MOST_RELATED + 1)
        )
        return list(islice((tag for tag in tags if tag.path != path), MOST_RELATED))

    def _busiest(self, sounds: np.ndarray) -> list[Related]:
        """Return the users with pages who have most of these sounds."""
        users, counts = np.unique(self._net.users[sounds], return_counts=True)
        order = users[np.argsort(-counts, kind="stable")].tolist()
        with_page = (user for user in order if user in self._groups.users)
        return [self._related_user(user) for user in islice(with_page, MOST_RELATED)]

    def _related_user(self, number: int) -> Related:
        name = one_line(self._catalog.user_names[number], UNKNOWN_AUTHOR, LONGEST)
        path = self._groups.users.get(number, "")
        return Related(name, path, int(self._net.user_sizes[number]))

    def _related_pack(self, number: int) -> Related:
        placeholder = str(self._net.pack_ids[number])
        name = one_line(self._catalog.pack_names[number], placeholder, LONGEST)
        return Related(name, self._groups.packs[number], int(self._net.pack_sizes[number]))
