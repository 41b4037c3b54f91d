import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundweave.validation import registry
from tests.validation import corruptions, damaged
from tests.validation.damaged import found, report_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    damaged.make(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    return shutil.copytree(made, tmp_path / "copy")


@pytest.mark.parametrize("name", corruptions.ALL)
def test_each_corruption_is_found_named_and_located(folder: Path, name: str) -> None:
    damage, check, where = corruptions.ALL[name]
    damage(folder)
    report = report_of(folder)
    findings = found(report)
    assert check in findings, findings
    assert any(where in finding["where"] for finding in findings[check]), findings[check]
    (level,) = [each["level"] for each in report["checks"] if each["name"] == check]
    assert any(said.startswith(f"{check}: ") for said in report[f"{level}s"])
    assert (report["status"] == "failed") == bool(report["errors"])


def test_every_check_is_put_to_the_test() -> None:
    tried = {check for _, check, _ in corruptions.ALL.values()} - {"library"}
    assert tried == set(registry.CHECKS)
    assert len(corruptions.ALL) >= 40


@pytest.mark.parametrize("name", sorted(corruptions.RECORDS))
def test_a_wrong_value_is_not_put_down_to_another_row(folder: Path, name: str) -> None:
    damage, check, where = corruptions.RECORDS[name]
    damage(folder)
    named = {finding["where"] for finding in found(report_of(folder))[check]}
    assert {each.split()[1] for each in named} == {where.split()[1]}
