import csv
import json
import os
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import edge_contenders, libraries
from soundweave.base.errors import ConfigError
from soundweave.library import database, edges
from soundweave.network import membership, pairs
from soundweave.network.arrays import NO_PACK
from soundweave.network.membership import Membership
from tests.conftest import Run
from tests.network.test_projection import members_of, members_of_size, sounds
from tests.support.make_library import make_library

Row = tuple[int, int, int, int]


def written(members: Membership, path: Path, up_to: int) -> tuple[dict[str, int], list[Row]]:
    stats = pairs.write(members, path, up_to=up_to)
    return stats, rows_of(path)


def rows_of(path: Path) -> list[Row]:
    with path.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["source", "target", "same_user", "same_pack"]
    return [(int(a), int(b), int(user), int(pack)) for a, b, user, pack in rows]


def one_by_one(members: Membership, up_to: int) -> dict[tuple[int, int], tuple[int, int]]:
    columns = (members.users.tolist(), members.packs.tolist())
    groups: dict[tuple[int, int], list[int]] = {}
    for kind, column in enumerate(columns):
        for index, group in enumerate(column):
            if group != NO_PACK:
                groups.setdefault((kind, group), []).append(index)
    expected = {}
    for inside in groups.values():
        if len(inside) <= up_to:
            for a, b in combinations(inside, 2):
                same = [column[a] == column[b] != NO_PACK for column in columns]
                key = (int(members.sounds[a]), int(members.sounds[b]))
                expected[key] = (int(same[0]), int(same[1]))
    return expected


@given(memberships=sounds, up_to=st.integers(1, 8))
def test_each_pair_is_written_once(
    tmp_path_factory: pytest.TempPathFactory, memberships: list[tuple[int, int]], up_to: int
) -> None:
    members = members_of(memberships)
    stats, rows = written(members, tmp_path_factory.mktemp("pairs") / "pairs.csv", up_to)
    expected = one_by_one(members, up_to)
    assert sorted(rows) == sorted((*pair, *same) for pair, same in expected.items())
    assert stats["pairs_written"] == len(expected)
    assert stats["pairs_left_out"] == len(one_by_one(members, len(memberships))) - len(expected)
    sizes = [np.unique(column[column != NO_PACK], return_counts=True)[1]
             for column in (members.users, members.packs)]  # fmt: skip
    assert stats["groups_left_out"] == sum(int((size > up_to).sum()) for size in sizes)


@pytest.mark.parametrize(
    ("total", "up_to"), [(1000, 20), (1000, 1000), (10_000, 50), (10_000, 600)]
)
def test_pairs_equal_brute_force(tmp_path: Path, total: int, up_to: int) -> None:
    members = members_of_size(total)
    expected = one_by_one(members, up_to)
    everything = one_by_one(members, total)
    stats, rows = written(members, tmp_path / "pairs.csv", up_to)
    assert sorted(rows) == sorted((*pair, *same) for pair, same in expected.items())
    assert stats["pairs_written"] + stats["pairs_left_out"] == len(everything)
    assert membership.pair_count(members) == len(everything)


def test_memory_does_not_grow_with_the_pairs() -> None:
    members = Membership(np.arange(3000), np.ones(3000, dtype=np.int64), np.full(3000, NO_PACK))
    sizes = [len(source) for source, _ in pairs.exact(members, 3000)]
    assert sum(sizes) == 3000 * 2999 // 2
    assert max(sizes) <= membership.CHUNK + 3000


def test_an_interrupted_file_does_not_appear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("previous")
    monkeypatch.setattr(membership, "CHUNK", 2)
    batches = iter([pairs._batch] * 2)

    def interrupted(*arguments: Any) -> Any:
        for batch in batches:
            return batch(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(pairs, "_batch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pairs.write(members_of([(1, NO_PACK)] * 9), path, up_to=50)
    assert path.read_text() == "previous"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "file/pairs.csv"])
def test_a_file_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write"):
        pairs.write(members_of([(1, NO_PACK)] * 3), tmp_path / name, up_to=50)


def test_a_reader_keeps_the_file_it_opened(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("previous")
    with path.open() as reader:
        pairs.write(members_of([(1, NO_PACK)] * 3), path, up_to=50)
        assert reader.read() == "previous"
    assert len(rows_of(path)) == 3


def test_a_pipe_is_left_alone(tmp_path: Path) -> None:
    # Not a device: a failing check would let the test replace one of the machine's own.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="no file"):
        pairs.write(members_of([(1, NO_PACK)] * 3), pipe, up_to=50)
    assert pipe.is_fifo()


def test_the_command_writes_pairs(tmp_path: Path, run: Run) -> None:
    names = ["ann", "ann", "ann", "bob", "bob"]
    make_library(tmp_path, [{"username": name, "pack": "rain"} for name in names])
    options = ("--checkpoint-dir", tmp_path, "--output", tmp_path / "stats.json")
    done = run(
        "generate_user_pack_edges.py",
        *(*options, "--pairs", tmp_path / "pairs.csv", "--pairs-up-to", 2),
    )
    assert done.returncode == 0, done.stderr
    assert rows_of(tmp_path / "pairs.csv") == [(4, 5, 1, 1)]
    stats = json.loads((tmp_path / "stats.json").read_text())
    expected = {"pairs": 4, "pairs_written": 1, "pairs_left_out": 3, "groups_left_out": 2}
    assert {name: stats[name] for name in expected} == expected
    assert "1 pairs written; 3 left out, of 2 larger users and packs" in done.stdout


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_an_invalid_limit(tmp_path: Path, run: Run, value: str) -> None:
    done = run("generate_user_pack_edges.py", "--pairs", tmp_path / "p", "--pairs-up-to", value)
    assert done.returncode == 2
    assert "--pairs-up-to" in done.stderr


def test_the_command_rebuilds(tmp_path: Path, run: Run) -> None:
    make_library(tmp_path, [{"username": "ann", "pack": "rain"}] * 4)
    with database.writing(tmp_path) as connection:
        edges.update(connection)
        connection.execute("DELETE FROM links WHERE sound_id = 2")  # an error that no trigger sees
    options = ("--checkpoint-dir", tmp_path, "--output", tmp_path / "stats.json", "--json")
    added = [
        json.loads(run("generate_user_pack_edges.py", *options, *flags).stdout)["user_edges_added"]
        for flags in ([], ["--rebuild"], ["--rebuild"])
    ]
    assert added == [0, 1, 0]


@pytest.mark.parametrize(
    "contender", edge_contenders.EXACT, ids=lambda contender: contender.__name__
)
def test_every_exact_way_finds_the_same_pairs(
    tmp_path: Path, contender: edge_contenders.Exact
) -> None:
    libraries.make(tmp_path, 1000)
    with database.writing(tmp_path) as connection:
        expected = edges.update(connection)["pairs"]
    assert contender(tmp_path) == expected == membership.pair_count(members_of_size(1000))


def test_the_ways_of_the_benchmark_run(tmp_path: Path) -> None:
    results = {}
    for number, row in enumerate(edge_contenders.ROWS):
        folder = tmp_path / str(number)
        libraries.make(folder, 1000)
        if row.prepare:
            row.prepare(folder)
        results[row.function.__name__] = row.function(folder)
    assert results["floor"] == 1000
    assert results["rebuild"] < results["night"] < 1.05 * results["rebuild"]
    assert results["pairs_file"] < results["bounded"] < results["sqlite_self_join"]
