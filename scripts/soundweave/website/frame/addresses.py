"""Where things are in the site: pages of a language, and the names of their files.

English lies at the root, every other language in a folder of its name. Pages of sounds, users,
packs and tags lie one folder deep in their language, so links among them are the same in all.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from soundweave.website.frame.locales import SOURCE

SLUG_LENGTH = 40
NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Place:
    """A page: its language and its path in it, like sounds/index.html."""

    lang: str
    path: str

    @property
    def file(self) -> str:
        """Its path from the site's root."""
        return self.path if self.lang == SOURCE else f"{self.lang}/{self.path}"

    @property
    def root(self) -> str:
        """The way from the page to the site's root: "" or "../" or "../../"."""
        return "../" * self.file.count("/")

    @property
    def home(self) -> str:
        """The way from the page to the root of its language."""
        return "../" * self.path.count("/")

    @property
    def address(self) -> str:
        """What follows the site's base URL: the file, without an index.html at its end."""
        return re.sub(r"(^|/)index\.html$", r"\1", self.file)

    @property
    def front(self) -> "Place":
        """The front page of its language."""
        return Place(self.lang, "index.html")

    def in_language(self, lang: str) -> "Place":
        """Return the same page in another language."""
        return Place(lang, self.path)


def slug(name: str) -> str:
    """Return a file name for a user or a tag: readable, safe, and another for each name.

    The same name always has the same one, whatever else the library holds.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = NOT_SLUG.sub("-", plain).strip("-")[:SLUG_LENGTH].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{short}-{digest}" if short else digest


def user_page(name: str) -> str:
    """Return the path of a user's page in its language."""
    return f"users/{slug(name)}.html"


def pack_page(pack_id: int) -> str:
    """Return the path of a pack's page in its language."""
    return f"packs/{pack_id}.html"


def tag_page(name: str) -> str:
    """Return the path of a tag's page in its language."""
    return f"tags/{slug(name)}.html"


def person(name: str) -> str:
    """Return the address of somebody on Freesound, without its last slash."""
    return f"https://freesound.org/people/{quote(name, safe='', errors='replace')}"


def on_freesound(sound_id: int, author: str) -> str:
    """Return a sound's Freesound page, built here: an address that came as data is not trusted."""
    return f"{person(author)}/sounds/{sound_id}/"
