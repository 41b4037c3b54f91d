"""A chat model of a few lines: it reads the project's prompts and always has an answer.

Deterministic: the same request gives the same answer, another temperature, seed, model or system
part another one. Words change, whatever a program may need of a text (placeholders, tags) stays.
"""

import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from soundweave.translation.asking import answers

SCHEMAS = ("answer_translation", "answer_judge", "answer_review", "answer_revision")
KEPT_OR_WORD = re.compile(
    r"<[^<>\n]*>|\{[^{}\n]*\}|%\([^)\n]*\)[a-z]|%[a-z]|&\w+;|https?://\S+|\b([^\W\d_]+)\b"
)
VOWELS = str.maketrans("aeiouAEIOU", "eiouaEIOUA")

Answer = dict[str, Any]


def asked_for(system: str) -> tuple[str, str] | None:
    """Return the schema and the form that a system part ends with."""
    for schema in SCHEMAS:
        for form in (answers.JSON_OBJECT, answers.TAGS):
            if answers.description(schema, form) in system:
                return schema, form
    return None


def answer(schema: str, user: str, variant: str) -> Answer:
    """Answer a rendered prompt of the project."""
    rows_by_keys = {frozenset(rows[0]): rows for rows in _arrays(user)}
    segments = rows_by_keys.get(frozenset({"id", "text"}), [])
    sides = rows_by_keys.get(frozenset({"id", "source", "text"}), [])
    if schema == "answer_judge":
        return _judged(rows_by_keys[frozenset({"number", "segments"})])
    if schema == "answer_review":
        return _reviewed(sides)
    if schema == "answer_revision":
        return _revised(sides, rows_by_keys.get(frozenset({"id", "remark", "suggestion"}), []))
    translated_rows = [
        {"id": row["id"], "text": translated(row["text"], variant)} for row in segments
    ]
    return {"notes": f"toy translation, variant {variant}", "segments": translated_rows}


def translated(text: str, variant: str) -> str:
    """Turn the vowels of each word round; some words get an ending that depends on `variant`."""

    def word(original: str) -> str:
        endings = ("", "", "", "n", "s")
        return (
            original.translate(VOWELS) + endings[zlib.crc32(f"{original} {variant}".encode()) % 5]
        )

    return _words(text, word)


def as_tags(schema: str, value: Answer) -> str:
    """Write an answer in tags, as a model may."""
    lines = []
    for name, part in value.items():
        if not isinstance(part, list):
            lines.append(f"<{name}>{part}</{name}>")
        for item in part if isinstance(part, list) else []:
            (key, identifier), *fields = item.items()
            for index, (field, text) in enumerate(fields):
                tag = field if index else name.removesuffix("s")
                lines.append(f'<{tag} {key}="{html.escape(str(identifier))}">{text}</{tag}>')
    return "\n".join(lines)


def _judged(candidates: list[Answer]) -> Answer:
    # By content alone, so that the order of the candidates changes nothing.
    scores = [
        {
            "candidate": candidate["number"],
            "score": zlib.crc32(json.dumps(candidate["segments"]).encode()) % 101,
        }
        for candidate in candidates
    ]
    best = max(scores, key=lambda score: score["score"])
    return {"reason": "toy judgement", "scores": scores, "best": best["candidate"]}


def _reviewed(sides: list[Answer]) -> Answer:
    remarks = [
        {"id": row["id"], "remark": "a word reads badly", "suggestion": _polished(row["text"])}
        for row in sides[:2]
        if row["text"]
    ]
    return {"remarks": remarks, "summary": "toy review"}


def _revised(sides: list[Answer], remarks: list[Answer]) -> Answer:
    suggested = {remark["id"]: remark["suggestion"] for remark in remarks}
    revised = [
        {
            "id": row["id"],
            "text": suggested.get(row["id"]) or row["text"] or translated(row["source"], ""),
        }
        for row in sides
    ]
    return {"segments": revised, "changes": f"{len(suggested)} suggestions taken up"}


def _polished(text: str) -> str:
    return _words(text, lambda word: word[::-1].lower() if len(word) > 6 else word)


def _words(text: str, change: Callable[[str], str]) -> str:
    return KEPT_OR_WORD.sub(lambda match: change(match[1]) if match[1] else match[0], text)


def _arrays(user: str) -> Iterator[list[Answer]]:
    for place in re.finditer(r"^\[", user, re.MULTILINE):
        try:
            rows = json.JSONDecoder().raw_decode(user, place.start())[0]
        except ValueError:
            continue
        if rows and isinstance(rows[0], dict):
            yield rows
