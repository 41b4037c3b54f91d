"""From the translations of an interface text to website/locales/<lang>.json.

An entry stays as long as its source is unchanged, because a person may have edited it. Missing and
outdated ones come from data/translations, where a person's edit overrides the machine's words.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from soundweave.base import files, schemas
from soundweave.translation.model import Text
from soundweave.translation.results import result_files
from soundweave.translation.texts.source_texts import UNTRANSLATED
from soundweave.website.frame.locales import problem

Entry = dict[str, str]  # of a locale file: source, text


@dataclass(frozen=True)
class Offer:
    """A translation of the string `source`: the final `text`, and `machine` before any edit."""

    source: str
    text: str
    machine: str | None

    def replaces(self, entry: Entry) -> bool:
        """Whether the translation was edited after its machine version got into the locale."""
        return entry["text"] == self.machine != self.text


@dataclass(frozen=True)
class Update:
    """The new content of a locale file, and numbers of strings.

    The translation offers `offered` strings; `added` of them are new in the file, which then has
    `current` ones of `total`. `problems` maps the keys of rejected strings to the reasons.
    """

    path: Path
    content: str
    offered: int
    added: int
    current: int
    total: int
    problems: Mapping[str, str]

    @property
    def changed(self) -> bool:
        """Whether the file has to be written; one without any string need not exist."""
        if not self.path.exists():
            return self.current > 0
        return self.path.read_bytes() != self.content.encode()

    def write(self) -> None:
        """Write the file if it changes."""
        if self.changed:
            files.write_text(self.path, self.content)


def update(text: Text, lang: str, path: Path, translations: Path, *, again: bool = False) -> Update:
    """Work out the new content of `path`; with `again`, current entries are replaced as well.

    Raises ConfigError when the file or the translation is damaged.
    """
    old = _entries(path)
    offers = _offers(translations, text, lang)
    entries: dict[str, Entry] = {}
    problems = {}
    added = 0
    for segment in text.segments:
        entry, offer = old.get(segment.id), offers.get(segment.id)
        if entry is not None:
            entries[segment.id] = entry
        if offer is None or offer.source != segment.text:
            continue
        is_current = entry is not None and entry["source"] == segment.text
        if entry is not None and is_current and not again and not offer.replaces(entry):
            continue
        if reason := problem(offer.source, offer.text):
            problems[segment.id] = reason
            continue
        entries[segment.id] = {"source": offer.source, "text": offer.text}
        added += entries[segment.id] != entry
    content = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    sources = {segment.id: segment.text for segment in text.segments}
    current = sum(entry["source"] == sources[key] for key, entry in entries.items())
    return Update(path, content, len(offers), added, current, len(text.segments), problems)


def _entries(path: Path) -> dict[str, Entry]:
    if not path.exists():
        return {}
    value = files.read_json(path)
    schemas.check("locale_translation", value, str(path))
    return dict(value)


def _offers(translations: Path, text: Text, lang: str) -> dict[str, Offer]:
    record = result_files.read(translations, text.name, lang)
    if record is None:
        return {}
    sources = {segment["id"]: segment["text"] for segment in record["text"]["segments"]}
    machine = {segment["id"]: segment["text"] for segment in record["translation"]}
    edits = _edits(result_files.edited(translations, text.name, lang) or "")
    final = machine | {key: edit for key, edit in edits.items() if key in machine}
    return {key: Offer(sources[key], words, machine[key]) for key, words in final.items() if words}


def _edits(body: str) -> dict[str, str]:
    """Return the strings of a body of `key: text` lines, except the untranslated ones."""
    parts = (line.partition(":") for line in body.split("\n"))
    strings = {key.strip(): text.strip() for key, colon, text in parts if colon}
    mark = UNTRANSLATED.strip()
    return {key: text for key, text in strings.items() if text and not text.startswith(mark)}
