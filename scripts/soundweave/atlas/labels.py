"""Labels of communities: their most distinctive tags (tf-idf), else the main author's name."""

import numpy as np

from soundweave.network.arrays import Tags

TAGS_SHOWN = 3
LONGEST_TAG = 40
UNTAGGED = "untagged"


def distinctive_tags(tags: Tags, groups: np.ndarray, count: int) -> list[list[int]]:
    """Return the codes of the most distinctive tags of each of `count` groups, best first.

    A tag counts by the share of the group's sounds that have it, times the logarithm of all
    sounds over those that have it (tf-idf). Ties go by the tag's name.
    """
    width = len(tags.names) + 1
    keys, uses = np.unique(groups[tags.sounds] * width + tags.codes, return_counts=True)
    group, code = keys // width, keys % width
    rarity = np.log((1 + len(groups)) / tags.frequencies[code])
    score = np.round(uses / np.bincount(groups, minlength=count)[group] * rarity, 9)
    names = np.argsort(np.argsort(np.array(tags.names, dtype=object)))[code] if width > 1 else code
    order = np.lexsort((names, -score, group))
    best: list[list[int]] = [[] for _ in range(count)]
    for index in order.tolist():
        codes = best[int(group[index])]
        if len(codes) < TAGS_SHOWN:
            codes.append(int(code[index]))
    return best


def label(tags: Tags, codes: list[int], author: str) -> str:
    """Return the tags as one line of plain text, or the main author's name when there are none.

    Callers must escape it.
    """
    names = (_one_line(tags.names[code]) for code in codes)
    return ", ".join(name for name in names if name) or _one_line(author) or UNTAGGED


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TAG]
