"""The state of each text in each of its languages: translated, edited, damaged or missing."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from soundweave.base.errors import ConfigError
from soundweave.base.text import one_line
from soundweave.translation.model import TITLE, Kind, Text
from soundweave.translation.record import Record, text_of
from soundweave.translation.results import parts, result_files
from soundweave.translation.results.parts import CandidateSummary, ChoiceSummary
from soundweave.translation.texts import source_texts
from soundweave.website.frame import compact
from soundweave.website.pages.translations import provenance, translation_pairs
from soundweave.website.pages.translations.provenance import Change, Effort, Version
from soundweave.website.pages.translations.translation_pairs import Group

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Story:
    """How a translation came about, for a page."""

    record: Record
    candidates: list[CandidateSummary]
    choice: ChoiceSummary
    passages: list[tuple[str, list[Version]]]
    revision: list[Change]
    stages: list[Effort]
    total: Effort


@dataclass(frozen=True)
class View:
    """A text in one language. `text` is the original that was translated; `title` is untrusted.

    `damaged` means that the record cannot be read, `edited` that a person wrote the translation,
    `outdated` that the original has changed since. `edits` are the person's changes.
    """

    text: Text
    license_name: str
    lang: str
    title: str
    groups: list[Group]
    story: Story | None = None
    edited: bool = False
    outdated: bool = False
    damaged: bool = False
    edits: list[Change] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The page's path in its language; the names of texts and languages are safe in paths."""
        return f"translations/{self.text.name}-{self.lang}.html"

    @property
    def data(self) -> str:
        """The path of the record, from the site's root."""
        return f"translations/{self.text.name}-{self.lang}.json"

    @property
    def translated(self) -> bool:
        """Whether any part is translated."""
        return any(not group.open for group in self.groups)


def read_all(texts_dir: Path, translations_dir: Path) -> Iterator[list[View]]:
    """Yield the views of each text, one for each language; warns about damaged ones."""
    texts, problems = source_texts.read_valid(texts_dir)
    for problem in problems:
        log.warning("a text is left out of the site: %s", problem)
    for text in texts:
        license_name = source_texts.license_of(texts_dir / f"{text.name}.md")
        yield [_read(text, lang, license_name, translations_dir) for lang in text.target_langs]


def _read(text: Text, lang: str, license_name: str, folder: Path) -> View:
    bare = View(text, license_name, lang, "", translation_pairs.of_record(text, []))
    try:
        record = result_files.read(folder, text.name, lang)
        body = result_files.edited(folder, text.name, lang)
        title = result_files.edited_title(folder, text.name, lang)
        edited = record is not None and result_files.status(folder, text, lang).edited
        view = bare if record is None else _of_record(bare, record, edited=edited)
        return view if body is None else _of_person(view, body, title)
    except (ConfigError, LookupError, TypeError, ValueError) as error:
        # A record may fit its schema and still contradict itself.
        log.warning("%s to %s: the record cannot be read: %s", text.name, lang, error)
        return replace(bare, damaged=True)


def _of_record(bare: View, record: Record, *, edited: bool) -> View:
    compact.encode(record)  # raises ValueError for NaN and the like
    source = text_of(record)
    final = [segment["text"] for segment in record["translation"]]
    has_title = source.segments[0].id == TITLE
    stages, total = provenance.efforts(record)
    return replace(
        bare,
        text=source,
        title=one_line(final[0] or "", "") if has_title else "",
        groups=translation_pairs.of_record(source, final),
        story=Story(
            record=record,
            candidates=parts.candidates(record),
            choice=parts.choice(record),
            passages=list(provenance.passages(record)),
            revision=provenance.revision(record),
            stages=stages,
            total=total,
        ),
        edited=edited,
        outdated=record["text"]["digest"] != bare.text.digest(),
    )


def _of_person(view: View, body: str, title: str | None) -> View:
    groups = translation_pairs.of_body(view.text, body)
    has_title = view.text.kind is not Kind.INTERFACE and title is not None
    return replace(
        view,
        title=one_line(title or "", "") if has_title else view.title,
        groups=groups,
        edited=True,
        edits=_edits(view, groups) if view.story else [],
    )


def _edits(view: View, groups: list[Group]) -> list[Change]:
    before = {group.id: _translation(group) for group in view.groups}
    after = {group.id: _translation(group) for group in groups}
    return provenance.changes(
        list(after), [before.get(name) for name in after], list(after.values())
    )


def _translation(group: Group) -> str:
    return "\n".join(line for _, line in group.pairs).rstrip("\n")
