"""The feed of the milestones: feed.xml, Atom (https://www.rfc-editor.org/rfc/rfc4287)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from soundweave.base.text import foreign
from soundweave.website.data.history import History, Milestone
from soundweave.website.data.numbers import stamp
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.shell import Shell

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 50
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed in which nothing has happened

ET.register_namespace("", ATOM)


def write(shell: Shell, history: History) -> None:
    """Write feed.xml, newest milestone first; its addresses are whole where the base is known."""
    words = shell.languages[SOURCE]
    dated = [one for one in history.milestones if one.at is not None]
    title = foreign(shell.title, "Soundweave")
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": SOURCE})
    _add(feed, "id", shell.base_url or _urn(shell, "feed"))
    _add(feed, "title", title)
    _add(feed, "subtitle", words("site.sentence"))
    _add(feed, "updated", stamp(_updated(history)))
    _add(_add(feed, "author"), "name", title)
    _add(feed, "link", rel="alternate", type="text/html", href=shell.base_url or "index.html")
    if shell.base_url:
        _add(
            feed, "link", rel="self", type="application/atom+xml", href=f"{shell.base_url}feed.xml"
        )
    for milestone in dated[: -MOST_ENTRIES - 1 : -1]:
        _entry(feed, shell, words, milestone)
    ET.indent(feed, "")
    shell.tree.write("feed.xml", ET.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n")


def _entry(feed: ET.Element, shell: Shell, words: Words, milestone: Milestone) -> None:
    entry = _add(feed, "entry")
    mark = f"milestone-{max(milestone.crossed)}"
    page = f"{shell.base_url or 'index.html'}#milestones"
    _add(entry, "id", f"{shell.base_url}#{mark}" if shell.base_url else _urn(shell, mark))
    sounds = milestone.sounds
    _add(entry, "title", words("front.feed-title", name=milestone.name, sounds=sounds))
    _add(entry, "updated", stamp(milestone.at or BEGIN))
    _add(entry, "link", rel="alternate", type="text/html", href=page)
    _add(entry, "content", ", ".join(_said(words, milestone)), type="text")


def _said(words: Words, milestone: Milestone) -> Iterator[str]:
    if not milestone.actions:
        yield words("front.this-site")
    for name, state in milestone.actions.items():
        key = state.replace(" ", "-")
        yield f"{words(f'front.action-{name}')} {words(f'front.state-{key}')}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _updated(history: History) -> datetime:
    times = [one.at for one in history.milestones if one.at] or [one.at for one in history.nights]
    return max(times, default=BEGIN)


def _urn(shell: Shell, what: str) -> str:
    """Return a name that lasts where no address is known."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'soundweave:{shell.title}:{what}')}"
