import _thread
import json
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base import config
from soundweave.base.errors import ConfigError
from soundweave.freesound.sound import LARGEST_ID
from soundweave.library import database, edges
from soundweave.standin import synthetic_catalog
from soundweave.validation import registry, text_columns
from soundweave.validation.finding import LONGEST, Finding, plain
from soundweave.validation.report import validate
from soundweave.validation.scan import STAMP, no_time
from soundweave.validation.subject import Subject
from tests.conftest import Run
from tests.support.make_library import make_library
from tests.support.nights import nights_of
from tests.validation import damaged
from tests.validation.damaged import (
    FIRST_NIGHT,
    NIGHT,
    findings_of,
    in_hours,
    loose,
    night,
    raw,
    report_of,
    sql,
)


@pytest.fixture(scope="module")
def clean_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    damaged.make(folder)
    return folder


@pytest.fixture
def folder(clean_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(clean_folder, tmp_path / "copy")


def by_name(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in report["checks"]}


def test_a_clean_library_passes(folder: Path) -> None:
    report = report_of(folder)
    assert (report["status"], report["errors"], report["warnings"]) == ("passed", [], [])
    assert {check["status"] for check in report["checks"]} == {"passed"}
    assert report["statistics"] == {
        "sounds": 50,
        "removed": 0,
        "users": 7,
        "packs": 7,
        "edges": 100,
    }


def test_a_hostile_catalogue_passes_before_and_after_its_edges_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = synthetic_catalog(1500)
    with nights_of(catalogue, tmp_path, monkeypatch) as nights:
        nights.run(most=5)
        nights.run(most=3)
    shutil.move(nights.metrics, tmp_path / "metrics.jsonl")
    for _ in range(2):
        # Nights of one test share their second.
        assert findings_of(report_of(tmp_path, night_order="off")) == {}
        with database.writing(nights.library) as connection:
            edges.update(connection)


def test_a_removed_sound_and_one_that_moved_are_no_findings(folder: Path) -> None:
    sql(
        "UPDATE sounds SET removed_at = '2025-11-22T03:17:00Z' WHERE id = 5",
        "UPDATE sounds SET pack_id = NULL WHERE id = 8",
        "UPDATE sounds SET (name, user_id, created, removed_at) ="
        " (SELECT name, user_id, created, first_seen FROM sounds WHERE id = 10) WHERE id = 20",
    )(folder)
    night(nodes=48, removed=2)(folder)
    assert findings_of(report_of(folder)) == {}
    with database.writing(folder / "library") as connection:
        edges.update(connection)
    assert findings_of(report_of(folder)) == {}


def test_a_library_without_packs_passes(folder: Path) -> None:
    sql(
        "UPDATE sounds SET pack_id = NULL",
        "UPDATE links SET pack_id = NULL",
        "DELETE FROM packs",
        "DELETE FROM pack_hubs",
    )(folder)
    assert "foreign_keys" not in (found := findings_of(report_of(folder)))
    assert "edge_ends" not in found


def test_a_renamed_user_is_no_finding(folder: Path) -> None:
    sql(
        "INSERT INTO users VALUES (70, 'renamed')",
        "UPDATE sounds SET user_id = 70 WHERE user_id = 3",
    )(folder)
    assert findings_of(report_of(folder)) == {}


def test_temporary_files_beside_the_library_are_no_finding(folder: Path) -> None:
    (folder / "library" / ".library.db.x1").write_bytes(b"\xff")
    (folder / ".metrics.jsonl.x1").write_bytes(b"\xff")
    assert findings_of(report_of(folder)) == {}


def test_unusual_but_right_values_are_no_findings(folder: Path) -> None:
    sql(
        """UPDATE sounds SET tags = '["a,1", "b, c", "[", "\\u00e9"]' WHERE id = 1""",
        """UPDATE sounds SET tags = ' [ ] ' WHERE id = 2""",
        "UPDATE sounds SET tags = '[]' WHERE id = 13",
        """UPDATE sounds SET tags = '["a","b"]', created = '2012-02-29T23:59:59Z' WHERE id = 3""",
        "UPDATE sounds SET name = ' leading blank', type = '' WHERE id = 4",
        "UPDATE sounds SET license = 'https://creativecommons.org/publicdomain/zero/1.0/'"
        " WHERE id = 5",
        "UPDATE sounds SET preview_mp3 = 'http://a/!~http://b', duration = 0 WHERE id = 6",
        f"UPDATE sounds SET last_seen = {in_hours(12)} WHERE id = 7",
        "UPDATE similarities SET score = 0.001 WHERE target = 2",
        "UPDATE similarities SET score = 0 WHERE source = 2",
        f"UPDATE sounds SET duration = {LARGEST_ID - 1}, num_downloads = {LARGEST_ID - 1}"
        " WHERE id = 8",
        "UPDATE sounds SET created = '2005-01-01T00:00:00Z' WHERE id = 9",
        *(
            f"UPDATE sounds SET (name, user_id, created, duration) ="
            f" (SELECT {columns} FROM sounds WHERE id = 10) WHERE id = {number}"
            for number, columns in (
                (17, "name || '!', user_id, created, duration"),
                (24, "name, user_id, '2025-11-12T12:00:01Z', duration"),
                (31, "name, user_id, created, duration + 1"),
            )
        ),
        "UPDATE sounds SET (name, created) = (SELECT name, created FROM sounds WHERE id = 11)"
        " WHERE id = 12",
    )(folder)
    assert findings_of(report_of(folder)) == {}


def test_a_damaged_page_stops_only_what_it_is_part_of(folder: Path) -> None:
    damaged.overwrite_page(folder)
    findings = findings_of(report_of(folder))
    assert {"integrity", "required_fields", "encodings"} <= findings.keys()
    unharmed = {"schema", "similarity_scores", "hub_sizes", "positions", "milestone_lines"}
    assert not unharmed - {"positions"} & findings.keys()
    assert "cannot be read" in findings["required_fields"][-1]["what"]


def test_a_rule_that_cannot_run_does_not_stop_the_others_of_its_pass(folder: Path) -> None:
    sql(
        "DROP INDEX sounds_popular",
        "DROP INDEX sounds_unpacked",
        "ALTER TABLE sounds DROP COLUMN num_downloads",
        "UPDATE sounds SET tags = '[1]' WHERE id = 3",
    )(folder)
    findings = findings_of(report_of(folder))
    assert findings["tags"] == [{"where": "sound 3", "what": "tags is not a JSON list of strings"}]
    assert "num_downloads" in findings["ranges"][0]["what"]
    assert "dates" not in findings


def test_a_partial_index_is_counted_however_it_is_written(folder: Path) -> None:
    sql(
        "CREATE INDEX extra ON sounds (created) where\n duration > 1\n AND removed_at IS NULL",
    )(folder)
    assert findings_of(report_of(folder)).keys() == {"schema"}


def test_many_findings_are_counted_and_the_first_listed(folder: Path) -> None:
    sql("UPDATE sounds SET name = ''")(folder)
    report = report_of(folder)
    fields = by_name(report)["required_fields"]
    assert (fields["found"], len(fields["findings"])) == (50, 20)
    sql("UPDATE sounds SET license = 'mine'")(folder)
    assert by_name(report_of(folder))["known_licenses"]["found"] == 50
    sql("UPDATE sounds SET license = 'http://creativecommons.org/publicdomain/zero/1.0/'")(folder)
    assert any(error.endswith(" (and 49 more)") for error in report["errors"])
    sql("UPDATE sounds SET name = 'x' WHERE id > 1")(folder)
    assert report_of(folder)["errors"] == ["required_fields: sound 1 name is missing"]
    sql("UPDATE sounds SET name = '' WHERE id = 2")(folder)
    assert report_of(folder)["errors"] == ["required_fields: sound 1 name is missing (and 1 more)"]


def test_findings_are_one_plain_line(folder: Path) -> None:
    sql('CREATE TABLE "a\n::error::\u202e\'b" (x)')(folder)
    (finding,) = findings_of(report_of(folder))["schema"]
    assert finding["where"] == "library.db: a?::error::?'b"
    assert plain("é" * LONGEST) == "é" * LONGEST
    for length in (LONGEST + 1, 1000):
        assert plain("é" * length) == "é" * (LONGEST - 3) + "..."


def test_a_level_from_the_configuration_counts(folder: Path) -> None:
    sql("UPDATE sounds SET name = '' WHERE id = 7")(folder)
    assert report_of(folder)["status"] == "failed"
    warned = report_of(folder, required_fields="warning")
    assert (warned["status"], len(warned["warnings"])) == ("passed", 1)
    levels: tuple[config.Level, ...] = ("off", False)
    for off in levels:
        report = report_of(folder, required_fields=off)
        assert (report["status"], report["warnings"]) == ("passed", [])
        assert by_name(report)["required_fields"]["status"] == "skipped"


def test_a_check_that_there_is_not_is_named_with_those_there_are(folder: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"unknown check colour; the checks are integrity, .*tags"
    ):
        report_of(folder, colour="error")


def test_the_shipped_configuration_names_every_check_in_the_order_of_the_report() -> None:
    assert list(config.load(environ={}).validation.levels) == list(registry.CHECKS)
    assert set(registry.levels({}).values()) == {"error"}


def test_every_check_says_what_it_is_about_in_one_sentence() -> None:
    for check in registry.CHECKS.values():
        about = (check.__doc__ or "").strip()
        assert about.endswith(".")
        assert "\n" not in about


def test_the_bounds_come_from_the_configuration(folder: Path) -> None:
    night(nodes=48, timestamp="2025-11-23T04:00:00Z")(folder)
    assert {"missing_nights"} <= findings_of(report_of(folder)).keys()
    assert "sudden_shrink" not in findings_of(report_of(folder))
    night(nodes=45, timestamp="2025-11-24T04:00:00Z")(folder)
    assert "sudden_shrink" in findings_of(report_of(folder))
    night(nodes=20, removed=25, timestamp="2025-11-25T04:00:00Z")(folder)
    assert "sudden_shrink" not in findings_of(report_of(folder))


def test_a_night_exactly_at_its_bounds_is_no_finding(folder: Path) -> None:
    night(nodes=200, added=150, timestamp="2025-11-23T03:17:00Z")(folder)
    night(nodes=190, timestamp="2025-11-24T03:17:00Z")(folder)
    bounded = {"missing_nights", "sudden_shrink", "growth_within_quota"}
    assert not bounded & findings_of(report_of(folder)).keys()


def test_merged_histories_are_read_in_the_order_of_time(folder: Path) -> None:
    lines = [json.dumps(line) for line in (NIGHT, FIRST_NIGHT)]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    report = report_of(folder)
    assert set(findings_of(report)) == {"night_order"}
    assert report["status"] == "passed"


def test_without_metrics_the_comparison_is_skipped(folder: Path) -> None:
    (folder / "metrics.jsonl").unlink()
    (folder / "milestones.jsonl").unlink()
    report = report_of(folder)
    assert report["status"] == "passed"
    comparison = by_name(report)["counts_against_metrics"]
    assert comparison["status"] == "skipped"
    assert comparison["about"].endswith("metrics.jsonl has no good line yet.")


def test_a_history_that_cannot_be_read_is_a_finding(folder: Path) -> None:
    (folder / "milestones.jsonl").unlink()
    (folder / "milestones.jsonl").mkdir()
    findings = findings_of(report_of(folder))
    assert "milestones.jsonl: Is a directory" in findings["damaged_histories"][0]["what"]
    assert "required_fields" not in findings


def test_a_second_interval_crosses_what_lies_beyond_the_first(folder: Path) -> None:
    damaged.milestone(milestone_number=7, interval=7, nodes=50, crossed=[6, 7])(folder)
    assert findings_of(report_of(folder)) == {}


def test_milestones_of_one_or_more_boundaries_are_no_findings(folder: Path) -> None:
    (folder / "milestones.jsonl").unlink()
    damaged.milestone(milestone_number=1, interval=1, nodes=1, crossed=[1])(folder)
    damaged.milestone(crossed=[1, 2, 3])(folder)
    damaged.milestone(milestone_number=4, nodes=80, crossed=[4])(folder)
    assert findings_of(report_of(folder)) == {}


def test_validation_sees_one_state_while_the_edge_job_writes(folder: Path) -> None:
    with database.snapshot(folder / "library") as reader:
        sql("UPDATE sounds SET pack_id = NULL", "DELETE FROM links_due")(folder)
        assert reader.execute("SELECT count(pack_id) FROM sounds").fetchone()[0] == 50
    assert "membership" in findings_of(report_of(folder))


COLUMNS = [
    (table, column)
    for table, columns in {
        "sounds": "name user_id pack_id license created duration type tags num_downloads"
        " preview_mp3 preview_ogg first_seen last_seen removed_at",
        "packs": "name user_id",
        "links": "user_id pack_id",
        "positions": "x y community_id",
        "communities": "x y radius size",
        "similarity_targets": "asked_at found",
    }.items()
    for column in columns.split()
]
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.sampled_from(["[" * 3000, "[1]", "{}", "\0", "2014-02-30T00:00:00Z", "9e999", "\ud7ff"]),
)


@settings(max_examples=60)
@given(where=st.sampled_from(COLUMNS), value=VALUES, as_text=st.booleans())
def test_no_value_stops_the_validator(
    clean_folder: Path, where: tuple[str, str], value: object, as_text: bool
) -> None:
    table, column = where
    with tempfile.TemporaryDirectory() as name:
        folder = shutil.copytree(clean_folder, Path(name) / "copy")
        for loosened in (table, "links_due"):  # where triggers copy what sounds have
            sql(*loose(loosened))(folder)
        with sqlite3.connect(folder / "library" / database.FILE_NAME) as connection:
            put = "CAST(:value AS TEXT)" if as_text else ":value"
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(f"UPDATE {table} SET {column} = {put}", {"value": value})
        connection.close()
        findings = findings_of(report_of(folder))
    assert "schema" in findings
    assert "library" not in findings


@given(st.lists(st.binary(max_size=8), min_size=1))
def test_a_block_is_text_exactly_when_all_its_values_are(values: list[bytes]) -> None:
    block = text_columns.SEPARATOR.join(values)
    assert text_columns.not_text(block, len(values)) == any(
        text_columns.not_text(value, 1) for value in values
    )


def test_bad_values_of_neighboring_blocks_are_each_reported_once() -> None:
    bad = [1, text_columns.ROWS, text_columns.ROWS + 1, 2 * text_columns.ROWS + 1]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE names (id INTEGER PRIMARY KEY, name ANY)")
    connection.executemany(
        "INSERT INTO names VALUES (?, ?)",
        ((number, b"\xff" if number in bad else "good") for number in range(1, bad[-1] + 1)),
    )
    values = text_columns.bad_values(connection, "names", {"name": text_columns.not_text})
    assert list(values) == [(number, "name") for number in bad]
    connection.close()


def test_rows_out_of_order_end_the_pass() -> None:
    # SQLite itself puts rows in order, a damaged file does not.
    rows = {"execute.return_value.fetchone.side_effect": [(5,), (None, 0), (5,)]}
    connection = mock.Mock(**rows)
    with pytest.raises(sqlite3.DatabaseError, match="out of order"):
        list(text_columns.bad_values(connection, "names", {"name": lambda *_: False}))


def test_a_hub_of_another_type_is_named(folder: Path) -> None:
    sql(*loose("links"), "UPDATE links SET user_id = 'abc' WHERE sound_id = 3")(folder)
    places = {finding["where"] for finding in findings_of(report_of(folder))["hub_sizes"]}
    assert "user hub abc" in places


def test_an_interrupt_ends_the_checks_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def endless(subject: Subject) -> Iterator[Finding]:
        _thread.interrupt_main()
        query = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        )
        subject.library.execute(query).fetchone()
        yield Finding("never", "ends")

    def later(subject: Subject) -> Iterator[Finding]:
        ran.append(subject)
        yield from ()

    monkeypatch.setattr(registry, "GROUPS", [(endless, later)])
    monkeypatch.setattr(registry, "CHECKS", {"endless": None, "later": None})
    levels = config.ValidationConfig(largest_shrink=0.5, largest_gap_days=3, levels={})
    histories = (folder / "metrics.jsonl", folder / "milestones.jsonl")
    with pytest.raises(KeyboardInterrupt):
        validate(folder / "library", *histories, levels)
    assert ran == []


STAMPS = st.one_of(
    st.none(),
    st.text(max_size=24),
    st.from_regex(r"\A[0-9]{4}-[0-3][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z\Z"),
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda moment: moment.strftime(STAMP)),
    st.sampled_from(
        [
            "2014-02-29T00:00:00Z",
            "2016-02-29T00:00:00Z",
            "2014-02-30T00:00:00Z",
            "2014-04-31T00:00:00Z",
            "2014-04-16T24:00:00Z",
            "2014-04-16T20:07:11z",
            "2014-04-16t20:07:11Z",
            "2014-04-16 20:07:11Z",
            "2014-04-16T20:07:11.5Z",
            "2014-04-16T20:07:11Z\0",
            "2014-13-01T00:00:00Z",
            "2014-00-10T00:00:00Z",
        ]
    ),
)


@given(STAMPS)
def test_a_time_is_right_exactly_when_sqlite_writes_it_the_same(text: str | None) -> None:
    exact = f"strftime('{STAMP}', :time, '+0 days') IS NOT :time"
    with closing(sqlite3.connect(":memory:")) as connection:
        is_bad, is_exactly_bad = connection.execute(
            f"SELECT {no_time(':time')}, {exact}", {"time": text}
        ).fetchone()
    assert bool(is_bad) == bool(is_exactly_bad)


def test_two_groups_of_checks_run_side_by_side(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One after another, the first would wait for the second until the time is up.
    together = threading.Barrier(2)

    def check_of(name: str) -> registry.Check:
        def check(subject: Subject) -> Iterator[Finding]:
            together.wait(timeout=60)
            yield Finding(name, str(id(subject.library)))

        check.__name__ = name
        return check

    groups = [(check_of(name),) for name in ("one", "two")]
    monkeypatch.setattr(registry, "GROUPS", groups)
    monkeypatch.setattr(registry, "CHECKS", {"one": None, "two": None})
    levels = config.ValidationConfig(largest_shrink=0.5, largest_gap_days=3, levels={})
    histories = (folder / "metrics.jsonl", folder / "milestones.jsonl")
    findings = findings_of(validate(folder / "library", *histories, levels))
    assert list(findings) == ["one", "two"]
    assert len({finding["what"] for found in findings.values() for finding in found}) == 2


ADDRESSES = st.sampled_from(
    [b"http://a/b", b"https://c", b"ftp://d", b"", b"http://a\nhttp://b", b"http://a b", b"x"]
)


@given(st.lists(ADDRESSES, min_size=1))
def test_a_block_is_addresses_exactly_when_all_its_values_are(values: list[bytes]) -> None:
    block = text_columns.SEPARATOR.join(values)
    assert text_columns.not_urls(block, len(values)) == any(
        text_columns.not_urls(value, 1) for value in values
    )


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
@settings(max_examples=40)
def test_tags_are_judged_as_a_json_parser_does(value: object) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tags = [json.dumps(value), json.dumps(value, separators=(",", ":")), json.dumps(value)]
        make_library(folder / "library", [{"tags": text} for text in tags])
        found_tags = "tags" in findings_of(report_of(folder))
    right = isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    assert found_tags == (not right)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_the_command(folder: Path, run: Run, is_damaged: bool) -> None:
    if is_damaged:
        sql("UPDATE sounds SET name = ' ' WHERE id = 7")(folder)
        raw("milestones.jsonl", b'{"torn')(folder)
    output = folder / "report.json"
    done = run(
        "validate_pipeline_data.py",
        *("--checkpoint-dir", folder / "library", "--metrics-history", folder / "metrics.jsonl"),
        *("--milestone-history", folder / "milestones.jsonl", "--output", output),
    )
    assert done.returncode == int(is_damaged), done.stderr
    assert json.loads(output.read_text())["status"] == ("failed" if is_damaged else "passed")
    assert ("sound 7 name is missing" in done.stdout) == is_damaged
    assert ("milestones.jsonl, line 2 is torn" in done.stdout) == is_damaged


def test_the_command_without_a_library_fails_with_a_report(tmp_path: Path, run: Run) -> None:
    output = tmp_path / "report.json"
    done = run("validate_pipeline_data.py", "--checkpoint-dir", tmp_path, "--output", output)
    assert done.returncode == 1
    assert "no library" in json.loads(output.read_text())["errors"][0]


def test_a_foreign_line_does_not_stand_for_the_last_night(folder: Path) -> None:
    with (folder / "metrics.jsonl").open("a") as stream:
        stream.write('{"note": "moved to another machine"}\n')
    report = report_of(folder)
    assert report["status"] == "passed"
    assert any("note" in warning for warning in report["warnings"])
