from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundweave.atlas import communities, labels
from tests.support.networks import SIMILAR, SMALL, make_network, network_of, read_network


def test_large_communities_are_split_and_small_ones_merged(tmp_path: Path) -> None:
    packs = [{"username": "giant", "pack": f"p{n // 30}", "tags": ["x"]} for n in range(300)]
    loose = [{"username": "giant", "tags": ["y"]} for _ in range(120)]
    lone = [{"username": f"lone {n}", "tags": [f"t{n % 2}"]} for n in range(12)]
    make_network(tmp_path, packs + loose + lone, [])
    network = read_network(tmp_path)
    detected = np.concatenate([np.zeros(420, dtype=np.int64), np.arange(1, 13)])
    new = np.full(len(network), -1)
    limits = {"smallest": 5, "largest": 100}
    ids = communities.on_the_map(network, detected, new, **limits)
    sizes = np.bincount(ids)[1:]
    assert sizes.max() <= 100
    assert sizes.min() >= 5
    for pack in range(10):
        assert len(set(ids[network.packs == pack].tolist())) == 1
    assert len(set(ids[420::2].tolist())) == len(set(ids[421::2].tolist())) == 1
    assert ids[420] != ids[421]
    again = communities.on_the_map(network, detected, ids, **limits)
    np.testing.assert_array_equal(again, ids)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_partition_becomes_communities_of_the_right_sizes(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    column = st.lists(st.integers(0, 8), min_size=count, max_size=count)
    users, packs, detected, previous = (np.array(data.draw(column)) for _ in range(4))
    network = network_of(users, packs - 1)
    smallest = data.draw(st.integers(1, 6))
    largest = data.draw(st.sampled_from([10, 100]))
    ids = communities.on_the_map(
        network, detected, previous - 1, smallest=smallest, largest=largest
    )
    sizes = np.bincount(ids)[1:]
    assert len(ids) == count
    assert ids.min() >= 1
    assert sizes.max() <= largest
    if count <= largest:  # nothing to split
        assert ((sizes > 0) & (sizes < smallest)).sum() <= 1


def test_labels_are_the_most_distinctive_tags(tmp_path: Path) -> None:
    make_network(tmp_path, SMALL, SIMILAR)
    tags = read_network(tmp_path).tags
    best = labels.distinctive_tags(tags, np.array([0, 0, 0, 1, 1, 0, 1]), 2)
    assert [labels.label(tags, codes, "ann") for codes in best] == [
        "rain, field, thunder",
        "wind, field",
    ]
    assert labels.label(tags, [], " ann\n b ") == "ann b"
    assert labels.label(tags, [], " ") == "untagged"
