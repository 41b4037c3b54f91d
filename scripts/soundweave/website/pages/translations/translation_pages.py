"""The translations: a list of the texts, and a page for each text in each of its languages."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from soundweave.base import times
from soundweave.base.text import one_line
from soundweave.translation.record import DecidedBy, Remark
from soundweave.website.frame import compact
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages.translations import translation_pairs, translation_records
from soundweave.website.pages.translations.provenance import Change, Effort, Version
from soundweave.website.pages.translations.translation_pairs import Group
from soundweave.website.pages.translations.translation_records import View

INDEX = "translations/index.html"
SECTION = "translations"
ROOM = 400_000  # bytes of a page for its texts; the JSON record always has all of them
ROW = 160  # most bytes of markup around a text
SPDX = re.compile(r"(?!LicenseRef)[A-Za-z0-9][A-Za-z0-9.+-]*")

Item = TypeVar("Item")


class Room:
    """The bytes that a page has left for texts."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, items: Sequence[Item], texts: Callable[[Item], Iterable[str]]) -> list[Item]:
        """Return as many items, from the first, as there is room for their texts."""
        fitting = []
        for item in items:
            self._left -= sum(len(escape(text).encode("utf-8")) + ROW for text in texts(item))
            if self._left < 0:
                break
            fitting.append(item)
        return fitting


def write(shell: Shell, texts_dir: Path, translations_dir: Path) -> None:
    """Write the list and all pages in every language, and the record of each translation."""
    texts = list(translation_records.read_all(texts_dir, translations_dir))
    for lang, words in shell.languages.items():
        _write_list(shell, Place(lang, INDEX), words, texts)
        for views in texts:
            for view in views:
                _write_page(shell, Place(lang, view.path), words, view, views)
    for view in (view for views in texts for view in views):
        if view.story:
            shell.tree.write(view.data, compact.encode(view.story.record))


def _write_list(shell: Shell, place: Place, words: Words, texts: list[list[View]]) -> None:
    head = Head(
        title=f"{words('translations.heading')} – {shell.title}",
        description=words("translations.about"),
        section=SECTION,
    )
    shell.page("translations.html", place, head, texts=texts, **_helpers(words))


def _write_page(
    shell: Shell, place: Place, words: Words, view: View, siblings: Sequence[View]
) -> None:
    helpers = _helpers(words)
    source = one_line(view.text.title, view.text.name)
    title = f"{view.title or source} ({helpers['language'](view.lang)})"
    head = Head(
        title=f"{title} – {shell.title}",
        description=words(
            "translations.description",
            title=source,
            author=one_line(view.text.author, "?"),
            source=helpers["language"](view.text.source_lang),
            target=helpers["language"](view.lang),
        ),
        section=SECTION,
        indexed=view.translated,
    )
    shell.page(
        "translation.html",
        place,
        head,
        view=view,
        siblings=siblings,
        anchors={group.id: f"p{number}" for number, group in enumerate(view.groups, start=1)},
        made=times.parse_or_none(view.story.record["made_at"]) if view.story else None,
        **_parts(view),
        **helpers,
    )


def _parts(view: View) -> dict[str, Any]:
    """Return the lists of a page as far as there is room, and how many items are left out."""
    room, story = Room(ROOM), view.story
    everything: dict[str, tuple[Sequence[Any], Callable[[Any], Iterable[str]]]] = {
        "groups": (view.groups, _of_group),
        "edits": (view.edits, _of_change),
        "remarks": (story.record["review"]["remarks"] if story else [], _of_remark),
        "revision": (story.revision if story else [], _of_change),
        "passages": (story.passages if story else [], _of_passage),
    }
    lists = {name: room.take(items, texts) for name, (items, texts) in everything.items()}
    more = {name: len(everything[name][0]) - len(items) for name, items in lists.items()}
    return {**lists, "more": more}


def _of_group(group: Group) -> list[str]:
    return [text for pair in group.pairs for text in (group.key, *pair)]


def _of_change(change: Change) -> list[str]:
    return [change.id, *(piece.text for piece in change.pieces)]


def _of_remark(remark: Remark) -> list[str]:
    return [
        remark["id"],
        translation_pairs.safe_text(remark["suggestion"]),
        one_line(remark["remark"], ""),
    ]


def _of_passage(passage: tuple[str, list[Version]]) -> list[str]:
    return [passage[0], *(text for version in passage[1] for text in (version.text, ""))]


def _helpers(words: Words) -> dict[str, Any]:
    """Return what the templates call: names of languages, words for codes, numbers."""
    return {
        "language": partial(language, words),
        "direction": direction,
        "label": partial(_label, words),
        "state": partial(_state, words),
        "decimal": partial(_decimal, words),
        "cost": partial(_cost, words),
        "findings": partial(_findings, words),
        "within": _within,
        "license_link": _license_link,
        "safe_text": translation_pairs.safe_text,
    }


def language(words: Words, code: str, capital: bool = False) -> str:  # noqa: FBT001, FBT002 - Jinja
    """Return a language's name in the page's language, like Spanish, or else its code."""
    name = str(Locale.parse(words.lang).languages.get(code, code))
    return name[:1].upper() + name[1:] if capital else name


def direction(code: str) -> str:
    """Return how a language is written: `ltr`, `rtl`, or `auto` if it is not known."""
    try:
        return str(Locale.parse(code).text_direction)
    except (UnknownLocaleError, ValueError):
        return "auto"


def _label(words: Words, prefix: str, code: str) -> str:
    """Return the words for a code, like the reason `copied`; an unknown code is shown as it is."""
    return words.texts.get(f"translations.{prefix}-{code.lower()}") or one_line(code, "?")


def _findings(words: Words, remark: Remark) -> list[str]:
    """Return what a remark says: in the page's language if it was made by rules."""
    if "findings" not in remark:
        return [one_line(remark["remark"], "–")]
    return [
        words(key, count=finding["count"]) if key in words.texts else one_line(finding["rule"], "?")
        for finding in remark["findings"]
        for key in (f"translations.rule-{finding['rule']}",)
    ]


def _state(words: Words, view: View) -> str:
    if view.damaged:
        return words("translations.state-damaged")
    outdated = f" {words('translations.state-outdated')}" if view.outdated else ""
    if view.edited:
        return words("translations.state-edited") + outdated
    if not view.story:
        return words("translations.state-none")
    choice = view.story.choice
    if choice.decision["by"] == DecidedBy.NOTHING:
        return words("translations.state-nobody") + outdated
    if choice.winner is not None:
        return words("translations.state-chosen", number=choice.winner) + outdated
    return words("translations.state-passages", count=len(view.story.candidates)) + outdated


def _decimal(words: Words, value: float, digits: int) -> str:
    return _formatted(words, value, "0" * digits)


def _cost(words: Words, row: Effort) -> str:
    """Return the known cost; the currency is that of the configured prices."""
    if not row.cost:
        return words("translations.cost-unknown") if row.unknown else words.number(0)
    value = _formatted(words, row.cost, "00##")
    return words("translations.cost-more", cost=value) if row.unknown else value


def _formatted(words: Words, value: float, digits: str) -> str:
    try:
        return str(format_decimal(value, f"#,##0.{digits}", locale=words.lang))
    except InvalidOperation:  # more digits than a decimal has
        return f"{value:g}"


def _within(total: float) -> int:
    """Return the width of a total's bar, in percent."""
    return round(min(max(total, 0.0), 100.0))


def _license_link(name: str) -> Markup:
    """Return a license's name, with a link to its text if SPDX lists it."""
    if SPDX.fullmatch(name):
        link = Markup('<a rel="license" href="https://spdx.org/licenses/{0}.html">{0}</a>')
        return link.format(name)
    return Markup("<bdi>{}</bdi>").format(one_line(name, "?"))
