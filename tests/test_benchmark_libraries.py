import numpy as np
import pytest

from benchmarks import libraries


@pytest.mark.parametrize(
    ("sounds", "pairs"), [(1_000, 12_213), (10_000, 457_027), (100_000, 33_700_000)]
)
def test_libraries_of_every_size_have_the_same_tails(sounds: int, pairs: int) -> None:
    users, packs = libraries.groups(sounds)
    sizes = np.bincount(users)
    assert sizes.sum() == sounds
    assert sizes.max() == int(sounds * libraries.LARGEST_SHARE)
    assert (sizes * (sizes - 1) // 2).sum() == pytest.approx(pairs, rel=0.01)
    assert (packs > 0).mean() == pytest.approx(libraries.IN_PACKS, abs=0.05)
    in_pack = {(int(pack), int(user)) for pack, user in zip(packs, users, strict=True) if pack}
    assert len(in_pack) == len({pack for pack, _ in in_pack})


@pytest.mark.parametrize("sounds", [1, 2, 20, 50])
def test_small_libraries_can_be_made(sounds: int) -> None:
    users, packs = libraries.groups(sounds)
    assert len(users) == len(packs) == sounds
    assert users.min() == 1
