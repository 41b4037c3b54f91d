"""From the translations of an interface text to website/locales/<lang>.json.

An entry stays as long as its source holds: a person may have mended it there. What is missing or
outdated comes from data/translations, a person's edit there before the machine's words.
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
    """A translation of one string: of `source`, `text` in the end, `machine` before any edit."""

    source: str
    text: str
    machine: str | None

    def replaces(self, kept: Entry) -> bool:
        """Tell whether an edit came after the machine's words were taken."""
        return kept["text"] == self.machine != self.text


@dataclass(frozen=True)
class Update:
    """What a locale file becomes; the numbers are strings.

    `offered` is how many the translation has, `taken` of them are new in the file, which then
    holds `held` of `wanted`. `problems` says, by key, why one is not taken.
    """

    path: Path
    content: str
    offered: int
    taken: int
    held: int
    wanted: int
    problems: Mapping[str, str]

    @property
    def changed(self) -> bool:
        """Whether the file is not so already; one without any string need not be there."""
        if not self.path.exists():
            return self.held > 0
        return self.path.read_bytes() != self.content.encode()

    def write(self) -> None:
        """Write the file, whole, if that changes it."""
        if self.changed:
            files.write_text(self.path, self.content)


def update(text: Text, lang: str, path: Path, translations: Path, *, again: bool = False) -> Update:
    """Return what `path` becomes; with `again`, what holds is taken anew as well.

    Raises ConfigError when the file or the translation is damaged.
    """
    old = _entries(path)
    offers = _offers(translations, text, lang)
    entries: dict[str, Entry] = {}
    problems = {}
    taken = 0
    for segment in text.segments:
        kept, offer = old.get(segment.id), offers.get(segment.id)
        holds = kept is not None and kept["source"] == segment.text
        if kept is not None:
            entries[segment.id] = kept
        if offer is None or offer.source != segment.text:
            continue
        if kept is not None and holds and not again and not offer.replaces(kept):
            continue
        if why := problem(offer.source, offer.text):
            problems[segment.id] = why
            continue
        entries[segment.id] = {"source": offer.source, "text": offer.text}
        taken += entries[segment.id] != kept
    content = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    held = sum(entries[one.id]["source"] == one.text for one in text.segments if one.id in entries)
    return Update(path, content, len(offers), taken, held, len(text.segments), problems)


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
    machine = {one["id"]: one["text"] for one in record["translation"]}
    edits = _edits(result_files.edited(translations, text.name, lang) or "")
    final = machine | {key: edit for key, edit in edits.items() if key in machine}
    return {key: Offer(sources[key], words, machine[key]) for key, words in final.items() if words}


def _edits(body: str) -> dict[str, str]:
    """Return the strings of a body with lines `key: text`, without those that nobody translated."""
    parts = (line.partition(":") for line in body.split("\n"))
    strings = {key.strip(): text.strip() for key, colon, text in parts if colon}
    mark = UNTRANSLATED.strip()
    return {key: text for key, text in strings.items() if text and not text.startswith(mark)}
