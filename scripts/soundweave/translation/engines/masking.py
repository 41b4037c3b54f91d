"""Placeholders and markup: found, hidden from a translator, and put back.

What a program or a browser reads must survive a translation unchanged.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from soundweave.translation.engines.apertium import Rendering

Translate = Callable[[Sequence[str]], list[Rendering]]

# Every repetition is bounded or cannot restart inside itself: texts may be hostile.
PLACEHOLDER = re.compile(
    r"""
      :[A-Za-z][\w.+:-]{0,60}:`[^`]+`          # :ref:`x`
    | (?<![\w:]):[A-Za-z][\w+-]*:(?![\w:])   # :option:, :smile:
    | <<(?!\s)[^<>\n]+(?<!\s)>>              # <<name>>, as programs print it
    | ``[^`]+`` | `(?!\s)[^`\n]+(?<!\s)`       # code; `this' is a quotation
    | <!--(?:(?!-->|<!--).)*-->
    | </?[A-Za-z][\w:.-]*(?:\s+[\w:.-]+=(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>
    | &(?:\#\d+|\#[xX][0-9a-fA-F]+|[A-Za-z]\w*);
    | https?://[^\s<>"'{}|\\^`“”«»‘’]*[^\s<>"'{}|\\^`“”«»‘’.,;:!?)]
    | (?<![\w.+-])[\w.+-]{1,64}@\w[\w-]*(?:\.\w[\w-]*)+
    | [$%\#]?\{\{[^{}]*\}\} | [$%\#]?\{[^{}]*\}
    | %\(\w+\)[-+0\#]*\d*(?:\.\d+)?[A-Za-z]    # %(name)s
    | %(?:\d+\$)?[-+0\#]*(?:\d+|\*)?(?:\.\d+)?(?:hh?|ll?|z)?[diouxXeEfFgGcrsa%]
    | \$[A-Za-z_]\w*
    | \|\w+\|                                  # |version|
    | \\(?:[abfnrtv\\"'0]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})
    | \*{2,3}
    """,
    re.VERBOSE | re.DOTALL,
)
WORDS = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)  # of a piece, without punctuation around them
PRIVATE = range(0xF000, 0xF8FF)  # characters without meaning: translators pass them through


def placeholders(text: str) -> Counter[str]:
    """Count each placeholder, tag, piece of code, address and escape in a text."""
    return Counter(PLACEHOLDER.findall(text))


def keeps(source: str, translation: str) -> bool:
    """Whether a translation has the placeholders of its source, each the same number of times."""
    return placeholders(source) == placeholders(translation)


def through(sentences: Sequence[str], translate: Translate) -> list[Rendering]:
    """Translate sentences, keeping every placeholder in order; one rendering per sentence.

    Each placeholder is sent as one private character. If those do not come back intact, the text
    between the placeholders is translated piece by piece. If that fails too, so does the sentence.
    """
    masks = [_masks(sentence) for sentence in sentences]
    hidden = [_masked(sentence, mask) for sentence, mask in zip(sentences, masks, strict=True)]
    renderings = []
    for sentence, mask, rendering in zip(sentences, masks, translate(hidden), strict=True):
        restored = _unmasked(sentence, mask, rendering)
        if restored is None and PLACEHOLDER.search(sentence):
            restored = _in_pieces(sentence, translate)
        renderings.append(restored or _lost(rendering))
    return renderings


def _masks(sentence: str) -> str:
    """Choose a character for each placeholder; none of them occurs in the sentence."""
    unused = (chr(code) for code in PRIVATE if chr(code) not in sentence)
    return "".join(islice(unused, len(PLACEHOLDER.findall(sentence))))


def _masked(sentence: str, masks: str) -> str:
    characters = iter(masks)
    return PLACEHOLDER.sub(lambda match: next(characters, match[0]), sentence)


def _unmasked(sentence: str, masks: str, rendering: Rendering) -> Rendering | None:
    """Put the placeholders back into a rendering; None if they did not come back intact."""
    text = rendering.text
    if text is None or "".join(c for c in text if c in masks) != masks:
        return None
    for mask, match in zip(masks, PLACEHOLDER.finditer(sentence), strict=False):
        before, _, after = text.partition(mask)
        # Words must not stick to a placeholder that stood alone.
        left = " " if before[-1:].isalnum() and sentence[: match.start()][-1:].isspace() else ""
        right = " " if after[:1].isalnum() and sentence[match.end() :][:1].isspace() else ""
        text = before + left + match[0] + right + after
    return replace(rendering, text=text) if keeps(sentence, text) else None


def _in_pieces(sentence: str, translate: Translate) -> Rendering | None:
    parts = [WORDS.search(piece) for piece in PLACEHOLDER.split(sentence)]
    renderings = translate([part[0] for part in parts if part])
    if failed := [rendering for rendering in renderings if rendering.text is None]:
        return failed[0]
    translations = iter(renderings)
    pieces = [
        WORDS.sub(lambda _: (next(translations).text or "").strip(), piece, count=1)
        for piece in PLACEHOLDER.split(sentence)
    ]
    between = [*PLACEHOLDER.findall(sentence), ""]
    text = "".join(a + b for a, b in zip(pieces, between, strict=True))
    marks = [rendering.marks for rendering in renderings]
    total = None if None in marks else sum(mark or 0 for mark in marks)
    return Rendering(text, total) if keeps(sentence, text) else None


def _lost(rendering: Rendering) -> Rendering:
    if rendering.text is None:
        return rendering
    return Rendering(None, None, "it loses placeholders of its source")
