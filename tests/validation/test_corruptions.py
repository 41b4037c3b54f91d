import shutil
from pathlib import Path

import pytest

from soundweave.validation import registry
from tests.validation import corruptions, damaged
from tests.validation.damaged import findings_of, report_of


@pytest.fixture(scope="module")
def clean_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    damaged.make(folder)
    return folder


@pytest.fixture
def folder(clean_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(clean_folder, tmp_path / "copy")


@pytest.mark.parametrize("name", corruptions.ALL)
def test_each_corruption_is_found_named_and_located(folder: Path, name: str) -> None:
    damage, check, place = corruptions.ALL[name]
    damage(folder)
    report = report_of(folder)
    findings = findings_of(report)
    assert check in findings, findings
    assert any(
        place in finding["where"] and corruptions.NAMES.get(name, "") in finding["what"]
        for finding in findings[check]
    ), findings[check]
    (level,) = [entry["level"] for entry in report["checks"] if entry["name"] == check]
    assert any(message.startswith(f"{check}: ") for message in report[f"{level}s"])
    assert (report["status"] == "failed") == bool(report["errors"])


def test_every_check_is_put_to_the_test() -> None:
    tried = {check for _, check, _ in corruptions.ALL.values()} - {"library"}
    assert tried == set(registry.CHECKS)
    assert len(corruptions.ALL) >= 40
    assert corruptions.NAMES.keys() <= corruptions.ALL.keys()


@pytest.mark.parametrize("name", sorted(corruptions.RECORDS))
def test_a_wrong_value_is_not_put_down_to_another_row(folder: Path, name: str) -> None:
    damage, check, where = corruptions.RECORDS[name]
    damage(folder)
    named = {finding["where"] for finding in findings_of(report_of(folder))[check]}
    assert {finding_place.split()[1] for finding_place in named} == {where.split()[1]}
