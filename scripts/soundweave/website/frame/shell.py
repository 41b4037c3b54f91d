"""The frame of every page: head, policy, navigation, languages and words."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from soundweave.base import times
from soundweave.base.paths import TEMPLATES
from soundweave.base.text import duration, one_line
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.assets import Assets
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.tree import Tree

# Sections of the navigation: the keys of their words, and their pages.
SECTIONS = {
    "map": "map.html",
    "sounds": "sounds/index.html",
    "users": "users/index.html",
    "packs": "packs/index.html",
    "tags": "tags/index.html",
    "translations": "translations/index.html",
    "data": "data.html",
}


@dataclass(frozen=True)
class Head:
    """The parts of a page's head and policy that differ from page to page.

    `languages` are those the page exists in (all, when empty); `scripts` are names of bundles,
    `words` the prefixes of the keys they use.
    """

    title: str
    description: str
    section: str = ""
    languages: Sequence[str] = ()
    scripts: Sequence[str] = ()
    words: Sequence[str] = ()
    preview_origins: Sequence[str] = ()
    indexed: bool = True  # listed in the sitemap, open to search engines


class Shell:
    """Renders templates into pages of the site and remembers their addresses."""

    def __init__(
        self,
        tree: Tree,
        assets: Assets,
        languages: Mapping[str, Words],
        *,
        title: str,
        base_url: str | None,
    ) -> None:
        self.tree = tree
        self.assets = assets
        self.languages = languages
        self.title = title
        self.base_url = base_url
        self.addresses: list[str] = []  # of all pages in the sitemap
        self._environment = _environment()
        self._icon = _icon()

    def part(self) -> "Shell":
        """Return a shell for a part of the same site, which another process may write."""
        return Shell(
            self.tree.part(),
            self.assets,
            self.languages,
            title=self.title,
            base_url=self.base_url,
        )

    def add(self, part: Tree, addresses: Sequence[str]) -> None:
        """Count the files of a part, and remember the addresses of its pages."""
        self.tree.add(part)
        self.addresses += addresses

    def page(self, template: str, place: Place, head: Head, **values: object) -> None:
        """Render a template that extends base.html, and write it."""
        words = self.languages[place.lang]
        codes = list(head.languages or self.languages)
        text = self._environment.get_template(template).render(
            **values,
            t=words,
            words=words,
            place=place,
            head=head,
            shell=self,
            policy=_policy(head),
            sections=SECTIONS,
            icon=self._icon,
            translations={code: self.languages[code] for code in codes},
            source=SOURCE,
            data=_data(words, place, head),
            **self._files(place, head),
        )
        self.tree.write(place.file, text)
        if head.indexed:
            self.addresses.append(place.address)

    def _files(self, place: Place, head: Head) -> dict[str, Any]:
        return {
            "style": place.root + self.assets.path("site.css"),
            "scripts": [place.root + self.assets.path(f"{name}.js") for name in head.scripts],
        }


def _policy(head: Head) -> str:
    """Return the Content-Security-Policy: the site itself, and previews from their origins."""
    rules = {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "script-src": ["'self'"] if head.scripts else ["'none'"],
        "connect-src": ["'self'"],  # scripts, and tools that fetch robots.txt
        "media-src": list(head.preview_origins) or ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"] if head.scripts else ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def _data(words: Words, place: Place, head: Head) -> Markup | None:
    """Return the data for scripts."""
    if not head.scripts:
        return None
    value = {
        "lang": words.lang,
        "root": place.root,
        "home": place.home,
        "words": words.under(*head.words) if head.words else {},
    }
    return script_json(value)


def script_json(value: object) -> Markup:
    """Return JSON for a <script> element: no text in it can close the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - nothing in it is markup any more


def _icon() -> str:
    return "data:image/svg+xml," + quote((TEMPLATES / "icon.svg").read_text("utf-8").strip())


def macro(template: str, name: str) -> Callable[..., Markup]:
    """Return a macro of a template as a function."""
    function: Callable[..., Markup] = getattr(_environment().get_template(template).module, name)
    return function


def grouped(number: int) -> str:
    """Return a number that reads the same in all languages: 1234, 12 345."""
    return f"{number:,}".replace(",", "\u202f") if number >= 10_000 else str(number)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "one_line": one_line,
        "duration": duration,
        "grouped": grouped,
        "iso": times.stamp,
    }
    return environment
