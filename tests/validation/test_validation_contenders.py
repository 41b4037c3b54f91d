from pathlib import Path

import pytest

from benchmarks import libraries, validation_contenders
from benchmarks.validation_contenders import KINDS, ROWS, inject, kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clean_folder = tmp_path_factory.mktemp("library")
    libraries.make(clean_folder, 1000)
    inject(clean_folder)
    return clean_folder


def test_ours_finds_every_kind(folder: Path) -> None:
    assert validation_contenders.ours(folder) == len(KINDS) >= 20


def test_row_by_row_finds_some(folder: Path) -> None:
    assert 12 <= validation_contenders.by_pydantic(folder) < len(KINDS)


def test_finding_nothing_counts_as_nothing(folder: Path) -> None:
    assert kinds(folder, set()) == kinds(folder, {"sound -1"}) == 0


def test_the_rows_of_the_table(tmp_path: Path) -> None:
    libraries.make(tmp_path, 20)
    (floor,) = [row for row in ROWS if "floor" in row.name]
    assert floor.prepare is not None
    floor.prepare(tmp_path)
    assert floor.function(tmp_path) == 0
    assert [row.name for row in ROWS if row.ours] == ["all checks, by SQL"]
