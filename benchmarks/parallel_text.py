"""Parallel text for the quality benchmark: a folder of JSON Lines, one row per segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundweave.base import jsonl
from soundweave.base.errors import ConfigError

# The keys of each language in a row, the preferred one first.
KEYS = {
    "ca": ("cat",),
    "en": ("eng",),
    "es": ("spa", "spa_LA"),
    "fr": ("fra",),
    "pt": ("por", "por_BR"),
}
FLORES, NTREX, TICO = "FLORES-101", "NTREX-128", "TICO-19"
NAMES = {FLORES: "flores101-devtest.jsonl", NTREX: "ntrex128.jsonl", TICO: "tico19-test.jsonl"}
TATOEBA = {
    "en-es": "tatoeba-eng-spa.jsonl",
    "es-en": "tatoeba-eng-spa.jsonl",
    "ca-es": "tatoeba-cat-spa.jsonl",
    "fr-es": "tatoeba-fra-spa.jsonl",
    "pt-es": "tatoeba-por-spa.jsonl",
    "en-ca": "tatoeba-cat-eng.jsonl",
}
SYSTEMS = "wmt24-en-es-systems.jsonl"
STRINGS = "po-strings.jsonl"


@dataclass(frozen=True)
class Corpus:
    """Sources and their human translations, side by side."""

    name: str
    pair: str  # "en-es"
    sources: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Systems:
    """Recorded translations of a corpus, by system."""

    corpus: Corpus
    outputs: dict[str, tuple[str, ...]]


def corpora(folder: Path, pair: str, limit: int | None) -> list[Corpus]:
    """Read the first `limit` rows of the data sets that have both languages of `pair`."""
    source, target = pair.split("-")
    corpora = []
    for name, file in (NAMES | {"Tatoeba": TATOEBA.get(pair, "")}).items():
        rows = _rows(folder, file) if file else []
        texts = [(_text(source, row), _text(target, row)) for row in rows]
        complete = [both for both in texts if all(both)][:limit]
        if complete:
            corpora.append(Corpus(name, pair, *map(tuple, zip(*complete, strict=True))))
    return corpora


def systems(folder: Path, names: Sequence[str], limit: int | None) -> Systems:
    """Read the recorded translations of WMT24, English to Spanish, by the named systems."""
    rows = _rows(folder, SYSTEMS)[:limit]
    texts = [(row["eng"], row["spa"]) for row in rows]
    corpus = Corpus("WMT24", "en-es", *map(tuple, zip(*texts, strict=True)))
    return Systems(corpus, {name: tuple(row["systems"][name] for row in rows) for name in names})


def strings(folder: Path) -> list[str]:
    """Read the English interface strings."""
    return [row["eng"] for row in _rows(folder, STRINGS)]


def _rows(folder: Path, file: str) -> list[dict[str, Any]]:
    path = folder / file
    if not path.is_file():
        raise ConfigError(
            f"{path} does not exist; name a folder with parallel text: --data FOLDER (with "
            f"{', '.join([*NAMES.values(), SYSTEMS, STRINGS])} and Tatoeba's)"
        )
    return jsonl.read(path)


def _text(lang: str, row: Mapping[str, Any]) -> str:
    return str(next((row[key] for key in KEYS[lang] if row.get(key)), ""))
