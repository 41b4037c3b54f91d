"""Similar pairs, seen from each of their sounds."""

from dataclasses import dataclass

import numpy as np

from soundweave.network.arrays import Network


@dataclass(frozen=True)
class Similar:
    """The similar sounds of sound i are `others[offsets[i]:offsets[i + 1]]`, most similar first.

    `scores` has one for each of them. Sounds count from 0, in the catalogue's order.
    """

    offsets: np.ndarray
    others: np.ndarray
    scores: np.ndarray

    def of(self, sound: int) -> tuple[list[int], list[float]]:
        """Return the similar sounds of a sound, and their scores."""
        part = slice(self.offsets[sound], self.offsets[sound + 1])
        return self.others[part].tolist(), self.scores[part].tolist()


def best(network: Network, most: int) -> Similar:
    """Return up to `most` similar sounds of each sound; of equal ones, those with the lowest id."""
    ends = np.concatenate([network.low, network.high]).astype(np.int32)
    others = np.concatenate([network.high, network.low]).astype(np.int32)
    scores = np.concatenate([network.score, network.score]).astype(np.float32)
    order = np.lexsort((others, -scores, ends))
    ends = ends[order]
    starts = np.searchsorted(ends, np.arange(len(network) + 1))
    kept = np.arange(len(ends)) - starts[ends] < most
    offsets = np.concatenate([[0], np.cumsum(kept)])[starts]
    return Similar(offsets, others[order][kept], scores[order][kept])


def strongest(network: Network, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs that are among the `most` most similar ones of either sound, as low, high.

    They are sorted and each is there once: at most `most` times the sounds, however many there are.
    """
    chosen = best(network, most)
    ends = np.repeat(np.arange(len(network)), np.diff(chosen.offsets))
    low, high = np.minimum(ends, chosen.others), np.maximum(ends, chosen.others)
    width = max(len(network), 1)
    return np.divmod(np.unique(low * width + high), width)
