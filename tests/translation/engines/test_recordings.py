import fcntl
import json
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base.errors import ConfigError
from soundweave.translation.engines.recordings import Recordings
from soundweave.translation.model import digest_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=5,
)
ASKED = st.dictionaries(TEXT, JSON, max_size=3)


def line(request: Any, answer: Any, key: str | None = None) -> str:
    return json.dumps({"key": key or digest_of(request), "asked": request, "answer": answer}) + "\n"


@settings(max_examples=50)
@given(st.lists(st.tuples(ASKED, JSON), max_size=5))
def test_every_reader_gets_what_was_put(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[dict[str, Any], Any]]
) -> None:
    path = tmp_path_factory.mktemp("recordings") / "deep" / "r.jsonl"
    mine = Recordings(path)
    first: dict[str, Any] = {}
    for request, answer in pairs:
        mine.put(request, answer)
        first.setdefault(digest_of(request), answer)
    for recordings in (mine, Recordings(path), pickle.loads(pickle.dumps(mine))):
        for request, _ in pairs:
            assert recordings.get(request) == first[digest_of(request)]
    assert Recordings(path).get({"never": "asked"}) is None
    if pairs:
        assert len(path.read_bytes().splitlines()) == len(first)


def test_a_line_is_as_documented_and_readable(tmp_path: Path) -> None:
    Recordings(tmp_path / "r").put({"q": "¿qué?"}, {"text": "何"})
    (written,) = (tmp_path / "r").read_text(encoding="utf-8").splitlines()
    assert json.loads(written) == {
        "key": digest_of({"q": "¿qué?"}),
        "asked": {"q": "¿qué?"},
        "answer": {"text": "何"},
    }
    assert "何" in written


def test_half_a_surrogate_pair_survives(tmp_path: Path) -> None:
    Recordings(tmp_path / "r").put({"q": 1}, "broken \ud83d")
    assert Recordings(tmp_path / "r").get({"q": 1}) == "broken \ud83d"


def test_a_missing_file_has_no_answers_and_is_not_created(tmp_path: Path) -> None:
    assert Recordings(tmp_path / "deep" / "r").get({}) is None
    assert list(tmp_path.iterdir()) == []


def test_none_cannot_be_recorded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="None"):
        Recordings(tmp_path / "r").put({}, None)


def test_a_torn_last_line_is_skipped_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_text(line({"q": 1}, "one") + line({"q": 2}, "two")[:-9])
    recordings = Recordings(path)
    assert (recordings.get({"q": 1}), recordings.get({"q": 2})) == ("one", None)
    recordings.put({"q": 3}, "three")
    assert path.read_text().count("\n") == 2
    assert [Recordings(path).get({"q": n}) for n in (1, 2, 3)] == ["one", None, "three"]


def test_a_last_line_without_a_line_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_text(line({"q": 1}, "one").rstrip("\n"))
    recordings = Recordings(path)
    assert recordings.get({"q": 1}) == "one"
    recordings.put({"q": 2}, "two")
    recordings.put({"q": 3}, "three")
    assert path.read_text().count("\n") == 3
    assert [recordings.get({"q": n}) for n in (1, 2, 3)] == ["one", "two", "three"]
    assert [Recordings(path).get({"q": n}) for n in (1, 2, 3)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("{torn\n", "is not a recorded answer"),
        ("[]\n", "is not a recorded answer"),
        ("1\n", "is not a recorded answer"),
        ('{"key": "k", "asked": {}}\n', "is not a recorded answer"),
        ("[" * 100_000 + "\n", "is not a recorded answer"),
        (line({"q": 2}, "two", key="0" * 64), "the key is not that of"),
        (line({"q": 1}, "other"), "answers the same request as a line above"),
    ],
)
def test_damage_is_named_with_its_line_every_time(
    tmp_path: Path, second: str, message: str
) -> None:
    path = tmp_path / "r"
    path.write_text(line({"q": 1}, "one") + second + line({"q": 3}, "three"))
    recordings = Recordings(path)
    for _ in range(2):
        with pytest.raises(ConfigError, match=f"r, line 2.* {message}"):
            recordings.get({"q": 1})
    content = path.read_bytes()
    with pytest.raises(ConfigError, match="line 2"):
        recordings.put({"q": 4}, "four")
    assert path.read_bytes() == content


def test_bytes_that_are_not_utf_8_are_damage(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b'{"key": "\xff"}\n')
    with pytest.raises(ConfigError, match="line 1 is not a recorded answer"):
        Recordings(tmp_path / "r").get({})


def test_empty_lines_are_skipped_but_counted(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_text("\n" + line({"q": 1}, "one") + " \nbad\n")
    with pytest.raises(ConfigError, match="line 4"):
        Recordings(path).get({"q": 1})


def test_a_replaced_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "r"
    recordings = Recordings(path)
    recordings.put({"q": 1}, "one")
    assert recordings.get({"q": 1}) == "one"
    (tmp_path / "new").write_text(line({"q": 2}, "two") + line({"q": 3}, "three"))
    (tmp_path / "new").replace(path)
    assert [recordings.get({"q": n}) for n in (1, 2, 3)] == [None, "two", "three"]


def test_a_path_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "r"):
        with pytest.raises(ConfigError, match="cannot use the recordings"):
            Recordings(path).put({}, 1)


def test_a_writer_waits_for_its_turn(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_text(line({"q": 1}, "one"))
    with path.open("rb") as stream, ThreadPoolExecutor(1) as pool:
        fcntl.flock(stream, fcntl.LOCK_EX)
        done = pool.submit(Recordings(path).put, {"q": 2}, "two")
        with pytest.raises(TimeoutError):
            done.result(timeout=0.2)
        assert path.read_text() == line({"q": 1}, "one")
        fcntl.flock(stream, fcntl.LOCK_UN)
        done.result(timeout=60)
    assert Recordings(path).get({"q": 2}) == "two"


def put_many(path: Path, who: int) -> list[Any]:
    recordings = Recordings(path)
    for number in range(25):
        recordings.put({"q": number}, {"by": who, "long": "x" * 9000})
        assert recordings.get({"q": number}) is not None
    answers = [recordings.get({"q": number}) for number in range(25)]
    return [answer["by"] for answer in answers if answer is not None]


def test_processes_that_put_the_same_request_agree(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        seen = list(pool.map(put_many, [path] * 3, range(3)))
    assert seen[0] == seen[1] == seen[2]
    assert len(path.read_bytes().splitlines()) == 25
