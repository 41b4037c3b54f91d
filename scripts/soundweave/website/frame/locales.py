"""The site's words: website/locales/en.json is the source, <lang>.json its translations.

The source maps keys to texts with {placeholders} and, if the key ends with `_html`, markup. A
translation maps keys to {"source": ..., "text": ...}: when the source has changed since, English is
shown until the string is translated again. Translations come from models, so one whose
placeholders or markup differ from the source's is ignored as well.
"""

import logging
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from markupsafe import Markup, escape

from soundweave.base import files, schemas
from soundweave.base.errors import ConfigError

SOURCE = "en"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
TAG = re.compile(r"<[^<>]*>")
LANG = re.compile(r"[a-z]{2}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Words:
    """The words of one language; call it with a key to get a text.

    `missing` maps the keys that are shown in English to the reason.
    """

    lang: str
    texts: Mapping[str, str]
    missing: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Fill in the placeholders of a text; numbers are formatted for the language."""
        return PLACEHOLDER.sub(lambda hole: self._value(values[hole[1]]), self.texts[key])

    def html(self, key: str, **values: object) -> Markup:
        """Return a text with markup; values are escaped unless they are Markup themselves."""
        filled = PLACEHOLDER.sub(
            lambda hole: str(escape(self._marked(values[hole[1]]))), self.texts[key]
        )
        return Markup(filled)  # noqa: S704 - our own markup: `problem` rejects other tags

    def under(self, *prefixes: str) -> dict[str, str]:
        """Return the raw texts of all keys with one of these prefixes, for scripts."""
        return {key: text for key, text in self.texts.items() if key.startswith(prefixes)}

    def number(self, value: float) -> str:
        """Format a number for the language: 1,234 or 1.234."""
        try:
            return format_decimal(value, locale=self._locale)
        except InvalidOperation:  # more digits than Babel can round, in a damaged record
            return f"{value:,}"

    def signed(self, value: int) -> str:
        """Format an increase: +12, or 0."""
        return f"+{self.number(value)}" if value else self.number(0)

    def share(self, part: int, total: int) -> str:
        """Format a share in whole percent for the language; a small one is not zero."""
        share = part / total
        sign = "" if share >= 0.005 else "< "
        return sign + format_percent(max(share, 0.01), locale=self._locale)

    def day(self, moment: datetime, *, short: bool = False) -> str:
        """Format a date: November 21, 2025; Nov 21, 2025 when `short`."""
        return format_date(moment.date(), "medium" if short else "long", locale=self._locale)

    def date(self, moment: datetime, skeleton: str) -> str:
        """Format parts of a date for the language; MMMd: 21 Nov, yMMM: Nov 2025."""
        return format_skeleton(skeleton, moment, locale=self._locale)

    def short(self, value: int) -> str:
        """Format a number in a few characters: 2,500, 25K, 1.5M."""
        if value < 10_000:
            return self.number(value)
        return format_compact_decimal(value, locale=self._locale, fraction_digits=1)

    @property
    def name(self) -> str:
        """The language's name for itself."""
        name = self._locale.get_display_name(self.lang) or self.lang
        return name[0].upper() + name[1:]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self._locale.text_direction)

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(self.lang)

    def _value(self, value: object) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return self.number(value) if is_number else str(value)  # type: ignore[arg-type]

    def _marked(self, value: object) -> object:
        return value if isinstance(value, Markup) else self._value(value)


def load(folder: Path) -> dict[str, Words]:
    """Return the words of each language by its code, English first.

    Missing and outdated translations are logged. Raises ConfigError for an invalid file.
    """
    source = _read(folder / f"{SOURCE}.json", "locale_source")
    languages = {SOURCE: Words(SOURCE, source, {})}
    for path in sorted(folder.glob("*.json")):
        if path.stem != SOURCE:
            languages[path.stem] = _words(path, source)
            _report(languages[path.stem], path)
    return languages


def problem(source: str, text: str) -> str:
    """Return why `text` cannot replace `source`, such as different markup; "" when it can."""
    if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text)):
        return "its placeholders are not the source's"
    if sorted(TAG.findall(source)) != sorted(TAG.findall(text)):
        return "its markup is not the source's"
    if any(sign in TAG.sub("", text) for sign in "<>"):
        return "it has a stray < or >"
    if _nested(source) and not _nested(text):
        return "its tags are not closed in order"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return "it has a control character"
    return "" if text.strip() else "it is empty"


def _nested(text: str) -> bool:
    """Whether every tag is closed, the last one opened first."""
    open_tags: list[str] = []
    for tag in TAG.findall(text):
        name = tag.strip("</> ").split(" ")[0]
        if not tag.startswith("</"):
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            return False
    return not open_tags


def _words(path: Path, source: Mapping[str, str]) -> Words:
    _check_language(path)
    translated = _read(path, "locale_translation")
    missing = {key: _reason(source[key], translated.get(key)) for key in source}
    missing = {key: reason for key, reason in missing.items() if reason}
    texts = {key: source[key] if key in missing else translated[key]["text"] for key in source}
    return Words(path.stem, texts, missing)


def _reason(source: str, entry: Mapping[str, str] | None) -> str:
    if entry is None:
        return "not translated"
    return "the source has changed" if entry["source"] != source else problem(source, entry["text"])


def _report(words: Words, path: Path) -> None:
    if words.missing:
        first = ", ".join(f"{key} ({why})" for key, why in list(words.missing.items())[:5])
        rest = f" and {len(words.missing) - 5} more" if len(words.missing) > 5 else ""
        log.warning("%s: still shown in English: %s%s", path, first, rest)


def _check_language(path: Path) -> None:
    try:
        is_known = LANG.fullmatch(path.stem) and Locale.parse(path.stem)
    except UnknownLocaleError:
        is_known = None
    if not is_known:
        raise ConfigError(f"{path}: name it after its language, like es.json")


def _read(path: Path, schema: str) -> dict[str, Any]:
    value = files.read_json(path)
    schemas.check(schema, value, str(path))
    return dict(value)
