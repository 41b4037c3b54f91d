"""Review and revision without a model: what can be seen, and partly mended, by rule.

An engine like Apertium leaves double blanks, lost capitals and lost end marks; Spanish opens its
questions. Words it did not know can only be pointed at.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from soundweave.translation.model import Text

END_MARKS = re.compile(r"[.!?…:;,]+[\"'”’»)]*$")
BEFORE_MARK = re.compile(r"(?<=\w) +(?=[.,](?:\s|$))")
OPENED = {"?": "¿", "!": "¡"}  # in Spanish
OPENED_LANGS = {"es", "gl"}

Mend = Callable[[str, str, str], str]  # source, translation and language to translation


def review(text: Text, lang: str, results: Mapping[str, Any]) -> dict[str, Any]:
    """Return remarks on the chosen translation, with a suggestion where a rule can mend it."""
    chosen = results["evaluation"]["translation"]
    unknown = _unknown_words(results)
    remarks = []
    for index, segment in enumerate(text.segments):
        found, suggestion = _mended(segment.text, chosen[index], lang)
        if unknown[index]:
            found.append(f"words the engine did not know: {unknown[index]}")
        if found:
            remark = {"id": segment.id, "remark": "; ".join(found), "suggestion": suggestion}
            remarks.append(remark)
    return {"by": "rules", "remarks": remarks, "summary": _summary(len(remarks), len(chosen))}


def revise(text: Text, results: Mapping[str, Any]) -> tuple[list[str | None], str]:
    """Return the chosen translation with the review's suggestions applied, and what changed."""
    chosen: Sequence[str | None] = results["evaluation"]["translation"]
    suggested = {
        remark["id"]: remark["suggestion"]
        for remark in results["review"]["remarks"]
        if remark["suggestion"]  # a second remark on a segment may have none
    }
    revised = [
        suggested.get(segment.id, before)
        for segment, before in zip(text.segments, chosen, strict=True)
    ]
    changed = sum(after != before for after, before in zip(revised, chosen, strict=True))
    return revised, f"suggestions applied in {changed} of {len(chosen)} segments"


def _mended(source: str, translation: str | None, lang: str) -> tuple[list[str], str]:
    if translation is None:
        return ["no candidate gave a valid translation"], ""
    found, mended = [], translation
    for what, mend in MENDS.items():
        better = mend(source, mended, lang)
        if better != mended:
            found.append(what)
            mended = better
    return found, mended if found else ""


def _single_blanks(source: str, translation: str, _lang: str) -> str:
    if "  " in source:
        return translation
    return re.sub(r"(?<=\S) {2,}(?=\S)", " ", translation)


def _close_marks(source: str, translation: str, _lang: str) -> str:
    # Comma and full stop alone: French wants a blank before the others.
    return translation if BEFORE_MARK.search(source) else BEFORE_MARK.sub("", translation)


def _end_mark(source: str, translation: str, _lang: str) -> str:
    wanted = END_MARKS.search(source)
    if wanted is None or END_MARKS.search(translation) or not translation[-1:].isalnum():
        return translation
    return translation + wanted[0]


def _capital(source: str, translation: str, _lang: str) -> str:
    # Line by line: each verse begins as its source does.
    lines = translation.split("\n")
    sources = source.split("\n")
    if len(lines) != len(sources):
        return translation
    return "\n".join(map(_like, sources, lines))


def _like(source: str, line: str) -> str:
    wanted = next((char for char in source if char.isalpha()), "")
    place = next((index for index, char in enumerate(line) if char.isalpha()), None)
    if not wanted.isupper() or place is None:
        return line
    return line[:place] + line[place].upper() + line[place + 1 :]


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


MENDS: dict[str, Mend] = {
    "double blanks": _single_blanks,
    "a blank before a comma or full stop": _close_marks,
    "the end mark is lost": _end_mark,
    "the capital at the start is lost": _capital,
    "a question or exclamation is not opened": _opening_marks,
}


def _unknown_words(results: Mapping[str, Any]) -> list[int]:
    evaluation = results["evaluation"]
    marks = {made["config"]["id"]: made["marks"] for made in results["candidates"]}
    return list(_marks_of_chosen(evaluation, marks))


def _marks_of_chosen(
    evaluation: Mapping[str, Any], marks: Mapping[int, Sequence[int | None]]
) -> Iterator[int]:
    for index, segment in enumerate(evaluation["segments"]):
        by_segment = evaluation["select"] == "segment"
        chosen = segment["chosen"] if by_segment else evaluation["chosen"]
        yield (marks[chosen][index] or 0) if chosen is not None else 0


def _summary(remarks: int, segments: int) -> str:
    return f"{remarks} of {segments} segments have remarks" if remarks else "nothing to remark"
