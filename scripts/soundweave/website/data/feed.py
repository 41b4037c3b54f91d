"""The feed of the milestones: feed.xml, Atom (https://www.rfc-editor.org/rfc/rfc4287)."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from soundweave.base import times
from soundweave.base.text import one_line
from soundweave.website.data.history import History, Milestone
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.shell import Shell

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed without any event

ET.register_namespace("", ATOM)


def write(shell: Shell, history: History) -> None:
    """Write feed.xml, newest milestone first; its links are absolute if the base URL is known."""
    words, base = shell.languages[SOURCE], shell.base_url
    title = one_line(shell.title, "Soundweave")
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": SOURCE})
    _add(feed, "id", _tag(history, "feed"))
    _add(feed, "title", title)
    _add(feed, "subtitle", words("site.sentence"))
    _add(feed, "updated", times.stamp(_updated(history)))
    _add(_add(feed, "author"), "name", title)
    _add(feed, "link", rel="alternate", type="text/html", href=base or "index.html")
    if base:
        _add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}feed.xml")
    dated = [milestone for milestone in history.milestones if milestone.time is not None]
    for milestone in dated[: -MOST_ENTRIES - 1 : -1]:
        _add_entry(feed, shell, words, history, milestone)
    ET.indent(feed, "")
    shell.tree.write("feed.xml", ET.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n")


def _add_entry(
    feed: ET.Element, shell: Shell, words: Words, history: History, milestone: Milestone
) -> None:
    title = words("front.feed-title", name=milestone.name, sounds=milestone.sounds)
    page = f"{shell.base_url or 'index.html'}#milestones"
    entry = _add(feed, "entry")
    # With another interval, the numbers start again.
    name = f"milestone-{max(milestone.crossed)}-{milestone.sounds}"
    _add(entry, "id", _tag(history, name))
    _add(entry, "title", title)
    _add(entry, "updated", times.stamp(milestone.time or EPOCH))
    _add(entry, "link", rel="alternate", type="text/html", href=page)
    _add(entry, "content", _content(words, milestone), type="text")


def _content(words: Words, milestone: Milestone) -> str:
    if not milestone.actions:
        return words("front.this-site")
    return ", ".join(
        words(f"front.action-{name}") + " " + words("front.state-" + state.replace(" ", "-"))
        for name, state in milestone.actions.items()
    )


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _updated(history: History) -> datetime:
    moments = [milestone.time for milestone in history.milestones if milestone.time]
    return max(moments or [night.time for night in history.nights], default=EPOCH)


def _tag(history: History, name: str) -> str:
    """Build an id that stays when the site's address or title changes (RFC 4151)."""
    return f"tag:soundweave,2026:{history.library_id}/{name}"
