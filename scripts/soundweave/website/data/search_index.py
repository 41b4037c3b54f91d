"""The search: a file for all words that begin alike, with the most downloaded sounds of each."""

from collections import defaultdict

import numpy as np

from soundweave.website.data import search_words
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.search_words import Words
from soundweave.website.frame import buckets, compact
from soundweave.website.frame.tree import Tree

MOST = 10_000  # places in the lists of one file, as long as each word has one


def write(tree: Tree, catalogue: Catalogue, kept: int) -> None:
    """Write search/index.json and search/<bucket>.json, with at most `kept` sounds of a word."""
    length = buckets.prefix(len(catalogue))
    words = search_words.read(catalogue)
    files: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words.names):
        files[buckets.bucket(word, length)].append(number)
    # With the names of all files, a reader asks for none that is not there.
    about = {"prefix": length, "kept": kept, "buckets": sorted(files)}
    tree.write("search/index.json", compact.encode(about))
    for bucket, numbers in sorted(files.items()):
        content = _bucket(catalogue, words, numbers, kept)
        tree.write(f"search/{bucket}.json", compact.encode(content))


def _bucket(catalogue: Catalogue, words: Words, numbers: list[int], kept: int) -> dict[str, object]:
    """Return the file of the words with these numbers."""
    numbers = sorted(numbers, key=words.names.__getitem__)
    starts = words.starts[numbers]
    totals = words.starts[np.array(numbers) + 1] - starts
    counts = np.minimum(totals, _room(totals, kept))
    sounds = words.sounds[compact.ranges(starts, counts)]
    rows, places = np.unique(sounds, return_inverse=True)
    lists = np.split(places, np.cumsum(counts)[:-1])
    return {
        "words": {
            words.names[number]: [total, chosen.tolist()]
            for number, total, chosen in zip(numbers, totals.tolist(), lists, strict=True)
        },
        "sounds": [_sound(catalogue, row) for row in rows.tolist()],
    }


def _sound(catalogue: Catalogue, row: int) -> list[object]:
    number, community = int(catalogue.ids[row]), int(catalogue.community[row])
    return [number, community, catalogue.name(row), catalogue.author(row)]


def _room(totals: np.ndarray, kept: int) -> int:
    """Return how many sounds a word may have here, so that a file with many words stays small."""
    while kept > 1 and int(np.minimum(totals, kept).sum()) > MOST:
        kept = kept * 3 // 4
    return kept
