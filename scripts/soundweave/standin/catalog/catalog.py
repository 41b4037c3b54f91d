"""What the stand-in knows: the database and, next to it, the search index."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from soundweave.base import times
from soundweave.standin.catalog.document import Document, document, seconds
from soundweave.standin.catalog.sound import API, SITE, complete, encoded, pack_id, user_id

_REMARKS = ("nice", "Thank you!", "Great recording.", "used it in a short film", "lovely 🎧")


class Catalog:
    """Sounds, their packs and users. Safe to change while a server answers from it.

    `sounds` holds full API objects by id; `packs` and `users` hold the objects of the other
    endpoints, without their counts. Search reads the index, so after changing a value in `sounds`
    directly, `add` the sound again.
    """

    def __init__(self, sounds: Iterable[Mapping[str, Any]] = ()) -> None:
        self.lock = threading.RLock()
        self.sounds: dict[int, dict[str, Any]] = {}
        self.packs: dict[int, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.index: dict[int, Document] = {}
        self.hidden: set[int] = set()
        self.version = 0
        self._groups = lru_cache(maxsize=1)(self._grouped)
        for sound in sounds:
            self.add(sound)

    def add(self, partial: Mapping[str, Any]) -> dict[str, Any]:
        """Add a sound, or replace the one with its id; returns the full object."""
        sound = complete(partial)
        with self.lock:
            self.sounds[sound["id"]] = sound
            self.index[sound["id"]] = document(sound)
            self.hidden.discard(sound["id"])
            username = str(sound["username"])
            self.users.setdefault(username, _user(username))
            if (number := pack_id(sound)) is not None:
                pack = self.packs.setdefault(number, _pack(number, sound))
                pack["created"] = min(str(pack["created"]), str(sound["created"]))
            self.version += 1
        return sound

    def remove(self, sound_id: int, *, keep_in_index: bool = False) -> None:
        """Delete a sound; if it stays in the index, searches give `null` in its place."""
        with self.lock:
            self.sounds.pop(sound_id, None)
            if not keep_in_index:
                self.index.pop(sound_id, None)
            self.version += 1

    def hide(self, sound_id: int) -> None:
        """Hide a sound as moderators do: searches and lists leave it out, its own page stays.

        Add it again to show it.
        """
        with self.lock:
            self.hidden.add(sound_id)
            self.index.pop(sound_id, None)
            self.version += 1

    def sounds_of(self, owner: int | str) -> list[dict[str, Any]]:
        """List the sounds of a pack (by id) or a user (by name), newest first."""
        with self.lock:
            return [self.sounds[number] for number in self._groups(self.version).get(owner, ())]

    def user_packs(self, username: str) -> list[dict[str, Any]]:
        """List the packs of a user, newest first."""
        packs = [pack for pack in self.packs.values() if pack["username"] == username]
        return sorted(packs, key=lambda pack: str(pack["created"]), reverse=True)

    def comments(self, sound_id: int) -> list[dict[str, object]]:
        """Make up the comments on a sound, newest first; an unknown sound has no comments."""
        sound = self.sounds.get(sound_id, {})
        count = sound.get("num_comments")
        uploaded = seconds(sound.get("created")) or 0.0
        return [
            {
                "username": f"listener_{(sound_id + number) % 997}",
                "comment": _REMARKS[(sound_id + number) % len(_REMARKS)],
                "created": times.stamp(datetime.fromtimestamp(uploaded + 86_400 * number, UTC)),
            }
            for number in range(count if isinstance(count, int) else 0, 0, -1)
        ]

    def _grouped(self, _version: int) -> dict[int | str, list[int]]:
        groups: dict[int | str, list[int]] = defaultdict(list)
        for sound in sorted(
            self.sounds.values(),
            key=lambda sound: (str(sound["created"]), sound["id"]),
            reverse=True,
        ):
            if sound["id"] in self.hidden:
                continue
            groups[str(sound["username"])].append(sound["id"])
            if (number := pack_id(sound)) is not None:
                groups[number].append(sound["id"])
        return groups


def _pack(number: int, sound: Mapping[str, Any]) -> dict[str, Any]:
    username = str(sound["username"])
    return {
        "id": number,
        "url": f"{SITE}/people/{encoded(username)}/packs/{number}/",
        "description": "",
        "created": str(sound["created"]),
        "name": sound["pack_name"] if isinstance(sound["pack_name"], str) else f"Pack {number}",
        "username": username,
        "num_sounds": 0,
        "sounds": f"{API}packs/{number}/sounds/",
        "num_downloads": 0,
    }


def _user(username: str) -> dict[str, Any]:
    number = user_id(username)
    joined = f"{2005 + number % 16}-{1 + number % 3:02}-{1 + number % 28:02}"
    endpoint = f"{API}users/{encoded(username)}/"
    return {
        "url": f"{SITE}/people/{encoded(username)}/",
        "username": username,
        "about": "",
        "home_page": "",
        "avatar": {"small": None, "medium": None, "large": None},
        "date_joined": f"{joined}T17:39:00.{number % 1_000_000:06}+01:00",
        "num_sounds": 0,
        "sounds": f"{endpoint}sounds/",
        "num_packs": 0,
        "packs": f"{endpoint}packs/",
        "num_posts": 0,
        "num_comments": 0,
    }
