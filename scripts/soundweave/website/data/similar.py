"""Similar pairs, from the view of each sound."""

from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import Network


@dataclass(frozen=True)
class Similar:
    """The similar sounds of sound i are `others[offsets[i]:offsets[i + 1]]`, most similar first.

    `scores` are parallel to `others`. Sounds are numbered from 0 in the catalog's order.
    """

    offsets: np.ndarray
    others: np.ndarray
    scores: np.ndarray

    def of(self, sound: int) -> tuple[list[int], list[float]]:
        """Return the similar sounds of a sound, and their scores."""
        part = slice(self.offsets[sound], self.offsets[sound + 1])
        return self.others[part].tolist(), self.scores[part].tolist()


def best(network: Network, most: int) -> Similar:
    """Return up to `most` similar sounds of each sound; ties go to the lowest id."""
    ends = np.concatenate([network.low, network.high]).astype(np.int32)
    others = np.concatenate([network.high, network.low]).astype(np.int32)
    scores = np.concatenate([network.score, network.score]).astype(np.float32)
    order = np.lexsort((others, -scores, ends))
    ends = ends[order]
    starts = np.searchsorted(ends, np.arange(len(network) + 1))
    is_best = np.arange(len(ends)) - starts[ends] < most
    offsets = np.concatenate([[0], np.cumsum(is_best)])[starts]
    return Similar(offsets, others[order][is_best], scores[order][is_best])


def strongest(network: Network, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs that are among the `most` most similar ones of either sound, as low, high.

    They are sorted and distinct: at most `most` per sound.
    """
    similar = best(network, most)
    ends = np.repeat(np.arange(len(network)), np.diff(similar.offsets))
    low, high = np.minimum(ends, similar.others), np.maximum(ends, similar.others)
    width = max(len(network), 1)
    return np.divmod(np.unique(low * width + high), width)
