"""What the stand-in knows: the database and, beside it, the search index."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from soundweave.standin.catalog.document import Document, document
from soundweave.standin.catalog.sound import API, SITE, complete, encoded, pack_id, user_id


class Catalogue:
    """Sounds, their packs and users. Safe to change while a server answers from it.

    `sounds` is the truth, by id, as full API objects; `packs` and `users` are the objects of the
    other endpoints without their counts. Search looks at the index, so a value changed in
    `sounds` by hand is not found by it; `add` the sound again for that.
    """

    def __init__(self, sounds: Iterable[Mapping[str, Any]] = ()) -> None:
        self.lock = threading.RLock()
        self.sounds: dict[int, dict[str, Any]] = {}
        self.packs: dict[int, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.index: dict[int, Document] = {}
        self.version = 0
        self._groups: tuple[int, dict[object, list[int]]] = (-1, {})
        for sound in sounds:
            self.add(sound)

    def add(self, sound: Mapping[str, Any]) -> dict[str, Any]:
        """Add a sound, or put it in the place of the one with its id; return the full object."""
        full = complete(sound)
        with self.lock:
            self.sounds[full["id"]] = full
            self.index[full["id"]] = document(full)
            self._remember(full)
            self.version += 1
        return full

    def remove(self, sound_id: int, *, keep_in_index: bool = False) -> None:
        """Delete a sound; kept in the index, searches give `null` in its place."""
        with self.lock:
            self.sounds.pop(sound_id, None)
            if not keep_in_index:
                self.index.pop(sound_id, None)
            self.version += 1

    def pack_sounds(self, number: int) -> list[dict[str, Any]]:
        """Return the sounds of a pack, newest first."""
        return self._group(number)

    def user_sounds(self, username: str) -> list[dict[str, Any]]:
        """Return the sounds of a user, newest first."""
        return self._group(username)

    def user_packs(self, username: str) -> list[dict[str, Any]]:
        """Return the packs of a user, newest first."""
        packs = [pack for pack in self.packs.values() if pack["username"] == username]
        return sorted(packs, key=lambda pack: str(pack["created"]), reverse=True)

    def _remember(self, sound: Mapping[str, Any]) -> None:
        username, number = str(sound["username"]), pack_id(sound)
        self.users.setdefault(username, _user(username))
        if number is None:
            return
        pack = self.packs.setdefault(number, _pack(number, sound))
        pack["created"] = min(str(pack["created"]), str(sound["created"]))

    def _group(self, key: object) -> list[dict[str, Any]]:
        with self.lock:
            if self._groups[0] != self.version:
                self._groups = (self.version, self._grouped())
            members = self._groups[1].get(key, [])
            return [self.sounds[number] for number in members]

    def _grouped(self) -> dict[object, list[int]]:
        groups: dict[object, list[int]] = {}
        newest = sorted(
            self.sounds.values(), key=lambda sound: (str(sound["created"]), sound["id"])
        )
        for sound in reversed(newest):
            groups.setdefault(str(sound["username"]), []).append(sound["id"])
            if (number := pack_id(sound)) is not None:
                groups.setdefault(number, []).append(sound["id"])
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
    name = encoded(username)
    joined = f"{2005 + number % 16}-{1 + number % 3:02}-{1 + number % 28:02}"
    return {
        "url": f"{SITE}/people/{name}/",
        "username": username,
        "about": "",
        "home_page": "",
        "avatar": {"small": None, "medium": None, "large": None},
        "date_joined": f"{joined}T17:39:00.{number % 1_000_000:06}+01:00",
        "num_sounds": 0,
        "sounds": f"{API}users/{name}/sounds/",
        "num_packs": 0,
        "packs": f"{API}users/{name}/packs/",
        "num_posts": 0,
        "num_comments": 0,
    }
