"""What the pages of users, packs and tags say of each: its sounds, its facts, where it leads."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import quote

import numpy as np

from soundweave.base.text import duration, foreign
from soundweave.freesound import licenses
from soundweave.website.data.catalog import UNKNOWN_AUTHOR, Catalogue
from soundweave.website.data.groups import Groups
from soundweave.website.frame import addresses
from soundweave.website.pages.group_members import Members, Shared, of_packs, of_tags, of_users
from soundweave.website.pages.rows import DAY, NOTHING

LONGEST = 300  # characters of a name in a heading
OTHERS = 40  # packs, tags or authors that a page leads to
PLAIN_TAG = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@dataclass(frozen=True)
class Other:
    """Another group with a page."""

    name: str
    path: str
    size: int


@dataclass(frozen=True)
class Group:
    """A user, a pack or a tag with a page; `sounds` are newest first.

    `years` are of the first and the last upload. `elsewhere` is its page on Freesound; `filter`
    what follows the map's address to show it alone. Of a user's `pack_count` packs, `packs` are
    the largest that have a page.
    """

    kind: str  # users | packs | tags
    name: str
    path: str
    sounds: np.ndarray
    seconds: float
    families: dict[str, int]
    years: tuple[str, str] | None
    filter: str
    tags: list[Other]
    users: list[Other] = field(default_factory=list)
    packs: list[Other] = field(default_factory=list)
    pack_count: int = 0
    elsewhere: str | None = None

    @property
    def length(self) -> str:
        """How long all its sounds last."""
        return duration(self.seconds)


class Facts:
    """Tells the facts of the groups that have a page."""

    def __init__(self, catalogue: Catalogue, groups: Groups) -> None:
        self._catalogue = catalogue
        self._groups = groups
        self._families = [one.family for one in catalogue.licenses]
        self._shared = Shared(catalogue.network.tags, list(groups.tags))
        self._pack_counts = Counter(catalogue.pack_owners)
        self._packs_of: dict[int, list[int]] = {}
        for pack in groups.packs:  # largest first
            self._packs_of.setdefault(catalogue.pack_owners[pack], []).append(pack)

    def users(self) -> list[Group]:
        """Return the users with a page, largest first."""
        members = of_users(self._catalogue)
        return [self._user(number, members) for number in self._groups.users]

    def packs(self) -> list[Group]:
        """Return the packs with a page, largest first."""
        members = of_packs(self._catalogue)
        return [self._pack(number, members) for number in self._groups.packs]

    def tags(self) -> list[Group]:
        """Return the tags with a page, largest first."""
        members = of_tags(self._catalogue, list(self._groups.tags))
        return [self._tag(number, members) for number in self._groups.tags]

    def _user(self, number: int, members: Members) -> Group:
        raw = self._catalogue.user_names[number]
        return replace(
            self._group("users", raw, self._groups.users[number], members[number]),
            elsewhere=f"{addresses.person(raw)}/",
            packs=[self._other_pack(pack) for pack in self._packs_of.get(number, [])[:OTHERS]],
            pack_count=self._pack_counts[number],
        )

    def _pack(self, number: int, members: Members) -> Group:
        raw, owner = self._catalogue.pack_names[number], self._catalogue.pack_owners[number]
        pack = int(self._catalogue.network.pack_ids[number])
        group = self._group("packs", raw, self._groups.packs[number], members[number])
        group = replace(group, name=line(raw, f"#{pack}"))
        if owner < 0:
            return group
        person = addresses.person(self._catalogue.user_names[owner])
        return replace(group, elsewhere=f"{person}/packs/{pack}/", users=[self._other_user(owner)])

    def _tag(self, number: int, members: Members) -> Group:
        raw, sounds = self._catalogue.network.tags.names[number], members[number]
        plain = raw and PLAIN_TAG.issuperset(raw)
        return replace(
            self._group("tags", raw, self._groups.tags[number], sounds),
            elsewhere=f"https://freesound.org/browse/tags/{raw}/" if plain else None,
            users=self._busiest(sounds),
        )

    def _group(self, kind: str, raw: str, path: str, sounds: np.ndarray) -> Group:
        seconds = self._catalogue.seconds[sounds]
        return Group(
            kind=kind,
            name=line(raw, UNKNOWN_AUTHOR if kind == "users" else NOTHING),
            path=path,
            sounds=sounds,
            seconds=float(seconds[np.isfinite(seconds) & (seconds > 0)].sum()),
            families=self._shares(sounds),
            years=self._years(sounds),
            filter=f"{kind[:-1]}={quote(raw, safe='', errors='replace')}",
            tags=self._tags(sounds, path),
        )

    def _shares(self, sounds: np.ndarray) -> dict[str, int]:
        counts = np.bincount(self._catalogue.license_of[sounds], minlength=len(self._families))
        shares = dict.fromkeys(licenses.FAMILIES, 0)
        for family, count in zip(self._families, counts.tolist(), strict=True):
            shares[family] += count
        return {family: count for family, count in shares.items() if count}

    def _years(self, sounds: np.ndarray) -> tuple[str, str] | None:
        first, last = (self._catalogue.created[sounds[at]][:10] for at in (-1, 0))
        return (first[:4], last[:4]) if DAY.fullmatch(first) and DAY.fullmatch(last) else None

    def _tags(self, sounds: np.ndarray, path: str) -> list[Other]:
        tags = self._catalogue.network.tags
        found = (
            Other(line(tags.names[code], NOTHING), self._groups.tags[code], 0)
            for code in self._shared.most(sounds, OTHERS // 2 + 1)
        )
        return list(islice((tag for tag in found if tag.path != path), OTHERS // 2))

    def _busiest(self, sounds: np.ndarray) -> list[Other]:
        """Return the users with pages who have most of these sounds."""
        users, counts = np.unique(self._catalogue.network.users[sounds], return_counts=True)
        order = users[np.argsort(-counts, kind="stable")].tolist()
        known = (user for user in order if user in self._groups.users)
        return [self._other_user(user) for user in islice(known, OTHERS // 2)]

    def _other_user(self, number: int) -> Other:
        name = line(self._catalogue.user_names[number], UNKNOWN_AUTHOR)
        size = int(self._catalogue.network.user_sizes[number])
        return Other(name, self._groups.users.get(number, ""), size)

    def _other_pack(self, number: int) -> Other:
        net = self._catalogue.network
        name = line(self._catalogue.pack_names[number], str(net.pack_ids[number]))
        return Other(name, self._groups.packs[number], int(net.pack_sizes[number]))


def line(text: str, otherwise: str) -> str:
    """Return a foreign name as one visible line of bounded length."""
    shown = foreign(text, otherwise)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
