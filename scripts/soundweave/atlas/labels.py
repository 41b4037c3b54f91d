"""Names for communities: the tags that tell them from the whole, by tf-idf; else the author."""

import numpy as np

from soundweave.network.arrays import Tags

TAGS_SHOWN = 3
LONGEST_TAG = 40
UNTAGGED = "untagged"


def telling_tags(tags: Tags, groups: np.ndarray, count: int) -> list[list[int]]:
    """Return the codes of the most telling tags of each of `count` groups, best first.

    A tag counts by the share of the group's sounds that have it, times the logarithm of all
    sounds over those that have it (tf-idf). Ties go by the tag's name.
    """
    owners = groups[tags.sounds]
    width = len(tags.names) + 1
    keys, times = np.unique(owners * width + tags.codes, return_counts=True)
    group, code = keys // width, keys % width
    rarity = np.log((1 + len(groups)) / tags.frequencies[code])
    score = np.round(times / np.bincount(groups, minlength=count)[group] * rarity, 9)
    names = np.argsort(np.argsort(np.array(tags.names, dtype=object)))[code] if width > 1 else code
    order = np.lexsort((names, -score, group))
    best: list[list[int]] = [[] for _ in range(count)]
    for at in order.tolist():
        chosen = best[int(group[at])]
        if len(chosen) < TAGS_SHOWN:
            chosen.append(int(code[at]))
    return best


def label(tags: Tags, codes: list[int], author: str) -> str:
    """Return the tags as one line of plain text, the main author's name where there are none.

    Whoever shows it escapes it.
    """
    shown = (_one_line(tags.names[code]) for code in codes)
    return ", ".join(tag for tag in shown if tag) or _one_line(author) or UNTAGGED


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TAG]
