"""Objects as they are sent: the requested fields, with URLs that lead to this server."""

from collections.abc import Mapping
from typing import Any

from soundweave.standin.catalog.sound import API, CDN, FIELDS, SITE
from soundweave.standin.query.similar import SPACES

_VECTORS = tuple(f"sim_{space}" for space in SPACES)
_PREVIEWS = (f"{CDN}previews/", f"{SITE}/data/previews/")
_ENDPOINTS = (
    *("pack", "download", "bookmark", "rate", "comments", "comment", "similar_sounds"),
    *("sounds", "packs"),
)
_LIST_FIELDS = {"id", "name", "tags", "username", "license"}


class Renderer:
    """Renders a catalog's objects for clients of the server at `root`.

    Endpoints and previews point to this server, so that a client never leaves it; a sound's page,
    license and images keep their real URLs.
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def sound(
        self, sound: Mapping[str, Any], fields: str, *, listed: bool, score: float | None = None
    ) -> dict[str, Any]:
        """Render the requested fields in the API's order; without any, the view's default."""
        names = set(fields.split(","))
        vectors = names & set(_VECTORS)
        if fields == "*" or "all_similarity_spaces" in names:
            vectors = set(_VECTORS)
        if fields == "*":
            names = set(FIELDS)
        elif not fields:
            names = _LIST_FIELDS if listed else FIELDS.keys() - {"score"}
        rendered = {name: sound[name] for name in FIELDS if name in names}
        if "score" in rendered:
            rendered["score"] = score
        if isinstance(previews := rendered.get("previews"), dict):
            rendered["previews"] = {name: self._preview(url) for name, url in previews.items()}
        # Sounds have no vectors here; for such a sound the API sends null.
        return self.local(rendered) | {name: None for name in _VECTORS if name in vectors}

    def local(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Copy an object, with endpoint URLs that lead to this server."""
        return {
            name: self._endpoint(value) if name in _ENDPOINTS else value
            for name, value in item.items()
        }

    def _endpoint(self, url: object) -> object:
        if isinstance(url, str) and url.startswith(API):
            return f"{self._root}apiv2/{url.removeprefix(API)}"
        return url

    def _preview(self, url: object) -> object:
        for base in _PREVIEWS:
            if isinstance(url, str) and url.startswith(base):
                return f"{self._root}previews/{url.removeprefix(base)}"
        return url


def has_unknown_space(fields: str) -> bool:
    """Whether the fields name a similarity space that does not exist, which breaks the answer."""
    return any(name.startswith("sim_") and name not in _VECTORS for name in fields.split(","))
