"""The translations in data/translations, which each fork starts with."""

from pathlib import Path

import pytest

from soundweave.base.paths import ROOT, TEXTS_DIR, TRANSLATIONS_DIR
from soundweave.translation.results import result_files
from soundweave.translation.texts import source_texts

RECORDS = sorted((ROOT / TRANSLATIONS_DIR).glob("*/*/translation.json"))


def test_there_are_some() -> None:
    assert len(RECORDS) >= 10


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_none_looks_edited_or_outdated(path: Path) -> None:
    name, lang = path.parts[-3:-1]
    text = source_texts.read(ROOT / TEXTS_DIR / f"{name}.md")
    status = result_files.status(ROOT / TRANSLATIONS_DIR, text, lang)
    assert str(status) == "unchanged"
