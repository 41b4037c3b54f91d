"""Foreign texts and lengths, as every page shows them; the same in all languages."""

import math
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def foreign(text: str, otherwise: str) -> str:
    """Return text from outside as one line without control characters and lone surrogates.

    `otherwise` stands in when nothing visible is left, so that a link always has a name.
    """
    if text.isascii() and text.isprintable():  # most of them
        return " ".join(text.split()) or otherwise
    kept = "".join(
        "\ufffd" if (kind := unicodedata.category(char)) == "Cs" else " " if kind == "Cc" else char
        for char in text
    )
    visible = any(unicodedata.category(char)[0] not in "CZM" for char in kept)
    return " ".join(kept.split()) if visible else otherwise


def duration(seconds: float) -> str:
    """Return a length: 0.43 s, 12.3 s, 3:07 min, 1:02:03 h; a dash for none.

    A half is rounded up, as the scripts do it: a sound has one length on all pages.
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
