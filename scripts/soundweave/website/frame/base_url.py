"""The address of the site: as requested or configured, else that of the repository's Pages.

GitHub knows the address, with a domain of one's own and on GitHub Enterprise: the workflow asks for
it and passes it on as PAGES_URL. Before Pages is enabled, only github.com's rule is known.
"""

from collections.abc import Mapping

HOST, SERVER = "github.io", "https://github.com"


def find(requested: str | None, configured: str, environ: Mapping[str, str]) -> str | None:
    """Return the address of the site with a final slash, or None when it is unknown.

    `requested` overrides `configured`. On GitHub Actions, the default is the address where Pages
    publishes the repository.
    """
    base = requested or configured or _pages(environ)
    return base.rstrip("/") + "/" if base else None


def _pages(environ: Mapping[str, str]) -> str:
    # https://docs.github.com/en/pages/getting-started-with-github-pages/what-is-github-pages
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    if address := environ.get("PAGES_URL"):
        return address
    if environ.get("GITHUB_SERVER_URL", SERVER) != SERVER:
        return ""
    owner, slash, name = environ.get("GITHUB_REPOSITORY", "").partition("/")
    if not slash:
        return ""
    host = f"{owner.lower()}.{HOST}"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
