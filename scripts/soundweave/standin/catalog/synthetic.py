"""The synthetic catalogue: seeded, heavy-tailed like the real one, hostile here and there.

Figures follow real lists: most users have one sound, a few have hundreds; packs of one user,
whole packs with one second as their `created`; licences and durations as in a crawl of 2025.
"""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from soundweave.standin.catalog import sound as shape
from soundweave.standin.catalog import words
from soundweave.standin.catalog.catalog import Catalogue

_END = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_SPAN = _END - datetime(2005, 4, 5, tzinfo=UTC).timestamp()
_PACE = 1000  # sounds after which a quarter of the time is left

_NEW_USER, _PACK, _JOIN_PACK, _LATE = 0.62, 0.1, 0.06, 0.05
_LARGEST_PACK = 700
_LICENSES = (
    (shape.CC0, 668),
    (shape.BY_4, 586),
    (shape.BY_3, 162),
    (shape.BY_NC_4, 155),
    (shape.SAMPLING, 59),
    (shape.BY_NC_3, 41),
)
_TYPES = (("wav", 80), ("mp3", 9), ("aiff", 6), ("flac", 2), ("ogg", 2), ("m4a", 1))
_AI = (
    ("no-additional-preferences", 70),
    ("open-source-models", 8),
    ("noncommercial-open-source-models", 7),
    ("no-gen-ai", 15),
)
_RATES = ((44100.0, 75), (48000.0, 20), (96000.0, 5))
_NAME_EVERY, _USER_EVERY, _TAG_EVERY, _PACK_EVERY = 97, 41, 89, 23

T = TypeVar("T")


def synthetic_catalogue(sounds: int = 2000, seed: int = 1, *, hostile: bool = True) -> Catalogue:
    """Return a catalogue of so many made-up sounds, the same for the same seed.

    More sounds of the same seed keep the earlier ones and add later ids.
    """
    return Catalogue(itertools.islice(_Uploads(seed, hostile=hostile).stream(), sounds))


@dataclass
class _User:
    name: str
    license: str
    topic: int
    packs: list[tuple[int, str]] = field(default_factory=list)


class _Uploads:
    """An endless stream of uploads; it never looks ahead, so a longer one only adds."""

    def __init__(self, seed: int, *, hostile: bool) -> None:
        # Only random() is used: it alone gives the same numbers on every version of Python.
        self._random = random.Random(f"soundweave {seed}").random  # noqa: S311 - nothing secret
        self._hostile = hostile
        self._users: list[_User] = []
        self._owners: list[_User] = []  # one entry per sound: who has many gets more
        self._sound_id = 0
        self._pack_id = 100
        self._packs = 0

    def stream(self) -> Iterator[dict[str, Any]]:
        """Yield sounds in the order of their ids."""
        while True:
            user = self._uploader()
            chance = self._random()
            if chance < _PACK:
                yield from self._new_pack(user)
            elif chance < _PACK + _JOIN_PACK and user.packs:
                yield self._sound(user, self._moment(), user.packs[-1], user.topic)
            else:
                yield self._sound(user, self._moment(), None, self._topic(user))

    def _new_pack(self, user: _User) -> Iterator[dict[str, Any]]:
        self._pack_id += 1 + self._below(30)
        self._packs += 1
        topic = self._topic(user)
        name = " ".join(word.capitalize() for word in words.TOPICS[topic][:2])
        if self._hostile and self._packs % _PACK_EVERY == 0:
            name = _turn(words.HOSTILE_NAMES, self._packs // _PACK_EVERY)
        pack = (self._pack_id, name)
        user.packs.append(pack)
        moment = self._moment()
        size = min(_LARGEST_PACK, int(2.5 / (1 - self._random()) ** 0.9))
        for _ in range(size):
            yield self._sound(user, moment, pack, topic)

    def _uploader(self) -> _User:
        if self._owners and self._random() > _NEW_USER:
            return self._pick(self._owners)
        number = len(self._users) + 1
        name = self._username(number)
        user = _User(name, self._weighted(_LICENSES), self._below(len(words.TOPICS)))
        self._users.append(user)
        return user

    def _username(self, number: int) -> str:
        first, second = (self._pick(part) for part in words.USER_PARTS)
        chance = self._random()
        if self._hostile and number % _USER_EVERY == 0:
            turn = number // _USER_EVERY - 1
            hostile = words.HOSTILE_USERS[turn % len(words.HOSTILE_USERS)]
            return hostile if turn < len(words.HOSTILE_USERS) else f"{hostile}{number}"
        if chance < 0.02:
            return f"deleted_user_{number}"
        return (
            f"{first.capitalize() if chance < 0.4 else first}{'_' * (chance < 0.3)}{second}{number}"
        )

    def _sound(
        self, user: _User, moment: float, pack: tuple[int, str] | None, topic: int
    ) -> dict[str, Any]:
        self._sound_id += 1 if pack else 1 + self._below(60)
        self._owners.append(user)
        kind = self._weighted(_TYPES)
        duration = self._duration()
        rate = self._weighted(_RATES)
        downloads = int(math.exp(3.2 + 1.7 * self._bell()))
        ratings = int(downloads * self._random() / 20)
        place = self._random() < 0.08
        if pack is None and self._random() < _LATE:
            moment -= self._below(2 * 86_400)  # ids follow the uploads only roughly
        category = self._pick(words.CATEGORIES) if self._random() < 0.9 else (None, None, None)
        return {
            "id": self._sound_id,
            "name": self._name(topic, kind),
            "tags": self._tags(topic),
            "description": self._description(),
            "category": category[0],
            "subcategory": category[1],
            "category_code": category[2],
            "category_is_user_provided": self._random() < 0.2,
            "geotag": self._geotag() if place else None,
            "created": self._text(moment),
            "license": user.license if self._random() < 0.8 else self._weighted(_LICENSES),
            "gen_ai_preference": self._weighted(_AI),
            "type": kind,
            "channels": 1 + self._below(2),
            "filesize": int(duration * rate * 4) if kind == "wav" else int(duration * 24_000),
            "bitrate": int(rate * 32 / 1000) if kind == "wav" else 192,
            "bitdepth": 16 if kind in ("wav", "aiff", "flac") else None,
            "duration": duration,
            "samplerate": rate,
            "username": user.name,
            "pack": shape.pack_url(pack[0]) if pack else None,
            "pack_name": pack[1] if pack else None,
            "num_downloads": downloads,
            "avg_rating": round(2 + 3 * self._random(), 1) if ratings else 0.0,
            "num_ratings": ratings,
            "num_comments": int(ratings * self._random() / 2),
            "is_explicit": self._random() < 0.004,
            "is_remix": self._random() < 0.01,
            "was_remixed": self._random() < 0.01,
        }

    def _name(self, topic: int, kind: str) -> str:
        vocabulary = words.TOPICS[topic][:6]
        first, second = self._pick(vocabulary), self._pick(vocabulary)
        quality = self._pick(words.QUALITIES)
        number = 1 + self._below(30)
        turn = len(self._owners)
        forms = (
            f"{first.capitalize()} {second} {number:02}.{kind}",
            f"{quality} {first.capitalize()}",
            f"{first}_{second}_{number}.{kind}",
            f"{quality.lower()} {first}, {second}.{kind.upper()}",
        )
        plain = self._pick(forms)
        if self._hostile and turn % _NAME_EVERY == 0:
            return _turn(words.HOSTILE_NAMES, turn // _NAME_EVERY)
        return plain

    def _tags(self, topic: int) -> list[str]:
        vocabulary = words.TOPICS[topic]
        tags = [tag for tag in vocabulary if self._random() < 0.65] or [vocabulary[0]]
        tags += [self._pick(words.GENERAL) for _ in range(self._below(5))]
        if self._random() < 0.12:
            tags.append(tags[0].capitalize())
        if self._random() < 0.15:
            tags.append(
                f"{self._pick(words.TOPICS[self._below(len(words.TOPICS))])}-{self._below(99)}"
            )
        turn = len(self._owners)
        if self._hostile and turn % _TAG_EVERY == 0:
            tags.append(_turn(words.HOSTILE_TAGS, turn // _TAG_EVERY))
        tags = [] if self._random() < 0.003 else tags
        return list(dict.fromkeys(tags))

    def _description(self) -> str:
        return " ".join(self._pick(words.SENTENCES) for _ in range(self._below(3)))

    def _geotag(self) -> str:
        return f"{self._random() * 130 - 60:.6f} {self._random() * 360 - 180:.6f}"

    def _moment(self) -> float:
        return _END - _SPAN / (1 + len(self._owners) / _PACE) ** 2

    @staticmethod
    def _text(moment: float) -> str:
        return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _duration(self) -> float:
        return round(min(10_800.0, max(0.02, math.exp(2.25 + 1.8 * self._bell()))), 4)

    def _topic(self, user: _User) -> int:
        return user.topic if self._random() < 0.6 else self._below(len(words.TOPICS))

    def _below(self, limit: int) -> int:
        return int(self._random() * limit)

    def _bell(self) -> float:
        """Return a number of nearly normal distribution: mean 0, deviation 1."""
        return sum(self._random() for _ in range(12)) - 6

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[self._below(len(choices))]

    def _weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        rest = self._random() * sum(weight for _, weight in choices)
        for value, weight in choices:
            rest -= weight
            if rest < 0:
                return value
        return choices[-1][0]


def _turn(choices: Sequence[T], number: int) -> T:
    """Return the choice whose turn it is, the first for number 1."""
    return choices[(number - 1) % len(choices)]
