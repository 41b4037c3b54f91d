"""The words of all sounds: in their names, tags and authors."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from soundweave.website.data.catalog import Catalog
from soundweave.website.frame import buckets, compact


@dataclass(frozen=True)
class Words:
    """Words by number, and the sounds that have them.

    Word i is in the sounds `sounds[starts[i]:starts[i + 1]]`: each once, most downloaded first,
    ties in the order of their ids.
    """

    names: list[str]
    starts: np.ndarray
    sounds: np.ndarray


def read(catalog: Catalog) -> Words:
    """Return the words of all sounds, numbered arbitrarily."""
    word_numbers: dict[str, int] = {}
    by_downloads = np.argsort(-catalog.downloads, kind="stable").astype(np.int32)
    rank = np.empty(len(catalog), dtype=np.int64)
    rank[by_downloads] = np.arange(len(catalog))
    width = max(len(catalog), 1)
    # Sorting by one combined key takes a tenth of the time of two columns.
    keys = np.concatenate(
        [numbers * width + rank[sounds] for numbers, sounds in _occurrences(catalog, word_numbers)]
    )
    keys = np.unique(keys)
    starts = np.searchsorted(keys, np.arange(len(word_numbers) + 1) * width)
    keys %= width
    return Words(list(word_numbers), starts, by_downloads[keys])


def _occurrences(
    catalog: Catalog, word_numbers: dict[str, int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield word and sound of each occurrence; new words are added to `word_numbers`.

    The words of a user or a tag are split once, however many sounds have them.
    """
    net = catalog.network
    everything = np.arange(len(catalog))
    yield _spread(catalog.names, everything, everything, word_numbers)
    yield _spread(catalog.user_names, net.users, everything, word_numbers)
    yield _spread(net.tags.names, net.tags.codes, net.tags.sounds, word_numbers)


def _spread(
    texts: Sequence[str], text_numbers: np.ndarray, sounds: np.ndarray, word_numbers: dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the words of the texts with these numbers, each with the text's sound."""
    counts, numbers = _numbers(texts, word_numbers)
    starts = (np.cumsum(counts) - counts)[text_numbers]
    return numbers[compact.ranges(starts, counts[text_numbers])], np.repeat(
        sounds, counts[text_numbers]
    )


def _numbers(texts: Iterable[str], word_numbers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return how many words each text has, and the numbers of all words."""
    counts, numbers = array("q"), array("q")
    for text in texts:
        words = buckets.words(text)
        counts.append(len(words))
        numbers.extend(word_numbers.setdefault(word, len(word_numbers)) for word in words)
    return np.array(counts, dtype=np.int64), np.array(numbers, dtype=np.int64)
