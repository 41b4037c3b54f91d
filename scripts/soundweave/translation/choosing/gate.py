"""What disqualifies a translation, whatever its score."""

import re
import unicodedata
from enum import StrEnum

from soundweave.translation.choosing.consensus import chrf
from soundweave.translation.choosing.refusals import refused
from soundweave.translation.engines import masking
from soundweave.translation.model import Candidate, Kind, Text
from soundweave.translation.settings import EvaluationSettings

# In related languages a good translation of a short sentence may differ by a letter or two.
RELATED = (
    frozenset({"ca", "es", "fr", "gl", "it", "oc", "pt"}),
    frozenset({"da", "nb", "nn", "no", "sv"}),
    frozenset({"be", "bg", "bs", "cs", "hr", "mk", "pl", "ru", "sk", "sl", "sr", "uk"}),
)
RELATED_SIMILARITY = 99.0
TELLING = 3  # words that would be translated; with fewer, an equal text may not be a copy
SHORT = 20  # characters; for a shorter source, no translation is too short
SLACK = 20  # characters that any translation may be longer than the limit
WIDE = 3.5  # letters of an alphabet that equal one Chinese, Japanese or Korean character
VERBATIM = re.compile(rf"{masking.PLACEHOLDER.pattern} | [@\#]\w+", re.VERBOSE | re.DOTALL)
WORD = re.compile(r"[^\W\d_]+")


class Reason(StrEnum):
    """Why a translation of a segment is rejected."""

    MISALIGNED = "misaligned"  # the candidate has too few or too many segments
    TRUNCATED = "truncated"
    EMPTY = "empty"
    REFUSAL = "refusal"
    COPIED = "copied"
    LENGTH = "length"
    PLACEHOLDERS = "placeholders"
    LINES = "lines"


def objections(
    text: Text, candidate: Candidate, target_lang: str, settings: EvaluationSettings
) -> list[list[str]]:
    """Return for each segment the Reasons to reject the candidate's translation, [] for none.

    A candidate that failed as a whole has the class of its error everywhere instead.
    """
    if candidate.error:
        return [[candidate.error] for _ in text.segments]
    if len(candidate.segments) != len(text.segments):
        return [[Reason.MISALIGNED] for _ in text.segments]
    similarity = settings.source_similarity
    if _related(text.source_lang, target_lang):
        similarity = max(similarity, RELATED_SIMILARITY)
    truncated: list[str] = [Reason.TRUNCATED] if candidate.finish_reason == "length" else []
    return [
        truncated + _reasons(text.kind, segment.text, translation, settings, similarity)
        for segment, translation in zip(text.segments, candidate.segments, strict=True)
    ]


def _reasons(
    kind: Kind,
    source: str,
    translation: str | None,
    settings: EvaluationSettings,
    similarity: float,
) -> list[str]:
    if translation is None or (_visible(source) and not _visible(translation)):
        return [Reason.EMPTY]
    checks = {
        Reason.REFUSAL: refused(source, translation),
        Reason.COPIED: _copied(source, translation, similarity),
        Reason.LENGTH: not _length_fits(source, translation, settings),
        Reason.PLACEHOLDERS: not masking.keeps(source, translation),
        Reason.LINES: kind is Kind.POEM and _line_ends(source) != _line_ends(translation),
    }
    return [reason for reason, holds in checks.items() if holds]


def _related(source_lang: str, target_lang: str) -> bool:
    return any({source_lang, target_lang} <= group for group in RELATED)


def _visible(text: str) -> bool:
    """Tell whether a text shows anything; zero-width and control characters do not."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in text)


def _copied(source: str, translation: str, similarity: float) -> bool:
    plain = VERBATIM.sub(" ", source)
    # Names are not translated, and a capitalized word may be one.
    telling = [word for word in WORD.findall(plain) if not word[0].isupper()]
    if sum(1 + _wide(word) // 2 for word in telling) < TELLING:
        return False
    return chrf(VERBATIM.sub(" ", translation), plain) > similarity


def _length_fits(source: str, translation: str, settings: EvaluationSettings) -> bool:
    before, after = _length(source), _length(translation)
    if after > settings.longest * before + SLACK:
        return False
    return before < SHORT or after >= settings.shortest * before


def _length(text: str) -> float:
    """Return the length in letters of an alphabet, without whitespace at the ends."""
    return len(text.strip()) + (WIDE - 1) * _wide(text)


def _wide(text: str) -> int:
    return sum(unicodedata.east_asian_width(char) in "WF" for char in text.strip())


def _line_ends(text: str) -> int:
    return text.strip().count("\n")
