"""The addresses of pages, here and on Freesound.

English is at the root, every other language in a folder of its own. Pages of sounds, users, packs
and tags are one folder deep in their language, so links among them are the same in all languages.
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
    """A page: its language and its path in it, like sounds/index.html.

    `base` is the address of the site, for a page that is shown at any address.
    """

    lang: str
    path: str
    base: str = ""

    @property
    def file(self) -> str:
        """Its path from the site's root."""
        return self.path if self.lang == SOURCE else f"{self.lang}/{self.path}"

    @property
    def root(self) -> str:
        """The way to the site's root: "" or "../" or "../../", or its address."""
        return self.base or "../" * self.file.count("/")

    @property
    def home(self) -> str:
        """The way to the root of its language."""
        return self.base + self.front.address if self.base else "../" * self.path.count("/")

    @property
    def address(self) -> str:
        """The part after the site's base URL: the file, without a final index.html."""
        return re.sub(r"(^|/)index\.html$", r"\1", self.file)

    @property
    def front(self) -> "Place":
        """The front page of its language."""
        return Place(self.lang, "index.html")

    def in_language(self, lang: str) -> "Place":
        """Return the same page in another language."""
        return Place(lang, self.path)


def slug(name: str) -> str:
    """Return a file name for a user or a tag: readable, safe and unique.

    It depends on the name only, not on the rest of the library.
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
    """Return the address of a user on Freesound, without a final slash."""
    return f"https://freesound.org/people/{quote(name, safe='', errors='replace')}"


def on_freesound(sound_id: int, author: str) -> str:
    """Return a sound's Freesound page, built here because addresses in the data are not trusted."""
    return f"{person(author)}/sounds/{sound_id}/"
