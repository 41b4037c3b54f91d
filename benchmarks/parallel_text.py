"""Parallel text for the quality benchmark: a folder of JSON Lines, one row per segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundweave.base import files
from soundweave.base.errors import ConfigError

# The languages' keys in a row; of a region's only where there is none of the country's own.
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
    """Return the data sets that have both languages of `pair`, their first `limit` rows."""
    source, target = pair.split("-")
    found = []
    for name, file in (NAMES | {"Tatoeba": TATOEBA.get(pair, "")}).items():
        rows = _rows(folder, file) if file else []
        both = [(_of(source, row), _of(target, row)) for row in rows]
        texts = [(before, after) for before, after in both if before and after][:limit]
        if texts:
            found.append(Corpus(name, pair, *map(tuple, zip(*texts, strict=True))))
    return found


def systems(folder: Path, names: Sequence[str], limit: int | None) -> Systems:
    """Return the recorded outputs of WMT24's English to Spanish by the named systems."""
    rows = _rows(folder, SYSTEMS)[:limit]
    texts = [(row["eng"], row["spa"]) for row in rows]
    corpus = Corpus("WMT24", "en-es", *map(tuple, zip(*texts, strict=True)))
    return Systems(corpus, {name: tuple(row["systems"][name] for row in rows) for name in names})


def strings(folder: Path) -> list[str]:
    """Return the English interface strings."""
    return [row["eng"] for row in _rows(folder, STRINGS)]


def _rows(folder: Path, file: str) -> list[dict[str, Any]]:
    path = folder / file
    if not path.is_file():
        raise ConfigError(
            f"there is no {path}; name a folder with parallel text: --data FOLDER (it holds "
            f"{', '.join([*NAMES.values(), SYSTEMS, STRINGS])} and Tatoeba's)"
        )
    return files.read_history(path)


def _of(lang: str, row: Mapping[str, Any]) -> str:
    return str(next((row[key] for key in KEYS[lang] if row.get(key)), ""))
