"""Untrusted text and durations, formatted for people; the same in all languages."""

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def one_line(text: str, placeholder: str = "", limit: int | None = None) -> str:
    """Return untrusted text as one line without control characters and lone surrogates.

    A line of more than `limit` characters is cut and gets an ellipsis. `placeholder` stands in
    when nothing visible is left, so that a link always has a name.
    """
    line = " ".join(_visible(text).split()) or placeholder
    return line if limit is None or len(line) <= limit else f"{line[:limit]}…"


def without_password(text: str) -> str:
    """Remove names and passwords from the addresses in a text.

    A password may hold any character, so everything up to the last @ goes.
    """
    return re.sub(r"//.*@", "//", text, flags=re.DOTALL)


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():  # most of them
        return text
    replacements = {"Cc": " ", "Cs": "\ufffd"}
    clean = "".join(replacements.get(unicodedata.category(char), char) for char in text)
    return clean if any(unicodedata.category(char)[0] not in "CZM" for char in clean) else ""


def duration(seconds: float) -> str:
    """Return a length: 0.43 s, 12.3 s, 3:07 min, 1:02:03 h; a dash for an invalid one.

    Halves are rounded up, as the browser scripts do, so a sound has the same length on all pages.
    """
    if not math.isfinite(seconds) or seconds < 0:
        return "–"
    if seconds < 59.95:
        step = HUNDREDTH if seconds < 9.995 else TENTH
        return f"{Decimal(seconds).quantize(step, ROUND_HALF_UP)} s"
    minutes, rest = divmod(math.floor(seconds + 0.5), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    return f"{minutes // 60:,}:{minutes % 60:02}:{rest:02} h"
