import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base import jsonl
from soundweave.base.errors import HistoryError

RECORDS = st.lists(st.dictionaries(st.text(), st.integers() | st.text()), max_size=5)


def test_a_record_is_one_line_of_utf8_on_every_system(tmp_path: Path) -> None:
    jsonl.append(tmp_path / "h", {"ö": 1})
    assert (tmp_path / "h").read_bytes() == '{"ö": 1}\n'.encode()


def test_a_missing_history_is_empty(tmp_path: Path) -> None:
    assert jsonl.read(tmp_path / "none.jsonl") == []


@given(records=RECORDS, extra=st.dictionaries(st.text(), st.integers()), cut=st.integers(1, 60))
def test_a_history_torn_anywhere_in_its_last_line_loses_that_line_alone(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[dict[str, object]],
    extra: dict[str, int],
    cut: int,
) -> None:
    path = tmp_path_factory.mktemp("history") / "h.jsonl"
    for record in records:
        jsonl.append(path, record)
    whole = path.read_bytes() if records else b""
    last = json.dumps({"torn": "line"}).encode()
    path.write_bytes(whole + last[: min(cut, len(last) - 1)])
    assert jsonl.read(path) == records
    jsonl.append(path, extra)
    assert jsonl.read(path) == [*records, extra]
    assert path.read_bytes().startswith(whole)


def test_a_whole_last_line_without_newline_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text('{"n": 1}\n{"n": 2}')
    jsonl.append(path, {"n": 3})
    assert [record["n"] for record in jsonl.read(path)] == [1, 2, 3]


@pytest.mark.parametrize(
    "old",
    [
        b'{"b":1.50,  "a":"\\u00e9"}',
        b'\xef\xbb\xbf{"n": 1}',  # as some editors begin a file
        b'{"n": 1}\r',
        b'{"n": "\xe9"}',  # latin-1
        b' {"n": 1} ',
    ],
)
def test_old_lines_keep_their_bytes(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "h.jsonl"
    path.write_bytes(old + b"\n")
    assert len(jsonl.read(path)) == 1
    jsonl.append(path, {"n": 2})
    assert path.read_bytes() == old + b'\n{"n": 2}\n'


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: jsonl.append(path, {"n": n}), range(40)))
    assert sorted(record["n"] for record in jsonl.read(path)) == list(range(40))
    assert [each.name for each in tmp_path.iterdir()] == ["h.jsonl"]


def test_a_damaged_last_line_that_has_its_newline_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text('{"n": 1}\n{"n"\n')
    with pytest.raises(HistoryError, match="line 2"):
        jsonl.read(path)


def test_a_history_torn_inside_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": "\xc3')
    jsonl.append(path, {"n": 2})
    assert path.read_bytes() == b'{"n": 1}\n{"n": 2}\n'


@pytest.mark.parametrize("bad", ["[1]", "not json", '{"a": 1', "<<<<<<< HEAD", "[" * 200_000])
def test_damage_before_the_end_is_an_error_with_its_line(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(f'{{"n": 1}}\n{bad}\n{{"n": 3}}\n')
    with pytest.raises(HistoryError, match="line 2"):
        jsonl.read(path)
    with pytest.raises(HistoryError, match="line 2"):
        jsonl.append(path, {"n": 4})
    assert bad in path.read_text()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_history_without_read_permission_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("{}\n")
    path.chmod(0)
    with pytest.raises(HistoryError, match="cannot read"):
        jsonl.read(path)


def test_every_line_is_read_with_its_damage(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"n": 1}\n\n{"n"\n{"n": "\xe9"}\n[]')
    lines = list(jsonl.lines(path))
    assert [line.number for line in lines] == [1, 3, 4, 5]
    assert [line.record for line in lines] == [{"n": 1}, None, {"n": "\ufffd"}, None]
    assert [line.is_torn for line in lines] == [False, False, False, True]
    strict = list(jsonl.lines(path, strict=True))
    assert [line.record for line in strict] == [None] * 4
    assert [line.is_torn for line in strict] == [False, False, False, True]
