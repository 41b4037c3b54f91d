"""Search buckets: the words of a text, and the file that lists a word.

The site's scripts must do the same (website/src/shared/search.ts), or words are not found.
"""

import re
import unicodedata

LONGEST = 40  # characters of a word; the rest is ignored
NAMELESS = "_"  # the bucket of a name without words
LARGER = (5_000, 50_000)  # numbers of sounds from which a bucket's name has one more letter

_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z0-9]+")


def prefix(sounds: int) -> int:
    """Return the length of the buckets' names in a library of that size: 1, 2 or 3."""
    return 1 + sum(sounds >= limit for limit in LARGER)


def fold(text: str) -> str:
    """Return text without accents and in lower case."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in plain if unicodedata.category(char)[0] != "M")
    return letters.lower().replace("ß", "ss").replace("ς", "σ")


def words(text: str) -> list[str]:
    """Return the distinct words of a text in order: runs of letters and digits, folded.

    A single character counts only in scripts without case: a Chinese one can be a word.
    """
    folded = fold(text)
    runs = (_PLAIN if folded.isascii() else _WORD).findall(folded)
    return list(dict.fromkeys(word[:LONGEST] for word in runs if len(word) > 1 or _is_word(word)))


def bucket(word: str, length: int) -> str:
    """Return the name of the bucket of a folded word: its first characters, safe in a file name.

    Two buckets with the same name ("\u0111" + "1" and "\u1111") share a file.
    """
    start = word[:length]
    if _PLAIN.fullmatch(start):
        return start
    return "".join(char if _PLAIN.fullmatch(char) else f"_{ord(char):x}" for char in start)


def bucket_of_name(name: str, length: int) -> str:
    """Return the bucket of a user, pack or tag: that of its first word, else NAMELESS."""
    name_words = words(name)
    return bucket(name_words[0], length) if name_words else NAMELESS


def _is_word(char: str) -> bool:
    return unicodedata.category(char) == "Lo"
