"""Texts and their candidate translations: plain data that crosses processes and fits JSON."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

TITLE = "title"  # the id of the segment that is a poem's or a prose text's title


class Kind(StrEnum):
    """The kind of a text decides what a translation must keep."""

    POEM = "poem"  # a segment is a stanza; its lines stay lines
    PROSE = "prose"  # a segment is a paragraph
    INTERFACE = "interface"  # a segment is one string; its placeholders and markup stay


@dataclass(frozen=True)
class Segment:
    """The smallest unit of translation and scoring.

    `id` is "title", a number counted from "1", or an interface string's key. Only in poems does
    `text` contain line ends.
    """

    id: str
    text: str


@dataclass(frozen=True)
class Text:
    """A text of data/texts; languages are two-letter codes of ISO 639-1."""

    name: str
    title: str
    author: str
    kind: Kind
    source_lang: str
    target_langs: tuple[str, ...]
    notes: str
    segments: tuple[Segment, ...]

    @property
    def sources(self) -> list[str]:
        """The segments' texts, in order."""
        return [segment.text for segment in self.segments]

    def digest(self) -> str:
        """SHA-256 of all that a translator sees: a changed text is translated again."""
        content = asdict(self)
        del content["name"], content["target_langs"]
        return digest_of(content)


@dataclass(frozen=True)
class CandidateConfig:
    """What distinguishes a candidate. `id` counts from 1 and never changes.

    `model` is a key of the settings' models. A chat model has `prompt` (a file of config/prompts)
    and `temperature`; an Apertium candidate has `route`, like "eng-cat+cat-spa".
    """

    id: int
    model: str
    prompt: str = ""
    temperature: float | None = None
    seed: int | None = None
    route: str = ""


@dataclass(frozen=True)
class Candidate:
    """One translation of all segments, or why it failed.

    `segments` is as long as the source's; a segment that failed is None, and `problems` says why.
    `marks` counts words that the engine did not know, by segment; None if unknown. If the whole
    candidate failed, `error` is the kind of failure, like "timeout", "crashed", "refused",
    "truncated", "invalid", "unavailable".
    """

    config: CandidateConfig
    segments: tuple[str | None, ...] = ()
    marks: tuple[int | None, ...] = ()
    notes: str = ""
    finish_reason: str = ""
    problems: tuple[str, ...] = ()
    error: str = ""
    message: str = ""
    seconds: float = 0.0

    @property
    def came(self) -> bool:
        """Whether there is a translation to look at."""
        return not self.error

    def to_json(self) -> dict[str, Any]:
        """Write plain JSON; `from_json` reads it."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Candidate":
        """Read what `to_json` wrote."""
        lists = {name: tuple(value[name]) for name in ("segments", "marks", "problems")}
        return cls(**{**value, **lists, "config": CandidateConfig(**value["config"])})


def digest_of(value: object) -> str:
    """Return SHA-256, in hexadecimal, of a JSON value; the order of keys does not matter."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def numbered(texts: Sequence[str]) -> tuple[Segment, ...]:
    """Make segments with the ids "1", "2", ..."""
    return tuple(Segment(str(number), text) for number, text in enumerate(texts, start=1))
