"""The synthetic catalog: seeded, heavy-tailed like the real one, with some hostile texts.

The figures follow real lists: most users have one sound and a few have hundreds, a pack belongs to
one user and often shares one second as `created`; licenses and durations match a crawl of 2025.
"""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from soundweave.base import times
from soundweave.standin.catalog import words
from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.catalog.sound import API, CC0

_END = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_SPAN = _END - datetime(2005, 4, 5, tzinfo=UTC).timestamp()
_PACE = 1000  # after this many sounds, a quarter of the time is left

_NEW_USER, _NEW_PACK, _JOIN_PACK, _LATE = 0.62, 0.1, 0.06, 0.05
_MAX_PACK_SIZE = 700
_LICENSES = (
    (CC0, 668),
    ("https://creativecommons.org/licenses/by/4.0/", 586),
    ("http://creativecommons.org/licenses/by/3.0/", 162),
    ("https://creativecommons.org/licenses/by-nc/4.0/", 155),
    ("http://creativecommons.org/licenses/sampling+/1.0/", 59),
    ("http://creativecommons.org/licenses/by-nc/3.0/", 41),
)
_TYPES = (("wav", 80), ("mp3", 9), ("aiff", 6), ("flac", 2), ("ogg", 2), ("m4a", 1))
_AI_PREFERENCES = (
    ("no-additional-preferences", 70),
    ("open-source-models", 8),
    ("noncommercial-open-source-models", 7),
    ("no-gen-ai", 15),
)
_SAMPLE_RATES = ((44100.0, 75), (48000.0, 20), (96000.0, 5))
# One in so many is hostile.
_HOSTILE_NAME, _HOSTILE_USER, _HOSTILE_TAG, _HOSTILE_PACK = 97, 41, 89, 23

T = TypeVar("T")
Pack = tuple[int, str]


def synthetic_catalog(sounds: int = 2000, seed: int = 1, *, hostile: bool = True) -> Catalog:
    """Generate a catalog of synthetic sounds, the same for the same seed.

    A larger catalog with the same seed keeps the sounds of a smaller one and adds later ids.
    """
    return Catalog(itertools.islice(_Uploads(seed, hostile=hostile).stream(), sounds))


@dataclass
class _User:
    name: str
    license: str
    topic: int
    packs: list[Pack] = field(default_factory=list)


class _Uploads:
    """An endless stream of uploads; it never looks ahead, so a longer one only adds."""

    def __init__(self, seed: int, *, hostile: bool) -> None:
        # Only random() gives the same numbers on every version of Python.
        self._random = random.Random(f"soundweave {seed}").random  # noqa: S311 - nothing secret
        self._hostile = hostile
        self._users: list[_User] = []
        self._owners: list[_User] = []  # one entry per sound: prolific users upload more
        self._sound_id = 0
        self._pack_id = 100
        self._packs = 0

    def stream(self) -> Iterator[dict[str, Any]]:
        """Yield sounds in the order of their ids."""
        while True:
            user = self._uploader()
            chance = self._random()
            if chance < _NEW_PACK:
                yield from self._new_pack(user)
            elif chance < _NEW_PACK + _JOIN_PACK and user.packs:
                yield self._sound(user, self._moment(), user.packs[-1], user.topic)
            else:
                yield self._sound(user, self._moment(), None, self._topic(user))

    def _new_pack(self, user: _User) -> Iterator[dict[str, Any]]:
        self._pack_id += 1 + self._below(30)
        self._packs += 1
        topic = self._topic(user)
        plain = " ".join(word.capitalize() for word in words.TOPICS[topic][:2])
        name = self._hostile_text(words.HOSTILE_NAMES, self._packs, _HOSTILE_PACK) or plain
        pack = (self._pack_id, name)
        user.packs.append(pack)
        moment = self._moment()
        size = min(_MAX_PACK_SIZE, int(2.5 / (1 - self._random()) ** 0.9))
        for _ in range(size):
            yield self._sound(user, moment, pack, topic)

    def _uploader(self) -> _User:
        if self._owners and self._random() > _NEW_USER:
            return self._pick(self._owners)
        name = self._username(len(self._users) + 1)
        user = _User(name, self._weighted(_LICENSES), self._below(len(words.TOPICS)))
        self._users.append(user)
        return user

    def _username(self, number: int) -> str:
        first, second = (self._pick(part) for part in words.USER_PARTS)
        chance = self._random()
        if hostile := self._hostile_text(words.HOSTILE_USERS, number, _HOSTILE_USER):
            used_up = number // _HOSTILE_USER > len(words.HOSTILE_USERS)
            return f"{hostile}{number}" if used_up else hostile
        if chance < 0.02:
            return f"deleted_user_{number}"
        first = first.capitalize() if chance < 0.4 else first
        return f"{first}{'_' * (chance < 0.3)}{second}{number}"

    def _sound(self, user: _User, moment: float, pack: Pack | None, topic: int) -> dict[str, Any]:
        self._sound_id += 1 if pack else 1 + self._below(60)
        self._owners.append(user)
        file_type = self._weighted(_TYPES)
        duration = self._duration()
        sample_rate = self._weighted(_SAMPLE_RATES)
        downloads = int(math.exp(3.2 + 1.7 * self._normal()))
        ratings = int(downloads * self._random() / 20)
        has_geotag = self._random() < 0.08
        if pack is None and self._random() < _LATE:
            moment -= self._below(2 * 86_400)  # ids follow the uploads only roughly
        category = self._pick(words.CATEGORIES) if self._random() < 0.9 else [None] * 3
        is_wav = file_type == "wav"
        return {
            "id": self._sound_id,
            "name": self._name(topic, file_type),
            "tags": self._tags(topic),
            "description": " ".join(self._pick(words.SENTENCES) for _ in range(self._below(3))),
            "category": category[0],
            "subcategory": category[1],
            "category_code": category[2],
            "category_is_user_provided": self._random() < 0.2,
            "geotag": self._geotag() if has_geotag else None,
            "created": times.stamp(datetime.fromtimestamp(int(moment), UTC)),
            "license": user.license if self._random() < 0.8 else self._weighted(_LICENSES),
            "gen_ai_preference": self._weighted(_AI_PREFERENCES),
            "type": file_type,
            "channels": 1 + self._below(2),
            "filesize": int(duration * sample_rate * 4) if is_wav else int(duration * 24_000),
            "bitrate": int(sample_rate * 32 / 1000) if is_wav else 192,
            "bitdepth": 16 if file_type in ("wav", "aiff", "flac") else None,
            "duration": duration,
            "samplerate": sample_rate,
            "username": user.name,
            "pack": f"{API}packs/{pack[0]}/" if pack else None,
            "pack_name": pack[1] if pack else None,
            "num_downloads": downloads,
            "avg_rating": round(2 + 3 * self._random(), 1) if ratings else 0.0,
            "num_ratings": ratings,
            "num_comments": int(ratings * self._random() / 2),
            "is_explicit": self._random() < 0.004,
            "is_remix": self._random() < 0.01,
            "was_remixed": self._random() < 0.01,
        }

    def _name(self, topic: int, file_type: str) -> str:
        vocabulary = words.TOPICS[topic][:6]
        first, second = self._pick(vocabulary), self._pick(vocabulary)
        quality = self._pick(words.QUALITIES)
        number = 1 + self._below(30)
        plain = self._pick(
            (
                f"{first.capitalize()} {second} {number:02}.{file_type}",
                f"{quality} {first.capitalize()}",
                f"{first}_{second}_{number}.{file_type}",
                f"{quality.lower()} {first}, {second}.{file_type.upper()}",
            )
        )
        return self._hostile_text(words.HOSTILE_NAMES, len(self._owners), _HOSTILE_NAME) or plain

    def _tags(self, topic: int) -> list[str]:
        vocabulary = words.TOPICS[topic]
        tags = [tag for tag in vocabulary if self._random() < 0.65] or [vocabulary[0]]
        tags += [self._pick(words.GENERAL) for _ in range(self._below(5))]
        if self._random() < 0.12:
            tags.append(tags[0].capitalize())
        if self._random() < 0.15:
            tags.append(f"{self._pick(self._pick(words.TOPICS))}-{self._below(99)}")
        if hostile := self._hostile_text(words.HOSTILE_TAGS, len(self._owners), _HOSTILE_TAG):
            tags.append(hostile)
        return [] if self._random() < 0.003 else list(dict.fromkeys(tags))

    def _hostile_text(self, texts: Sequence[str], number: int, interval: int) -> str | None:
        if not self._hostile or number % interval:
            return None
        return texts[(number // interval - 1) % len(texts)]

    def _geotag(self) -> str:
        return f"{self._random() * 130 - 60:.6f} {self._random() * 360 - 180:.6f}"

    def _moment(self) -> float:
        return _END - _SPAN / (1 + len(self._owners) / _PACE) ** 2

    def _duration(self) -> float:
        return round(min(10_800.0, max(0.02, math.exp(2.25 + 1.8 * self._normal()))), 4)

    def _topic(self, user: _User) -> int:
        return user.topic if self._random() < 0.6 else self._below(len(words.TOPICS))

    def _below(self, limit: int) -> int:
        return int(self._random() * limit)

    def _normal(self) -> float:
        """Draw from a nearly normal distribution: mean 0, deviation 1."""
        return sum(self._random() for _ in range(12)) - 6

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[self._below(len(choices))]

    def _weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        remainder = self._random() * sum(weight for _, weight in choices)
        for value, weight in choices:
            remainder -= weight
            if remainder < 0:
                return value
        return choices[-1][0]
