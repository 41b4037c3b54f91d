"""The languages in which the pages of lists and groups exist, and the links among them.

A small catalog has all pages in every language. A large one has them in English, and only the
first page of each list in every language; its links lead to the English pages.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from markupsafe import Markup

from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.shell import Head, Shell

FIRST = ("sounds/index.html", "users/index.html", "packs/index.html", "tags/index.html")
OWN = Markup('<a href="../')
ENGLISH = Markup('<a hreflang="{}" href="../../').format(SOURCE)


class LocalizedPages:
    """Writes a page in all its languages; `full`: every page exists in every language."""

    def __init__(self, shell: Shell, *, full: bool) -> None:
        self._shell = shell
        self._full = full

    def languages(self, path: str) -> list[str]:
        """Return the languages of a page of the lists."""
        return list(self._shell.languages) if self._full or path in FIRST else [SOURCE]

    def link(self, lang: str) -> Markup:
        """Return the start of a link from a page in `lang`; a path and `">` have to follow."""
        return OWN if self._full or lang == SOURCE else ENGLISH

    def way(self, lang: str, path: str) -> Markup:
        """Return the attributes of a link from a page in `lang`, one folder deep, to a path."""
        if lang in self.languages(path):
            return Markup(' href="../{}"').format(path)
        return Markup(' hreflang="{}" href="../../{}"').format(SOURCE, path)

    def write(
        self,
        template: str,
        path: str,
        head: Callable[[Words], Head],
        body: Callable[[Markup], Markup],
        **values: object,
    ) -> None:
        """Write a page; `body` renders its content for a start of links, the same in all languages.

        The template gets it as `body`, link attributes as `way(path)`, the folder of deeper pages
        as `deep`, and `values`.
        """
        codes = self.languages(path)
        bodies = {link: body(link) for link in dict.fromkeys(map(self.link, codes))}
        for lang in codes:
            self._shell.page(
                template,
                Place(lang, path),
                replace(head(self._shell.languages[lang]), languages=codes),
                body=bodies[self.link(lang)],
                way=partial(self.way, lang),
                deep=self.link(lang).partition('href="')[2],
                **values,
            )
