import sqlite3
from itertools import combinations
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import libraries
from soundweave.library import database, edges
from soundweave.network import membership, projection, projection_rule
from soundweave.network.arrays import NO_PACK
from soundweave.network.membership import Membership
from soundweave.network.projection import Projection
from tests.support.make_library import make_library

Edges = dict[tuple[int, int], tuple[bool, bool]]

rules = st.fixed_dictionaries({"exact_up_to": st.integers(1, 6), "nearest": st.integers(1, 4)})
sounds = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4).map(lambda n: n or NO_PACK)))


def members_of(rows: list[tuple[int, int]]) -> Membership:
    table = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return membership.of(np.arange(len(rows)) * 10, table[:, 0], table[:, 1])


def members_of_size(total: int) -> Membership:
    users, packs = libraries.groups(total)
    return membership.of(np.arange(total), users, np.where(packs > 0, packs, NO_PACK))


def edges_of(projected: Projection) -> Edges:
    columns = (projected.source, projected.target, projected.user, projected.pack)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert [row[:2] for row in rows] == sorted({row[:2] for row in rows})
    return {(source, target): (user, pack) for source, target, user, pack in rows}


def one_by_one(members: Membership, exact_up_to: int, nearest: int) -> Edges:
    """The same network from its definition: by groups, and by ranks in them."""
    users, packs = members.users.tolist(), members.packs.tolist()
    expected: Edges = {}
    for column in (users, packs):
        for group in set(column) - {NO_PACK}:
            inside = [sound for sound, number in enumerate(column) if number == group]
            for (a, low), (b, high) in combinations(enumerate(inside), 2):
                if len(inside) <= exact_up_to or b - a <= nearest:
                    same_pack = packs[low] == packs[high] != NO_PACK
                    expected[low, high] = (users[low] == users[high], same_pack)
    return expected


def bound(members: Membership, exact_up_to: int, nearest: int) -> int:
    """The edges of all groups, which the projection has when no pair shares user and pack."""
    return sum(
        projection_rule.edge_count(size, exact_up_to, nearest)
        for groups in (members.users, members.packs)
        for size in np.unique(groups[groups != NO_PACK], return_counts=True)[1].tolist()
    )


@pytest.mark.parametrize(
    ("size", "exact_up_to", "nearest", "expected"),
    [
        (0, 50, 3, 0),
        (1, 50, 3, 0),
        (50, 50, 3, 1225),
        (51, 50, 3, 50 + 49 + 48),
        (40_000, 50, 3, 119_994),
        (3, 1, 5, 3),
        (4, 3, 1, 3),
    ],
)
def test_the_edges_of_a_group(size: int, exact_up_to: int, nearest: int, expected: int) -> None:
    assert projection_rule.edge_count(size, exact_up_to, nearest) == expected
    members = members_of([(1, NO_PACK)] * size)
    projected = projection.project(members, exact_up_to=exact_up_to, nearest=nearest)
    assert len(edges_of(projected)) == expected
    assert projected.left_out == size * (size - 1) // 2 - expected


@given(rows=sounds, rule=rules, chunk=st.integers(1, 20))
def test_the_projection_follows_its_rule(
    rows: list[tuple[int, int]], rule: dict[str, int], chunk: int
) -> None:
    members = members_of(rows)
    with mock.patch.object(membership, "CHUNK", chunk):
        projected = projection.project(members, **rule)
    assert edges_of(projected) == one_by_one(members, **rule)
    everything = one_by_one(members, exact_up_to=len(rows) + 1, nearest=1)
    assert len(everything) == membership.pair_count(members)
    assert projected.left_out == len(everything) - len(projected.source)
    assert len(projected.source) <= bound(members, **rule)


@given(rows=sounds, rule=rules, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[int, int]], rule: dict[str, int], order: np.random.RandomState
) -> None:
    members = members_of(rows)
    indices = list(range(len(rows)))
    order.shuffle(indices)
    shuffled = membership.of(
        members.sounds[indices], members.users[indices], members.packs[indices]
    )
    assert edges_of(projection.project(shuffled, **rule)) == edges_of(
        projection.project(members, **rule)
    )
    assert shuffled.sounds.tolist() == members.sounds.tolist()


@pytest.mark.parametrize(("exact_up_to", "nearest"), [(50, 3), (2, 1), (400, 10)])
def test_the_formula_counts_what_the_projection_has(
    tmp_path: Path, exact_up_to: int, nearest: int
) -> None:
    libraries.make(tmp_path, 10_000)
    rule = {"exact_up_to": exact_up_to, "nearest": nearest}
    with database.writing(tmp_path) as connection:
        stats = edges.update(connection)
        formula = projection_rule.summary(connection, **rule)
        members = membership.read(connection)
    alone = np.full_like(members.packs, NO_PACK)
    by_kind = {
        "user": Membership(members.sounds, members.users, alone),
        # Users with a single sound have no edges.
        "pack": Membership(members.sounds, np.arange(len(alone)), members.packs),
    }
    for kind, part in by_kind.items():
        projected = projection.project(part, **rule)
        assert formula[f"projected_{kind}_edges"] == len(projected.source)
        assert formula[f"{kind}_pairs_not_projected"] == projected.left_out
    larger = [np.unique(groups[groups != NO_PACK], return_counts=True)[1] > exact_up_to
              for groups in (members.users, members.packs)]  # fmt: skip
    assert formula["bounded_groups"] == sum(int(sizes.sum()) for sizes in larger)
    both = projection.project(members, **rule)
    assert stats["pairs"] == membership.pair_count(members) == len(both.source) + both.left_out
    most = bound(members, **rule)
    assert most == formula["projected_user_edges"] + formula["projected_pack_edges"]
    assert formula["projected_user_edges"] <= len(both.source) <= most


def test_membership_is_read_in_order_of_upload(tmp_path: Path) -> None:
    rows = [
        {"id": 30, "username": "ann", "pack": "rain"},
        {"id": 10, "username": "bob"},
        {"id": 20, "username": "ann", "removed_at": "2025-01-01T00:00:00Z"},
    ]
    make_library(tmp_path, rows, links=True)
    with database.snapshot(tmp_path) as connection:
        members = membership.read(connection)
    assert members.sounds.tolist() == [10, 30]
    assert members.users.tolist() == [2, 1]
    assert members.packs.tolist() == [NO_PACK, 1]


def test_an_empty_library_has_an_empty_network(tmp_path: Path) -> None:
    make_library(tmp_path, [])
    with database.snapshot(tmp_path) as connection:
        projected = projection.project(membership.read(connection), exact_up_to=50, nearest=3)
    assert (edges_of(projected), projected.left_out) == ({}, 0)


def test_a_full_library_stays_within_its_bound() -> None:
    members = members_of_size(100_000)
    projected = projection.project(members, exact_up_to=50, nearest=3)
    assert len(projected.source) <= bound(members, exact_up_to=50, nearest=3) < 1_100_000
    # A sound has at most 49 partners, or 3 each way, in a user and in a pack.
    assert np.bincount(projected.source).max() <= 2 * 49


def test_reading_needs_a_library_with_links() -> None:
    with pytest.raises(sqlite3.OperationalError):
        membership.read(sqlite3.connect(":memory:"))
