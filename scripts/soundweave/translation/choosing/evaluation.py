"""The choice between candidates: gate, score, best one; nothing is asked and nothing is random.

A score is consensus x its weight - unknown words per source word x their weight + the prior of
the candidate's route or model for the pair of languages, in chrF points.
"""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from soundweave.translation.choosing import gate
from soundweave.translation.choosing.consensus import consensus, same
from soundweave.translation.model import Candidate, Text
from soundweave.translation.settings import EvaluationSettings

Score = dict[str, Any]
DIGITS = 6  # of a score; what differs less is a tie


def evaluate(
    text: Text, candidates: Sequence[Candidate], target_lang: str, settings: EvaluationSettings
) -> dict[str, Any]:
    """Return the choice as plain JSON, every score in it (translation.schema.json, evaluation).

    "valid" are candidates with at least one segment that may be taken, "rejected" the others.
    "scores" are of those with all segments, "chosen" is the best of these. "select" is what was
    done: a text of which no candidate has all segments is put together by segment.
    """
    made_by = {made.config.id: made for made in sorted(candidates, key=lambda c: c.config.id)}
    against = {
        number: gate.objections(text, made, target_lang, settings)
        for number, made in made_by.items()
    }
    priors = settings.priors.get(f"{text.source_lang}-{target_lang}", {})
    segments = [
        _segment(index, text, made_by, against, priors, settings)
        for index in range(len(text.segments))
    ]
    valid = [number for number in made_by if not all(against[number])]
    complete = [number for number in valid if not any(against[number])]
    scores = [_whole(number, text, segments) for number in complete]
    chosen = _best(scores)
    wanted = settings.select[text.kind]
    select = wanted if chosen is not None else "segment"
    if select == "text":
        for segment in segments:
            segment["chosen"] = chosen
    duplicates = _duplicates([made_by[number] for number in valid])
    rivals = complete if select == "text" else valid
    return {
        "select": select,
        "method": _method(wanted, select, [n for n in rivals if str(n) not in duplicates]),
        "valid": valid,
        "rejected": [
            {"id": number, "reasons": sorted({r for reasons in against[number] for r in reasons})}
            for number in made_by
            if number not in valid
        ],
        "duplicates": duplicates,
        "scores": scores,
        "segments": segments,
        "chosen": chosen,
        "translation": [
            None if segment["chosen"] is None else made_by[segment["chosen"]].segments[index]
            for index, segment in enumerate(segments)
        ],
    }


def with_verdict(evaluation: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evaluation with the judge's choice (see judge.judge), and its rounds in "judge".

    The judge chooses a whole text. Without a verdict, or with one for a candidate of which some
    segment may not be taken, the evaluation stays as it is and "method" says why.
    """
    record = {key: value for key, value in verdict.items() if key != "translation"}
    chosen, translation = verdict["verdict"], verdict.get("translation")
    why = verdict["why"]
    if chosen is not None and chosen not in {score["id"] for score in evaluation["scores"]}:
        chosen, why = None, f"candidate {chosen} has segments that may not be taken"
    if chosen is None or translation is None:
        method = f"{evaluation['method']}; the judge gave no verdict: {why}"
        return {**evaluation, "method": method, "judge": record}
    return {
        **evaluation,
        "select": "text",
        "method": "judge",
        "segments": [{**segment, "chosen": chosen} for segment in evaluation["segments"]],
        "chosen": chosen,
        "translation": list(translation),
        "judge": record,
    }


def _segment(
    index: int,
    text: Text,
    made_by: Mapping[int, Candidate],
    against: Mapping[int, Sequence[Sequence[str]]],
    priors: Mapping[str, float],
    settings: EvaluationSettings,
) -> dict[str, Any]:
    segment = text.segments[index]
    valid = [made for number, made in made_by.items() if not against[number][index]]
    agreement = consensus([made.segments[index] or "" for made in valid])
    words = max(1, len(segment.text.split()))
    scores = []
    for made, agreed in zip(valid, agreement, strict=True):
        marks = made.marks[index] if index < len(made.marks) else None
        prior = priors.get(made.config.route or made.config.model, 0.0)
        unknown = None if marks is None else marks / words
        total = settings.consensus * agreed - settings.marks * (unknown or 0.0) + prior
        parts = {"consensus": agreed, "marks": unknown, "prior": prior, "total": total}
        scores.append({"id": made.config.id} | _rounded(parts))
    return {
        "id": segment.id,
        "chosen": _best(scores),
        "scores": scores,
        "rejected": [
            {"id": number, "reasons": list(against[number][index])}
            for number in made_by
            if against[number][index]
        ],
    }


def _whole(number: int, text: Text, segments: Sequence[Mapping[str, Any]]) -> Score:
    """Return the means of a candidate's scores, weighted by the length of the sources."""
    rows = [
        (len(source) or 1, score)
        for source, segment in zip(text.sources, segments, strict=True)
        for score in segment["scores"]
        if score["id"] == number
    ]
    means = {}
    for name in ("consensus", "marks", "prior", "total"):
        known = [(weight, score[name]) for weight, score in rows if score[name] is not None]
        total = fsum(weight for weight, _ in known)
        means[name] = fsum(weight * value for weight, value in known) / total if known else None
    return {"id": number} | _rounded(means)


def _rounded(parts: Mapping[str, float | None]) -> Score:
    return {name: None if value is None else round(value, DIGITS) for name, value in parts.items()}


def _best(scores: Sequence[Score]) -> int | None:
    """Return the id of the highest total, the lowest id among equals."""
    best = min(scores, key=lambda score: (-score["total"], score["id"]), default=None)
    return None if best is None else int(best["id"])


def _duplicates(candidates: Sequence[Candidate]) -> dict[str, int]:
    """Return the ids of candidates that say the same as an earlier one, with that one's id."""
    first: dict[tuple[str | None, ...], int] = {}
    repeated = {}
    for made in candidates:
        whole = tuple(None if each is None else same(each) for each in made.segments)
        number = made.config.id
        if first.setdefault(whole, number) != number:
            repeated[str(number)] = first[whole]
    return repeated


def _method(wanted: str, select: str, rivals: Sequence[int]) -> str:
    if not rivals:
        return "none"
    method = "consensus" if len(rivals) > 1 else "only one"
    return method if select == wanted else f"{method}, by segment as no candidate has all of them"
