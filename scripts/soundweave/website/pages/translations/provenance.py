"""How a translation came about, taken from its record for a page: plain values, no words yet.

All texts in here are foreign. `reason` and the like are codes: the page has words for those it
knows and shows the others as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soundweave.translation.model import TITLE
from soundweave.translation.results.parts import SCORES, Record, shares_of
from soundweave.website.pages.translations import word_diff
from soundweave.website.pages.translations.translation_pairs import shown
from soundweave.website.pages.translations.word_diff import Piece

METHODS = {"consensus": "total", "only one": "only", "judge": "judge", "none": "none"}


@dataclass(frozen=True)
class Candidate:
    """One candidate; `scores` are by name, None where there is none, `total` bounded to 0..100.

    `taken` counts the passages that come from it, `open` those in which it may not be taken, for
    `reasons`. `error` is why it failed as a whole, `twin` another one that says the same.
    """

    id: int
    route: str
    model: str
    prompt: str
    temperature: float | None
    scores: Mapping[str, float | None]
    total: float | None
    taken: int
    open: int
    reasons: Sequence[str]
    error: str
    message: str
    twin: int | None
    seconds: float


@dataclass(frozen=True)
class Choice:
    """Why the winner won: `method` is one of METHODS' values.

    `number` is the candidate that was taken whole, else `shares` says how many passages (of all)
    come from which candidate. `lead` is how far ahead of the second it was, in points.
    """

    method: str
    number: int | None
    shares: Mapping[int | None, int]
    passages: int
    lead: float | None
    second: int | None
    forced: bool  # by passage, though the best whole text was wanted
    no_verdict: str


@dataclass(frozen=True)
class Said:
    """What candidates wrote for one passage; several `numbers` wrote the same."""

    numbers: Sequence[int]
    text: str
    total: float | None
    chosen: bool
    reasons: Sequence[str]


@dataclass(frozen=True)
class Change:
    """A passage that was changed, as the pieces of a word diff."""

    id: str
    pieces: Sequence[Piece]
    removed: int
    added: int


@dataclass(frozen=True)
class Effort:
    """What a stage took; `cost` is what is known of it, `unknown` requests have no known cost."""

    stage: str
    status: str
    seconds: float | None
    requests: int
    failed: int
    tokens_in: int
    tokens_out: int
    cost: float
    unknown: int


def candidates(record: Record) -> list[Candidate]:
    """Return all candidates by their number."""
    made = sorted(record["candidates"], key=lambda one: int(one["config"]["id"]))
    shares = shares_of(record)
    return [_candidate(one, record["evaluation"], shares) for one in made]


def choice(record: Record) -> Choice:
    """Return what was chosen, and by what."""
    evaluation, shares = record["evaluation"], shares_of(record)
    method = str(evaluation["method"])
    whole = next(iter(shares), None) if len(shares) == 1 else None
    ranked = sorted(
        (one for one in evaluation["scores"] if one["total"] is not None),
        key=lambda one: -one["total"],
    )
    leads = whole is not None and len(ranked) > 1 and ranked[0]["id"] == whole
    return Choice(
        method=next((word for name, word in METHODS.items() if method.startswith(name)), "none"),
        number=whole,
        shares=shares,
        passages=len(evaluation["translation"]),
        lead=ranked[0]["total"] - ranked[1]["total"] if leads else None,
        second=ranked[1]["id"] if leads else None,
        forced="by segment as" in method,
        no_verdict=method.partition("the judge gave no verdict: ")[2],
    )


def passages(record: Record) -> Iterator[tuple[str, list[Said]]]:
    """Yield the id of each passage with what the candidates wrote, the chosen one first."""
    texts = {
        one["config"]["id"]: one["segments"] for one in record["candidates"] if not one["error"]
    }
    for index, segment in enumerate(record["evaluation"]["segments"]):
        totals = {score["id"]: score["total"] for score in segment["scores"]}
        refused = {one["id"]: one["reasons"] for one in segment["rejected"]}
        said: dict[str, Said] = {}
        for number, written in texts.items():
            text = written[index] if index < len(written) else None
            if text is None:
                continue
            before = said.get(text)
            chosen = number == segment["chosen"]
            said[text] = Said(
                [*(before.numbers if before else ()), number],
                shown(text),
                totals.get(number, before.total if before else None),
                chosen or (before is not None and before.chosen),
                refused.get(number, ()),
            )
        yield segment["id"], sorted(said.values(), key=lambda one: not one.chosen)


def revision(record: Record) -> list[Change]:
    """Return what the revision changed in the chosen translation."""
    ids = [segment["id"] for segment in record["text"]["segments"]]
    return changes(ids, record["evaluation"]["translation"], record["revision"]["segments"])


def changes(
    ids: Sequence[str], before: Sequence[str | None], after: Sequence[str | None]
) -> list[Change]:
    """Return the passages that differ; of texts of different lengths, as far as both go."""
    return [
        _change(name, shown(old or ""), shown(new or ""))
        for name, old, new in zip(ids, before, after, strict=False)
        if (old or "") != (new or "")
    ]


def efforts(record: Record) -> tuple[list[Effort], Effort]:
    """Return what each stage took, in their order, and all of them together."""
    requests: dict[str, list[Mapping[str, Any]]] = {}
    for entry in record["ledger"]["requests"]:
        requests.setdefault(str(entry["stage"]), []).append(entry)
    rows = [
        _effort(one["stage"], one["status"], one["seconds"], requests.pop(one["stage"], []))
        for one in record["stages"]
    ]
    rows += [_effort(stage, "", None, entries) for stage, entries in requests.items()]
    totals = record["ledger"]["totals"]
    return rows, Effort(
        stage="",
        status="",
        seconds=sum(row.seconds or 0 for row in rows),
        requests=totals["requests"],
        failed=totals["failed"],
        tokens_in=totals["prompt_tokens"],
        tokens_out=totals["completion_tokens"],
        cost=totals["cost"],
        unknown=totals["unknown_cost_requests"],
    )


def _candidate(
    one: Mapping[str, Any], evaluation: Mapping[str, Any], shares: Mapping[int | None, int]
) -> Candidate:
    config = one["config"]
    number = config["id"]
    found = (each for each in evaluation["scores"] if each["id"] == number)
    scores: Mapping[str, Any] = next(found, {})
    refused = [
        each["reasons"]
        for segment in evaluation["segments"]
        for each in segment["rejected"]
        if each["id"] == number and not one["error"]
    ]
    total = scores.get("total")
    return Candidate(
        id=number,
        route=config["route"],
        model=config["model"],
        prompt=config["prompt"],
        temperature=config["temperature"],
        scores={name: scores.get(name) for name in SCORES},
        total=None if total is None else min(max(total, 0.0), 100.0),
        taken=shares.get(number, 0),
        open=len(refused),
        reasons=list(dict.fromkeys(reason for reasons in refused for reason in reasons)),
        error=one["error"],
        message=one["message"],
        twin=evaluation["duplicates"].get(str(number)),
        seconds=one["seconds"],
    )


def _change(name: str, before: str, after: str) -> Change:
    pieces = word_diff.pieces(before, after)
    counts = [word_diff.count(pieces, kind) for kind in (word_diff.REMOVED, word_diff.ADDED)]
    return Change("" if name == TITLE else name, pieces, *counts)


def _effort(
    stage: str, status: str, seconds: float | None, entries: Sequence[Mapping[str, Any]]
) -> Effort:
    def total(name: str) -> int:
        return sum(entry.get(name) or 0 for entry in entries)

    return Effort(
        stage=stage,
        status=status,
        seconds=seconds,
        requests=len(entries),
        failed=sum(entry["outcome"] != "ok" for entry in entries),
        tokens_in=total("prompt_tokens"),
        tokens_out=total("completion_tokens"),
        cost=sum(entry.get("cost") or 0.0 for entry in entries),
        unknown=sum(entry.get("cost") is None for entry in entries),
    )
