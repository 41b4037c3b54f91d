"""Where the site will be: what was said, else the address of the repository's Pages."""

from collections.abc import Mapping

HOST = "github.io"


def find(said: str | None, configured: str, environ: Mapping[str, str]) -> str | None:
    """Return the address of the site with its last slash, or None when nobody knows.

    `said` goes before `configured`. On GitHub Actions, where neither is set, it is where Pages puts
    a repository without a domain of its own.
    """
    base = said or configured or _pages(environ)
    return base.rstrip("/") + "/" if base else None


def _pages(environ: Mapping[str, str]) -> str:
    # https://docs.github.com/en/pages/getting-started-with-github-pages/what-is-github-pages
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    owner, slash, name = environ.get("GITHUB_REPOSITORY", "").partition("/")
    if not slash:
        return ""
    host = f"{owner.lower()}.{HOST}"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
