"""Search buckets: the words of a text, and the file that knows a word.

The site's scripts do the same (website/src/shared/search.ts): what is folded one way here and
another way there is never found.
"""

import re
import unicodedata

LONGEST = 40  # characters of a word; the rest of a longer one is not looked at
NAMELESS = "_"  # the bucket of a name without words
LARGER = (5_000, 50_000)  # sounds from which one more letter goes into a bucket's name

_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z0-9]+")


def prefix(sounds: int) -> int:
    """Return how many characters name a bucket in a library of so many sounds: 1, 2 or 3."""
    return 1 + sum(sounds >= limit for limit in LARGER)


def fold(text: str) -> str:
    """Return text without accents and capitals; an ascii one is only made small."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(char for char in plain if unicodedata.category(char)[0] != "M")
    return kept.lower().replace("ß", "ss").replace("ς", "σ")


def words(text: str) -> list[str]:
    """Return the words of a text, each once, in order: runs of letters and digits, folded.

    A single character counts only where letters have no case: a Chinese one can be a word.
    """
    folded = fold(text)
    found = (_PLAIN if folded.isascii() else _WORD).findall(folded)
    return list(dict.fromkeys(word[:LONGEST] for word in found if len(word) > 1 or _alone(word)))


def bucket(word: str, length: int) -> str:
    """Return the name of the bucket of a folded word: its first characters, safe in a file name.

    Two buckets may have one name ("\u0111" + "1" and "\u1111"); they share a file then.
    """
    start = word[:length]
    if _PLAIN.fullmatch(start):
        return start
    return "".join(char if _PLAIN.fullmatch(char) else f"_{ord(char):x}" for char in start)


def bucket_of_name(name: str, length: int) -> str:
    """Return the bucket of a user, pack or tag: that of its first word, or NAMELESS."""
    found = words(name)
    return bucket(found[0], length) if found else NAMELESS


def _alone(char: str) -> bool:
    return unicodedata.category(char) == "Lo"
