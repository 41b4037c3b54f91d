"""How a translation came about, taken from its record for a page: plain values, no words yet.

All texts here are untrusted. `reasons` and the like are codes: the page has words for those it
knows and shows others as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soundweave.translation.model import TITLE
from soundweave.translation.record import Record, candidates_of
from soundweave.website.pages.translations import word_diff
from soundweave.website.pages.translations.translation_pairs import safe_text
from soundweave.website.pages.translations.word_diff import Piece


@dataclass(frozen=True)
class Version:
    """What one or more candidates wrote for a passage; `winner` if it was chosen."""

    candidates: Sequence[int]
    text: str
    total: float | None
    winner: bool
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
    """What a stage took; `unknown` requests are missing in `cost`, because theirs is not known."""

    stage: str
    status: str
    seconds: float | None
    requests: int
    failed: int
    tokens_in: int
    tokens_out: int
    cost: float
    unknown: int


def passages(record: Record) -> Iterator[tuple[str, list[Version]]]:
    """Yield the id of each passage with what the candidates wrote, the winner first."""
    candidates = [candidate for candidate in candidates_of(record) if candidate.came]
    for index, segment in enumerate(record["evaluation"]["segments"]):
        totals = {score["id"]: score["total"] for score in segment["scores"]}
        reasons = {rejected["id"]: rejected["reasons"] for rejected in segment["rejected"]}
        versions: dict[str, Version] = {}
        for candidate in candidates:
            number, texts = candidate.config.id, candidate.segments
            text = texts[index] if index < len(texts) else None
            if text is None:
                continue
            before = versions.get(text) or Version((), "", None, winner=False, reasons=())
            versions[text] = Version(
                [*before.candidates, number],
                safe_text(text),
                totals.get(number, before.total),
                before.winner or number == segment["chosen"],
                reasons.get(number, ()),
            )
        yield segment["id"], sorted(versions.values(), key=lambda version: not version.winner)


def revision(record: Record) -> list[Change]:
    """Return what the revision changed in the chosen translation."""
    ids = [segment["id"] for segment in record["text"]["segments"]]
    return changes(ids, record["evaluation"]["translation"], record["revision"]["segments"])


def changes(
    ids: Sequence[str], before: Sequence[str | None], after: Sequence[str | None]
) -> list[Change]:
    """Return the passages that differ, up to the end of the shorter text."""
    return [
        _change(name, safe_text(old or ""), safe_text(new or ""))
        for name, old, new in zip(ids, before, after, strict=False)
        if (old or "") != (new or "")
    ]


def efforts(record: Record) -> tuple[list[Effort], Effort]:
    """Return what each stage took, in order, and the total."""
    requests: dict[str, list[Mapping[str, Any]]] = {}
    for entry in record["ledger"]["requests"]:
        requests.setdefault(str(entry["stage"]), []).append(entry)
    rows = [
        _effort(stage["stage"], stage["status"], stage["seconds"], requests.pop(stage["stage"], []))
        for stage in record["stages"]
    ]
    rows += [_effort(name, "", None, entries) for name, entries in requests.items()]
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
