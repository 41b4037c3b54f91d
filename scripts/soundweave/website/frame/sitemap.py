"""sitemap.xml (https://www.sitemaps.org/protocol.html) and robots.txt, if the base URL is known."""

from collections.abc import Sequence
from html import escape

from soundweave.website.frame.shell import Shell

MOST = 40_000  # addresses of one file; 50 000 are allowed
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def write(shell: Shell) -> None:
    """Write the sitemap of all pages so far; above MOST, an index and sitemap-1.xml etc."""
    base = shell.base_url
    if base is None:
        return
    pages = sorted(base + address for address in shell.addresses)
    parts = [pages[start : start + MOST] for start in range(0, len(pages), MOST)]
    if len(parts) <= 1:
        shell.tree.write("sitemap.xml", _file("urlset", "url", pages))
    else:
        names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        for name, part in zip(names, parts, strict=True):
            shell.tree.write(name, _file("urlset", "url", part))
        index = _file("sitemapindex", "sitemap", [base + name for name in names])
        shell.tree.write("sitemap.xml", index)
    shell.tree.write("robots.txt", f"User-agent: *\nDisallow:\nSitemap: {base}sitemap.xml\n")


def _file(root: str, item: str, addresses: Sequence[str]) -> str:
    lines = "".join(f"<{item}><loc>{escape(address)}</loc></{item}>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{root} xmlns="{NAMESPACE}">\n{lines}</{root}>\n'
