"""The search: a file per prefix of words, with the most downloaded sounds of each word."""

from collections import defaultdict

import numpy as np

from soundweave.website.data import search_words
from soundweave.website.data.catalog import Catalog
from soundweave.website.data.search_words import Words
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

LIMIT = 10_000  # entries in the lists of one file, unless it has more words


def write(tree: Tree, catalog: Catalog, most: int) -> None:
    """Write search/index.json and search/<bucket>.json, with at most `most` sounds per word."""
    length = buckets.prefix(len(catalog))
    words = search_words.read(catalog)
    files: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words.names):
        files[buckets.bucket(word, length)].append(number)
    # With the names of all files, readers request existing ones only.
    about = {"prefix": length, "kept": most, "buckets": sorted(files)}
    tree.write("search/index.json", compact.encode(about))
    for bucket, numbers in sorted(files.items()):
        content = _bucket(catalog, words, numbers, most)
        tree.write(f"search/{bucket}.json", compact.encode(content))


def _bucket(catalog: Catalog, words: Words, numbers: list[int], most: int) -> dict[str, object]:
    """Return the file of the words with these numbers."""
    numbers = sorted(numbers, key=words.names.__getitem__)
    starts = words.starts[numbers]
    totals = words.starts[np.array(numbers) + 1] - starts
    counts = np.minimum(totals, _room(totals, most))
    sounds = words.sounds[compact.ranges(starts, counts)]
    rows, indexes = np.unique(sounds, return_inverse=True)
    lists = np.split(indexes, np.cumsum(counts)[:-1])
    return {
        "words": {
            words.names[number]: [total, results.tolist()]
            for number, total, results in zip(numbers, totals.tolist(), lists, strict=True)
        },
        "sounds": [_sound(catalog, row) for row in rows.tolist()],
    }


def _sound(catalog: Catalog, row: int) -> list[object]:
    number, community = int(catalog.ids[row]), int(catalog.community[row])
    return [number, community, catalog.name(row), catalog.author(row)]


def _room(totals: np.ndarray, most: int) -> int:
    """Return the number of sounds per word that keeps a file with many words small."""
    while most > 1 and int(np.minimum(totals, most).sum()) > LIMIT:
        most = most * 3 // 4
    return most
