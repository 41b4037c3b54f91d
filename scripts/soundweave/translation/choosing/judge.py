"""A chat model as judge of candidates: asked in two orders, believed only if both agree.

Models prefer what stands first (https://arxiv.org/abs/2406.07791), and a text under judgement may
say which one to choose. So an answer is taken only in the form that was asked for, and a model
that follows the position instead of the content gives no verdict.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, TypeGuard

from soundweave.translation.choosing.consensus import same
from soundweave.translation.failures import InvalidAnswerError, ProviderError
from soundweave.translation.model import Candidate, Text

Ask = Callable[[Sequence[Candidate]], dict[str, Any]]


def judge(
    text: Text, candidates: Sequence[Candidate], target_lang: str, ask: Ask, *, seed: int
) -> dict[str, Any]:
    """Return the verdict of a model that sees the candidates in a shuffled order and its reverse.

    `ask` gets the candidates as they are to be shown and returns {"best": position from 1,
    "scores": [{"candidate": position, "score": 0 to 100}], "reason"}, or raises ProviderError.
    Only candidates with all segments are shown, equal ones once; one alone needs no judge.

    Returns {"verdict": id or None, "why", "seed", "rounds": [{"order": ids as shown, "best": id or
    None, "scores": {id: score}, "reason", "error"}], "translation": the verdict's segments or
    None}. Never raises for what the model does.
    """
    shown = _different(text, candidates)
    found: dict[str, Any] = {"verdict": None, "why": "", "seed": seed, "rounds": []}
    if len(shown) > 1:
        order = list(shown)
        # The text's own shuffle: with one for all, a bias would always help the same candidate.
        random.Random(f"{seed} {text.name} {target_lang}").shuffle(order)  # noqa: S311 - no secret
        found["rounds"] = _rounds(order, ask)
        found["verdict"], found["why"] = _verdict(found["rounds"])
    else:
        found["why"] = "there is nothing to choose between"
    taken = [each.segments for each in shown if each.config.id == found["verdict"]]
    return found | {"translation": list(taken[0]) if taken else None}


def _different(text: Text, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the complete candidates by id, those that say the same only once."""
    first: dict[tuple[str, ...], Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: each.config.id):
        whole = tuple(same(segment) for segment in candidate.segments if segment is not None)
        if candidate.came and len(whole) == len(candidate.segments) == len(text.segments):
            first.setdefault(whole, candidate)
    return list(first.values())


def _rounds(order: Sequence[Candidate], ask: Ask) -> list[dict[str, Any]]:
    rounds = []
    for shown in (order, order[::-1]):
        ids = [candidate.config.id for candidate in shown]
        made: dict[str, Any] = {"order": ids, "best": None, "scores": {}, "reason": "", "error": ""}
        rounds.append(made)
        try:
            made |= _read(ask(shown), ids)
        except ProviderError as error:
            made["error"] = f"{error.kind}: {error}"
            break  # without both orders there is no verdict
    return rounds


def _read(answer: object, ids: Sequence[int]) -> dict[str, Any]:
    """Turn positions into ids; raises InvalidAnswerError for anything that was not asked for."""
    if not isinstance(answer, Mapping):
        raise InvalidAnswerError("the judge's answer is no object")
    best, listed, reason = answer.get("best"), answer.get("scores"), answer.get("reason")
    if not _position(best, ids) or not isinstance(listed, list) or not isinstance(reason, str):
        raise InvalidAnswerError(f"the judge's answer does not name one of {len(ids)} candidates")
    scores = {}
    for each in listed:
        if not isinstance(each, Mapping) or not _position(each.get("candidate"), ids):
            raise InvalidAnswerError("the judge scores a candidate that there is not")
        if not _is_score(each.get("score")):
            raise InvalidAnswerError("a score of the judge is not a number from 0 to 100")
        scores[ids[each["candidate"] - 1]] = float(each["score"])
    if len(listed) != len(ids) or set(scores) != set(ids):
        raise InvalidAnswerError(f"the judge scores {len(scores)} of {len(ids)} candidates")
    if scores[ids[best - 1]] < max(scores.values()):
        raise InvalidAnswerError("the judge's best candidate has not its best score")
    return {
        "best": ids[best - 1],
        "scores": {str(each): scores[each] for each in sorted(scores)},
        "reason": reason,
    }


def _position(value: Any, ids: Sequence[int]) -> TypeGuard[int]:
    return type(value) is int and 1 <= value <= len(ids)


def _is_score(value: Any) -> bool:
    return type(value) in {int, float} and 0 <= value <= 100


def _verdict(rounds: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
    for number, made in enumerate(rounds, start=1):
        if made["error"]:
            return None, f"round {number} failed, {made['error']}"
    first, second = (made["best"] for made in rounds)
    if first == second:
        return first, "best in both orders"
    means = {
        int(each): fmean(made["scores"][each] for made in rounds) for each in rounds[0]["scores"]
    }
    top = [each for each in sorted(means) if means[each] == max(means.values())]
    if len(top) == 1:
        return top[0], "best mean score; each order had another best"
    return None, "each order had another best, and their scores are level"
