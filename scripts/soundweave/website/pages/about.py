"""Pages about the site: the data it offers, the notices, and the 404 page."""

from urllib.parse import quote

from soundweave.website.data import numbers, sounds_api
from soundweave.website.data.catalog import Catalog
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import SOURCE
from soundweave.website.frame.shell import Head, Shell

EXAMPLE = "https://example.org/"  # when the site's own address is unknown


def write(shell: Shell, catalog: Catalog) -> None:
    """Write data.html and notices.html in every language, and 404.html."""
    for lang, words in shell.languages.items():
        head = Head(
            f"{words('data.title')} – {shell.title}", words("data.description"), section="data"
        )
        shell.page(
            "about/data.html",
            Place(lang, "data.html"),
            head,
            files=numbers.offered(len(catalog)),
            table=sounds_api.table_path(len(catalog)),
            sounds=len(catalog),
            badge=_badge(shell),
            example=EXAMPLE,
        )
        head = Head(f"{words('notices.title')} – {shell.title}", words("notices.description"))
        shell.page("notices.html", Place(lang, "notices.html"), head, notices=shell.assets.notices)
    _not_found(shell)


def _badge(shell: Shell) -> str:
    """Return the badge as Markdown for a README."""
    base = shell.base_url or EXAMPLE
    endpoint = f"https://img.shields.io/endpoint?url={quote(f'{base}api/badge.json', safe='')}"
    return f"[![{shell.title}]({endpoint})]({base})"


def _not_found(shell: Shell) -> None:
    """Write 404.html, with absolute links if the address of the site is known."""
    words = shell.languages[SOURCE]
    head = Head(
        words("site.not-found"), words("site.not-found-about"), languages=[SOURCE], indexed=False
    )
    shell.page("404.html", Place(SOURCE, "404.html", shell.base_url or ""), head)
