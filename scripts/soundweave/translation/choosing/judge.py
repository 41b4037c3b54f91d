"""A chat model as judge of candidates: asked in two orders, trusted only if both agree.

Models prefer what they see first (https://arxiv.org/abs/2406.07791), and a candidate may contain
text that says which one to choose. So only an answer in the requested form counts, and a model
that follows the position instead of the content gives no verdict.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, TypeGuard

from soundweave.translation.choosing.consensus import same
from soundweave.translation.failures import InvalidAnswerError, ProviderError
from soundweave.translation.model import Candidate, Text
from soundweave.translation.record import Judgment, Round

Ask = Callable[[Sequence[Candidate]], dict[str, Any]]


def judge(
    text: Text, candidates: Sequence[Candidate], target_lang: str, ask: Ask, *, seed: int
) -> Judgment:
    """Return the verdict of a model that sees the candidates in a shuffled order and its reverse.

    `ask` gets the candidates in the order to be shown and returns {"best": position from 1,
    "scores": [{"candidate": position, "score": 0 to 100}], "reason"}, or raises ProviderError.
    Only candidates with all segments are shown, and equal ones once; a single one needs no judge.
    Whatever the model does, this does not raise.
    """
    order = _different(text, candidates)
    if len(order) < 2:
        why = "there is nothing to choose between"
        return {"verdict": None, "why": why, "seed": seed, "rounds": []}
    # Shuffled for each text: with one order for all, a bias would always help the same candidate.
    random.Random(f"{seed} {text.name} {target_lang}").shuffle(order)  # noqa: S311 - no secret
    rounds = _rounds(order, ask)
    verdict, why = _verdict(rounds)
    return {"verdict": verdict, "why": why, "seed": seed, "rounds": rounds}


def _different(text: Text, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the complete candidates by id, those that say the same only once."""
    first: dict[tuple[str, ...], Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.config.id):
        wording = tuple(same(segment) for segment in candidate.segments if segment is not None)
        if candidate.came and len(wording) == len(candidate.segments) == len(text.segments):
            first.setdefault(wording, candidate)
    return list(first.values())


def _rounds(order: Sequence[Candidate], ask: Ask) -> list[Round]:
    rounds: list[Round] = []
    for candidates in (order, order[::-1]):
        ids = [candidate.config.id for candidate in candidates]
        try:
            rounds.append(_read(ask(candidates), ids))
        except ProviderError as error:
            reason = f"{error.kind}: {error}"
            rounds.append({"order": ids, "best": None, "scores": {}, "reason": "", "error": reason})
            break  # without both orders there is no verdict
    return rounds


def _read(answer: object, ids: list[int]) -> Round:
    """Turn positions into ids; raises InvalidAnswerError for an answer in any other form."""
    if not isinstance(answer, Mapping):
        raise InvalidAnswerError("the judge's answer is not an object")
    best, rows, reason = answer.get("best"), answer.get("scores"), answer.get("reason")
    if not _position(best, ids) or not isinstance(rows, list) or not isinstance(reason, str):
        raise InvalidAnswerError(f"the judge's answer does not name one of {len(ids)} candidates")
    scores = {}
    for row in rows:
        if not isinstance(row, Mapping) or not _position(row.get("candidate"), ids):
            raise InvalidAnswerError("the judge scores a candidate that does not exist")
        if not _is_score(row.get("score")):
            raise InvalidAnswerError("a score of the judge is not a number from 0 to 100")
        scores[ids[row["candidate"] - 1]] = float(row["score"])
    if len(rows) != len(ids) or set(scores) != set(ids):
        raise InvalidAnswerError(f"the judge scores {len(scores)} of {len(ids)} candidates")
    if scores[ids[best - 1]] < max(scores.values()):
        raise InvalidAnswerError("the judge's best candidate does not have its best score")
    return {
        "order": ids,
        "best": ids[best - 1],
        "scores": {str(number): scores[number] for number in sorted(scores)},
        "reason": reason,
        "error": "",
    }


def _position(value: Any, ids: Sequence[int]) -> TypeGuard[int]:
    return type(value) is int and 1 <= value <= len(ids)


def _is_score(value: Any) -> bool:
    return type(value) in {int, float} and 0 <= value <= 100


def _verdict(rounds: Sequence[Round]) -> tuple[int | None, str]:
    if rounds[-1]["error"]:
        return None, f"round {len(rounds)} failed, {rounds[-1]['error']}"
    first, second = (answer["best"] for answer in rounds)
    if first == second:
        return first, "best in both orders"
    means = {
        int(number): fmean(answer["scores"][number] for answer in rounds)
        for number in rounds[0]["scores"]
    }
    top = [number for number in sorted(means) if means[number] == max(means.values())]
    if len(top) == 1:
        return top[0], "best mean score; each order had a different best"
    return None, "each order had a different best, and their mean scores are equal"
