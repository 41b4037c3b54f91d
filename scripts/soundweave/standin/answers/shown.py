"""Objects as they are sent: the fields asked for, with URLs that lead to this server."""

from collections.abc import Mapping
from typing import Any

from soundweave.standin.catalog.sound import API, CDN, FIELDS, LIST_FIELDS, SITE
from soundweave.standin.query.similar import SPACES

_VECTORS = tuple(f"sim_{space}" for space in SPACES)
_OWN_PREVIEWS = (f"{CDN}previews/", f"{SITE}/data/previews/")
_LOCAL = ("pack", "download", "bookmark", "rate", "comments", "comment", "similar_sounds")


class Shown:
    """What a catalogue's objects look like to a client of the server at `root`.

    Endpoints and previews point to this server, so that a client never leaves it; a sound's page,
    its licence and its pictures keep their true URLs.
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def sound(
        self, sound: Mapping[str, Any], fields: str, *, listed: bool, score: float | None = None
    ) -> dict[str, Any]:
        """Return the fields asked for, in the API's order; none named: the view's default."""
        names = set(fields.split(",")) if fields else set()
        if fields == "*":
            names = set(FIELDS)
        elif not fields:
            names = set(LIST_FIELDS) if listed else set(FIELDS) - {"score"}
        chosen = {field: sound[field] for field in FIELDS if field in names}
        if "score" in chosen:
            chosen["score"] = score
        if isinstance(previews := chosen.get("previews"), dict):
            chosen["previews"] = {name: self._preview(url) for name, url in previews.items()}
        # There are no vectors here: null is what the API has for a sound without one.
        every = fields == "*" or "all_similarity_spaces" in names
        return self.local(chosen) | {name: None for name in _VECTORS if every or name in names}

    def local(self, thing: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object whose endpoint URLs lead to this server."""
        endpoints = (*_LOCAL, "sounds", "packs")
        return {
            name: self._endpoint(value) if name in endpoints else value
            for name, value in thing.items()
        }

    @staticmethod
    def breaks(fields: str) -> bool:
        """Return whether a list of fields names a similarity space that there is not."""
        asked = (name for name in fields.split(",") if name.startswith("sim_"))
        return any(name not in _VECTORS for name in asked)

    def _endpoint(self, url: object) -> object:
        if isinstance(url, str) and url.startswith(API):
            return f"{self._root}apiv2/{url.removeprefix(API)}"
        return url

    def _preview(self, url: object) -> object:
        for base in _OWN_PREVIEWS:
            if isinstance(url, str) and url.startswith(base):
                return f"{self._root}previews/{url.removeprefix(base)}"
        return url
