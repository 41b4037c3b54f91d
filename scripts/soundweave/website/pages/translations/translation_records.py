"""What there is of each text in each of its languages: translated, edited, damaged or not yet."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from soundweave.base.errors import ConfigError
from soundweave.base.text import foreign
from soundweave.translation.model import TITLE, Kind, Text
from soundweave.translation.results import handover, result_files
from soundweave.translation.results.parts import Record, text_of
from soundweave.translation.texts import source_texts
from soundweave.website.frame import compact
from soundweave.website.pages.translations import provenance, translation_pairs
from soundweave.website.pages.translations.provenance import Candidate, Change, Choice, Effort, Said
from soundweave.website.pages.translations.translation_pairs import Group

log = logging.getLogger(__name__)

Found = tuple[str, list[Said]]


@dataclass(frozen=True)
class Story:
    """How a translation came about, for a page."""

    record: Record
    candidates: list[Candidate]
    choice: Choice
    passages: list[Found]
    revision: list[Change]
    stages: list[Effort]
    total: Effort


@dataclass(frozen=True)
class View:
    """A text in one language. `text` is the original that was translated; `title` is foreign.

    `damaged` tells that the record cannot be read, `edited` that a person wrote what is shown,
    `outdated` that the original has changed since. `edits` is what the person changed.
    """

    text: Text
    licence: str
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
        """The page's path in its language; names of texts and languages are safe."""
        return f"translations/{self.text.name}-{self.lang}.html"

    @property
    def data(self) -> str:
        """The path of the record, from the site's root."""
        return f"translations/{self.text.name}-{self.lang}.json"

    @property
    def translated(self) -> bool:
        """Whether there is anything beside the original."""
        return any(not group.open for group in self.groups)


def read_all(texts_dir: Path, translations_dir: Path) -> Iterator[list[View]]:
    """Yield the views of each text, one for each language; what is damaged gets a warning."""
    known, problems = handover.readable(texts_dir) if texts_dir.is_dir() else ([], [])
    for problem in problems:
        log.warning("a text is left out of the site: %s", problem)
    for text in known:
        licence = source_texts.license_of(texts_dir / f"{text.name}.md")
        yield [_read(text, lang, licence, translations_dir) for lang in text.target_langs]


def _read(text: Text, lang: str, licence: str, folder: Path) -> View:
    bare = View(text, licence, lang, "", translation_pairs.of_record(text, []))
    try:
        record = result_files.read(folder, text.name, lang)
        body = result_files.edited(folder, text.name, lang)
        title = result_files.edited_title(folder, text.name, lang)
        changed = record is not None and result_files.fresh(folder, text, lang).startswith(
            result_files.EDITED
        )
        view = bare if record is None else _of_record(bare, record, edited=changed)
        return view if body is None else _of_person(view, body, title)
    except (ConfigError, LookupError, TypeError, ValueError) as error:
        # A record may fit its schema and still contradict itself.
        log.warning("%s to %s: the record cannot be read: %s", text.name, lang, error)
        return View(text, licence, lang, "", bare.groups, damaged=True)


def _of_record(bare: View, record: Record, *, edited: bool) -> View:
    compact.encode(record)  # raises ValueError for what JSON has no form for
    source = text_of(record)
    final = [segment["text"] for segment in record["translation"]]
    titled = source.segments[0].id == TITLE
    stages, total = provenance.efforts(record)
    return View(
        text=source,
        licence=bare.licence,
        lang=bare.lang,
        title=foreign(final[0] or "", "") if titled else "",
        groups=translation_pairs.of_record(source, final),
        story=Story(
            record=record,
            candidates=provenance.candidates(record),
            choice=provenance.choice(record),
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
    return View(
        text=view.text,
        licence=view.licence,
        lang=view.lang,
        title=foreign(title or "", "") if has_title else view.title,
        groups=groups,
        story=view.story,
        edited=True,
        outdated=view.outdated,
        edits=_edits(view, groups) if view.story else [],
    )


def _edits(view: View, groups: list[Group]) -> list[Change]:
    before = {group.id: _words(group) for group in view.groups}
    after = {group.id: _words(group) for group in groups}
    return provenance.changes(
        list(after), [before.get(name) for name in after], list(after.values())
    )


def _words(group: Group) -> str:
    return "\n".join(theirs for _, theirs in group.pairs).rstrip("\n")
