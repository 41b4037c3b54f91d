"""Do linked sounds share tags more than chance?

For each kind of link, pairs are drawn uniformly from all pairs of that kind (all of them when
they are few similar ones). `jaccard` is the mean share of common tags, |A & B| / |A | B|, to be
held against that of random pairs. `main_tag` is Newman's assortativity coefficient
(https://doi.org/10.1103/PhysRevE.67.026126) of each sound's main tag over the same pairs: 1 when
linked sounds always have the same one, 0 when no more often than chance, and null where it is not
defined. The main tag is the sound's most frequent one in the library; only tagged sounds count.
"""

from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import Network, Tags

PAIRS = 20_000


@dataclass(frozen=True)
class Assortativity:
    """Of one kind of link; None where there are no pairs, or all have the same main tag."""

    pairs: int
    jaccard: float | None
    main_tag: float | None


def measure(network: Network, seed: int) -> dict[str, Assortativity]:
    """Return the assortativity of each kind of link, and of `random` pairs."""
    generator = np.random.default_rng(seed)
    everything = np.zeros(len(network), dtype=np.int64)
    kinds = {
        "same_pack": _within(network.packs, generator),
        "same_user": _within(network.users, generator),
        "similar": _drawn(np.stack([network.low, network.high], axis=1), generator),
        "random": _within(everything, generator),
    }
    main = main_tags(network.tags, len(network))
    return {kind: _of_pairs(network.tags, main, pairs) for kind, pairs in kinds.items()}


def _of_pairs(tags: Tags, main: np.ndarray, pairs: np.ndarray) -> Assortativity:
    tagged = pairs[(main[pairs] >= 0).all(axis=1)] if len(pairs) else pairs
    if not len(tagged):
        return Assortativity(0, None, None)
    return Assortativity(
        len(tagged), round(float(jaccard(tags, tagged).mean()), 6), newman(main[tagged])
    )


def main_tags(tags: Tags, sounds: int) -> np.ndarray:
    """Return the code of each sound's most frequent tag in the library, -1 without tags."""
    main = np.full(sounds, -1)
    order = np.lexsort((-tags.codes, tags.frequencies[tags.codes]))
    main[tags.sounds[order]] = tags.codes[order]  # the last one written stays
    return main


def jaccard(tags: Tags, pairs: np.ndarray) -> np.ndarray:
    """Return the share of common tags of each pair of tagged sounds, shape (pairs,)."""
    width = len(tags.names)
    sizes = np.diff(tags.offsets)[pairs]
    keys: list[np.ndarray] = []
    for side in (0, 1):
        lengths = sizes[:, side]
        owner = np.repeat(np.arange(len(pairs)), lengths)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        codes = tags.codes[np.repeat(tags.offsets[pairs[:, side]], lengths) + within]
        keys.append(owner * width + codes)
    both = np.intersect1d(keys[0], keys[1], assume_unique=True)
    common = np.bincount(both // width, minlength=len(pairs))
    return np.asarray(common / (sizes.sum(axis=1) - common))


def newman(values: np.ndarray) -> float | None:
    """Return the assortativity coefficient of undirected pairs, shape (pairs, 2), of values."""
    _, codes = np.unique(values, return_inverse=True)
    codes = codes.reshape(values.shape)
    same = float((codes[:, 0] == codes[:, 1]).mean())
    shares = np.bincount(codes.ravel()) / codes.size
    chance = float((shares**2).sum())
    return None if chance == 1 else round((same - chance) / (1 - chance), 6)


def _within(groups: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw pairs of sounds of one group, uniformly from all such pairs, shape (pairs, 2)."""
    order = np.argsort(groups, kind="stable")[int((groups < 0).sum()) :]
    sizes = np.bincount(groups[order]) if len(order) else np.zeros(0, dtype=np.int64)
    pairs = sizes * (sizes - 1) / 2
    total = pairs.sum()
    if not total:
        return np.zeros((0, 2), dtype=np.int64)
    chosen = generator.choice(len(sizes), size=int(min(PAIRS, total)), p=pairs / total)
    starts = (np.cumsum(sizes) - sizes)[chosen]
    first = generator.integers(0, sizes[chosen])
    second = (first + generator.integers(1, sizes[chosen])) % sizes[chosen]
    return np.stack([order[starts + first], order[starts + second]], axis=1)


def _drawn(pairs: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    if len(pairs) <= PAIRS:
        return pairs
    return pairs[np.sort(generator.choice(len(pairs), PAIRS, replace=False))]
