import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base import files
from soundweave.base.errors import ConfigError, HistoryError

RECORDS = st.lists(st.dictionaries(st.text(), st.integers() | st.text()), max_size=5)


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.json"
    files.write_json(path, {"name": "Łódź 🎧"})
    files.write_json(path, {"n": 2})
    assert path.read_text() == '{\n  "n": 2\n}\n'
    assert [entry.name for entry in path.parent.iterdir()] == ["report.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_bytes_are_as_given_on_every_system(tmp_path: Path) -> None:
    files.write_text(tmp_path / "x", "a\nb\n")
    assert (tmp_path / "x").read_bytes() == b"a\nb\n"
    files.append_history(tmp_path / "h", {"ö": 1})
    assert (tmp_path / "h").read_bytes() == '{"ö": 1}\n'.encode()


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    files.write_text(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        files.write_text(path, "new \ud800")
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_folder_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write"):
        files.write_text(tmp_path / "file" / "x.json", "")


def test_a_folder_of_that_name_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(ConfigError, match="cannot write"):
        files.write_json(tmp_path / "x.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no"),
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_unreadable_json_names_the_file(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "status.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"status.json.*{message}|{message}.*status.json"):
        files.read_json(path)


def test_a_missing_history_is_empty(tmp_path: Path) -> None:
    assert files.read_history(tmp_path / "none.jsonl") == []


@given(records=RECORDS, extra=st.dictionaries(st.text(), st.integers()), cut=st.integers(1, 60))
def test_a_history_torn_anywhere_in_its_last_line_loses_that_line_alone(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[dict[str, object]],
    extra: dict[str, int],
    cut: int,
) -> None:
    path = tmp_path_factory.mktemp("history") / "h.jsonl"
    for record in records:
        files.append_history(path, record)
    content = path.read_bytes() if records else b""
    last = json.dumps({"torn": "line"}).encode()
    path.write_bytes(content + last[: min(cut, len(last) - 1)])
    assert files.read_history(path) == records
    files.append_history(path, extra)
    assert files.read_history(path) == [*records, extra]
    assert path.read_bytes().startswith(content)


def test_a_whole_last_line_without_newline_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text('{"n": 1}\n{"n": 2}')
    files.append_history(path, {"n": 3})
    assert [record["n"] for record in files.read_history(path)] == [1, 2, 3]


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
    assert len(files.read_history(path)) == 1
    files.append_history(path, {"n": 2})
    assert path.read_bytes() == old + b'\n{"n": 2}\n'


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: files.append_history(path, {"n": n}), range(40)))
    assert sorted(record["n"] for record in files.read_history(path)) == list(range(40))
    assert [writer.name for writer in tmp_path.iterdir()] == ["h.jsonl"]


def test_a_damaged_last_line_that_has_its_newline_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text('{"n": 1}\n{"n"\n')
    with pytest.raises(HistoryError, match="line 2"):
        files.read_history(path)


def test_a_history_torn_inside_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": "\xc3')
    files.append_history(path, {"n": 2})
    assert path.read_bytes() == b'{"n": 1}\n{"n": 2}\n'


@pytest.mark.parametrize("bad", ["[1]", "not json", '{"a": 1', "<<<<<<< HEAD", "[" * 200_000])
def test_damage_before_the_end_is_an_error_with_its_line(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(f'{{"n": 1}}\n{bad}\n{{"n": 3}}\n')
    with pytest.raises(HistoryError, match="line 2"):
        files.read_history(path)
    with pytest.raises(HistoryError, match="line 2"):
        files.append_history(path, {"n": 4})
    assert bad in path.read_text()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_history_without_read_permission_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("{}\n")
    path.chmod(0)
    with pytest.raises(HistoryError, match="cannot read"):
        files.read_history(path)


def test_a_stream_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    files.write_text(path, "old\n")
    with pytest.raises(ZeroDivisionError), files.whole(path) as stream:
        stream.write(b"half a li")
        raise ZeroDivisionError
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pairs.csv"]
