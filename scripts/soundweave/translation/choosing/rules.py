"""Review and revision without a model: what rules can find, and partly fix.

Engines like Apertium leave double spaces and lose capitals and end marks; Spanish also opens its
questions. Words that the engine did not know can only be pointed out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from soundweave.translation.model import Text
from soundweave.translation.record import (
    EvaluationRecord,
    Finding,
    Remark,
    Review,
)

END_MARKS = re.compile(r"[.!?…:;,]+[\"'”’»)]*$")
BEFORE_MARK = re.compile(r"(?<=\w) +(?=[.,](?:\s|$))")
OPENED = {"?": "¿", "!": "¡"}  # in Spanish
OPENED_LANGS = {"es", "gl"}

Fix = Callable[[str, str, str], str]  # source, translation and language to translation


class Rule(StrEnum):
    """What a rule finds; the site's words for it are `translations.rule-` and this value."""

    DOUBLE_SPACES = "double-blanks"
    SPACE_BEFORE_MARK = "a-blank-before-a-comma-or-full-stop"
    END_MARK = "the-end-mark-is-lost"
    CAPITAL = "the-capital-at-the-start-is-lost"
    OPENING_MARK = "a-question-or-exclamation-is-not-opened"
    UNKNOWN_WORDS = "words-the-engine-did-not-know"
    UNTRANSLATED = "no-candidate-gave-a-valid-translation"


REMARKS = {
    Rule.DOUBLE_SPACES: "double spaces",
    Rule.SPACE_BEFORE_MARK: "a space before a comma or period",
    Rule.END_MARK: "the end mark is missing",
    Rule.CAPITAL: "the capital at the start is missing",
    Rule.OPENING_MARK: "a question or exclamation has no opening mark",
    Rule.UNKNOWN_WORDS: "words the engine did not know: {count}",
    Rule.UNTRANSLATED: "no candidate gave a valid translation",
}


def review(text: Text, lang: str, results: Mapping[str, Any]) -> Review:
    """Return remarks on the chosen translation, with a suggestion where a rule can fix it."""
    evaluation: EvaluationRecord = results["evaluation"]
    unknown_words = _unknown_words(evaluation, results["candidates"])
    remarks: list[Remark] = []
    for segment, translation, count in zip(
        text.segments, evaluation["translation"], unknown_words, strict=True
    ):
        rules, suggestion = _fixed(segment.text, translation, lang)
        findings: list[Finding] = [{"rule": rule, "count": 0} for rule in rules]
        if count:
            findings.append({"rule": Rule.UNKNOWN_WORDS, "count": count})
        if findings:
            remarks.append(
                {
                    "id": segment.id,
                    "remark": "; ".join(
                        REMARKS[Rule(finding["rule"])].format(**finding) for finding in findings
                    ),
                    "suggestion": suggestion,
                    "findings": findings,
                }
            )
    count = len(remarks)
    summary = f"{count} of {len(text.segments)} segments have remarks" if count else "no remarks"
    return {"by": "rules", "remarks": remarks, "summary": summary}


def revise(text: Text, results: Mapping[str, Any]) -> tuple[list[str | None], str]:
    """Return the chosen translation with the review's suggestions applied, and what changed."""
    before: list[str | None] = results["evaluation"]["translation"]
    suggestions = {
        remark["id"]: remark["suggestion"]
        for remark in results["review"]["remarks"]
        if remark["suggestion"]  # a second remark on a segment may have none
    }
    after = [
        suggestions.get(segment.id, translation)
        for segment, translation in zip(text.segments, before, strict=True)
    ]
    changed = sum(new != old for new, old in zip(after, before, strict=True))
    return after, f"suggestions applied in {changed} of {len(before)} segments"


def _fixed(source: str, translation: str | None, lang: str) -> tuple[list[Rule], str]:
    if translation is None:
        return [Rule.UNTRANSLATED], ""
    rules, text = [], translation
    for rule, fix in FIXES.items():
        better = fix(source, text, lang)
        if better != text:
            rules.append(rule)
            text = better
    return rules, text if rules else ""


def _single_spaces(source: str, translation: str, _lang: str) -> str:
    if "  " in source:
        return translation
    return re.sub(r"(?<=\S) {2,}(?=\S)", " ", translation)


def _close_marks(source: str, translation: str, _lang: str) -> str:
    # Only commas and periods: French has a space before the others.
    return translation if BEFORE_MARK.search(source) else BEFORE_MARK.sub("", translation)


def _end_mark(source: str, translation: str, _lang: str) -> str:
    mark = END_MARKS.search(source)
    if mark is None or END_MARKS.search(translation) or not translation[-1:].isalnum():
        return translation
    return translation + mark[0]


def _capital(source: str, translation: str, _lang: str) -> str:
    # Line by line: each verse begins as its source does.
    lines = translation.split("\n")
    sources = source.split("\n")
    if len(lines) != len(sources):
        return translation
    return "\n".join(map(_with_capital_of, sources, lines))


def _with_capital_of(source: str, line: str) -> str:
    first = next((char for char in source if char.isalpha()), "")
    index = next((index for index, char in enumerate(line) if char.isalpha()), None)
    if not first.isupper() or index is None:
        return line
    return line[:index] + line[index].upper() + line[index + 1 :]


def _opening_marks(_source: str, translation: str, lang: str) -> str:
    if lang not in OPENED_LANGS or "\n" in translation:
        return translation
    return "".join(map(_opened, re.split(r"(?<=[.!?…])(?=\s)", translation)))


def _opened(sentence: str) -> str:
    mark = OPENED.get(sentence.rstrip("\"'”’»)")[-1:])
    if mark is None or "¿" in sentence or "¡" in sentence:
        return sentence
    start = next((index for index, char in enumerate(sentence) if char.isalnum()), None)
    return sentence if start is None else sentence[:start] + mark + sentence[start:]


FIXES: dict[Rule, Fix] = {
    Rule.DOUBLE_SPACES: _single_spaces,
    Rule.SPACE_BEFORE_MARK: _close_marks,
    Rule.END_MARK: _end_mark,
    Rule.CAPITAL: _capital,
    Rule.OPENING_MARK: _opening_marks,
}


def _unknown_words(
    evaluation: EvaluationRecord, candidates: Sequence[Mapping[str, Any]]
) -> Iterator[int]:
    marks = {candidate["config"]["id"]: candidate["marks"] for candidate in candidates}
    for index, segment in enumerate(evaluation["segments"]):
        by_segment = evaluation["select"] == "segment"
        winner = segment["chosen"] if by_segment else evaluation["chosen"]
        yield 0 if winner is None else marks[winner][index] or 0
