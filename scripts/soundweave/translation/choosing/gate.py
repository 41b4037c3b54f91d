"""What may not be taken as a translation, whatever it scores."""

import re
import unicodedata

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
TELLING = 3  # words that would be translated; fewer say nothing about a copy
SHORT = 20  # characters; nothing is too short for a source below that
SLACK = 20  # characters that any translation may be longer
WIDE = 3.5  # letters of an alphabet that one character of Chinese, Japanese or Korean stands for
VERBATIM = re.compile(rf"{masking.PLACEHOLDER.pattern} | [@\#]\w+", re.VERBOSE | re.DOTALL)
WORD = re.compile(r"[^\W\d_]+")


def objections(
    text: Text, candidate: Candidate, target_lang: str, settings: EvaluationSettings
) -> list[list[str]]:
    """Return for each segment why the candidate's translation may not be taken, [] if it may.

    Reasons: empty, refusal, truncated, copied, length, placeholders, lines; a candidate that
    failed as a whole has its error's class everywhere, one with too few or too many segments
    "misaligned".
    """
    if candidate.error:
        return [[candidate.error] for _ in text.segments]
    if len(candidate.segments) != len(text.segments):
        return [["misaligned"] for _ in text.segments]
    similarity = settings.source_similarity
    if _related(text.source_lang, target_lang):
        similarity = max(similarity, RELATED_SIMILARITY)
    found = []
    for segment, translation in zip(text.segments, candidate.segments, strict=True):
        reasons = _reasons(text.kind, segment.text, translation, settings, similarity)
        cut = ["truncated"] if candidate.finish_reason == "length" else []
        found.append(cut + reasons)
    return found


def _reasons(
    kind: Kind,
    source: str,
    translation: str | None,
    settings: EvaluationSettings,
    similarity: float,
) -> list[str]:
    if translation is None or (_visible(source) and not _visible(translation)):
        return ["empty"]
    checks = {
        "refusal": refused(source, translation),
        "copied": _copied(source, translation, similarity),
        "length": not _length_fits(source, translation, settings),
        "placeholders": not masking.keeps(source, translation),
        "lines": kind is Kind.POEM and _line_ends(source) != _line_ends(translation),
    }
    return [reason for reason, holds in checks.items() if holds]


def _related(source_lang: str, target_lang: str) -> bool:
    return any({source_lang, target_lang} <= group for group in RELATED)


def _visible(text: str) -> bool:
    """Tell whether there is anything to see: zero-width signs and controls are nothing."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in text)


def _copied(source: str, translation: str, similarity: float) -> bool:
    plain = VERBATIM.sub(" ", source)
    # Names stay as they are, and what is written like a name may be one.
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
    """Return the length in letters of an alphabet, blanks at the ends not counted."""
    return len(text.strip()) + (WIDE - 1) * _wide(text)


def _wide(text: str) -> int:
    return sum(unicodedata.east_asian_width(char) in "WF" for char in text.strip())


def _line_ends(text: str) -> int:
    return text.strip().count("\n")
