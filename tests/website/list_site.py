"""Writes the pages of lists and groups of a few sounds, and reads them back."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

from soundweave.base import config, paths
from soundweave.library import database
from soundweave.website.data import catalog, groups
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import assets, locales, tree
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import Shell
from soundweave.website.pages import group_pages, lists
from tests.support.make_library import make_library
from tests.support.page_tree import Node, read_tree

ORIGINS = ["https://cdn.freesound.org"]
# What other parts of the site write, in each language and at the root.
ELSEWHERE = ("index.html", "map.html", "data.html", "notices.html", "translations/index.html")


class Site:
    """The pages by their path from the site's root."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        self.folder = folder
        self.addresses = shell.addresses
        self.paths = shell.tree.paths

    def text(self, path: str) -> str:
        return (self.folder / "public" / path).read_text("utf-8")

    def page(self, path: str) -> Node:
        return read_tree(self.text(path))

    def rows(self, path: str) -> list[Node]:
        """The rows of the page's table, without its head."""
        return self.page(path).one("tbody").all("tr")

    def names(self, path: str) -> list[str]:
        """The names of the sounds on the page, in their order."""
        return [row.all("th")[0].text for row in self.rows(path)]

    def dead_links(self) -> list[tuple[str, str]]:
        """Pages and their links within the site that lead nowhere."""
        existing = {f"{lang}{page}" for lang in ("", "fr/") for page in ELSEWHERE}
        existing |= {*self.paths, "feed.xml"}
        return [
            (path, link)
            for path in self.paths
            for link in _links(self.page(path))
            if posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) not in existing
        ]


def _links(page: Node) -> Iterator[str]:
    for link in page.all("a"):
        address = link.attrs["href"] or ""
        if not address.startswith(("https://", "#")):
            yield unquote(urldefrag(address).url)


def write(
    folder: Path,
    sounds: Sequence[dict[str, Any]],
    languages: Sequence[str] = ("en", "fr"),
    **settings: Any,
) -> Site:
    """Write the pages; the words of all languages are English."""
    make_library(folder / "library", sounds)
    configured = replace(config.load().website, **{"rows": 10, "group_rows": 10} | settings)
    bundled = assets.Assets({name: name.encode() for name in assets.NAMES}, [])
    english = locales.load(paths.LOCALES)["en"]
    words = {lang: Words(lang, english.texts, {}) for lang in languages}
    with database.snapshot(folder / "library") as reader, tree.replacing(folder) as new:
        read = catalog.read(reader)
        shell = Shell(new, bundled, words, title="Soundweave", base_url=None)
        snapshot = Snapshot(read, groups.choose(read, configured.group_pages), ORIGINS)
        lists.write(shell, snapshot, configured)
        group_pages.write(shell, snapshot, configured)
    return Site(folder, shell)
