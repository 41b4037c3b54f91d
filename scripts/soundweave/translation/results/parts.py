"""What a record tells of its candidates, for the Markdown and for the terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soundweave.translation.model import TITLE, Kind, Segment, Text
from soundweave.translation.texts.source_texts import UNTRANSLATED, one_piece
from soundweave.translation.texts.text_files import CONTROLS

Record = Mapping[str, Any]
SCORES = ("consensus", "marks", "prior", "total")
NOTHING = "–"


@dataclass(frozen=True)
class Row:
    """A candidate: who made it, its scores as text in the order of SCORES, what became of it."""

    id: int
    by: str
    scores: tuple[str, ...]
    note: str


def rows(record: Record) -> list[Row]:
    """Return a row for each candidate, by id."""
    made = sorted(record["candidates"], key=lambda candidate: int(candidate["config"]["id"]))
    return [_row(candidate, record["evaluation"], shares_of(record)) for candidate in made]


def choice(record: Record) -> str:
    """Return in one sentence what was taken, and by what."""
    method, shares = _words(record["evaluation"]["method"]), shares_of(record)
    if len(shares) == 1 and None not in shares:
        return f"Taken: candidate {next(iter(shares))}, by {method}."
    parts = [f"{count} of candidate {id_}" for id_, count in shares.items() if id_ is not None]
    parts += [f"{shares[None]} of nobody"] if None in shares else []
    return f"Taken: the best of each segment, by {method}: {', '.join(parts)}."


def _words(method: str) -> str:
    # The total decides: consensus, less the marks' cost, with the prior.
    for name, words in (("consensus", "the highest total"), ("only one", "being the only one")):
        if method.startswith(name):
            return words + method.removeprefix(name)
    return method


def text_of(record: Record) -> Text:
    """Return the source as it was translated."""
    source = record["text"]
    return Text(
        name=source["name"],
        title=source["title"],
        author=source["author"],
        kind=Kind(source["kind"]),
        source_lang=source["source_lang"],
        target_langs=(record["lang"],),
        notes=source["notes"],
        segments=tuple(Segment(each["id"], each["text"]) for each in source["segments"]),
    )


def title(record: Record) -> str:
    """Return the translated title on one line; an interface text keeps its own."""
    text = text_of(record)
    first = record["translation"][0]
    if text.kind is Kind.INTERFACE or first["id"] != TITLE:
        return text.title
    return one_piece(Kind.PROSE, first["text"] or "") or UNTRANSLATED + text.title


def plain(value: object) -> str:
    """Return text without control characters but line ends and tabs."""
    return CONTROLS.sub("", str(value))


def costs(record: Record) -> str:
    """Return the ledger's totals in one sentence."""
    totals = record["ledger"]["totals"]
    unknown = totals["unknown_cost_requests"]
    more = f" and what {unknown} requests of unknown price cost" if unknown else ""
    return (
        f"{totals['requests']} requests, {totals['failed']} of them failed; "
        f"{totals['tokens']:,} tokens ({totals['prompt_tokens']:,} in, "
        f"{totals['completion_tokens']:,} out); cost {totals['cost']:.4f}{more}; "
        f"{totals['seconds']:.1f} s of waiting for answers."
    )


def _row(
    candidate: Mapping[str, Any], evaluation: Mapping[str, Any], shares: Mapping[int | None, int]
) -> Row:
    number = candidate["config"]["id"]
    found = [each for each in evaluation["scores"] if each["id"] == number]
    scores: Mapping[str, Any] = found[0] if found else {}
    return Row(
        id=number,
        by=_by(candidate["config"]),
        scores=tuple(_number(scores.get(name)) for name in SCORES),
        note="; ".join(_notes(candidate, evaluation, shares.get(number, 0))),
    )


def _by(config: Mapping[str, Any]) -> str:
    if config["route"]:
        return str(config["route"])
    parts = [config["model"], config["prompt"]]
    if config["temperature"] is not None:
        parts.append(f"temperature {config['temperature']:g}")
    return ", ".join(part for part in parts if part)


def _number(score: float | None) -> str:
    return NOTHING if score is None else f"{score:.2f}"


def _notes(
    candidate: Mapping[str, Any], evaluation: Mapping[str, Any], taken: int
) -> Iterator[str]:
    number, error, segments = candidate["config"]["id"], candidate["error"], evaluation["segments"]
    if error:
        yield f"{error}: {candidate['message']}" if candidate["message"] else error
    rejected = [each for each in evaluation["rejected"] if each["id"] == number and not error]
    yield from (f"rejected: {', '.join(each['reasons'])}" for each in rejected)
    if not rejected and not error and (lacking := _rejected_segments(number, segments)):
        yield lacking
    if str(number) in evaluation["duplicates"]:
        yield f"same as {evaluation['duplicates'][str(number)]}"
    if taken:
        yield "chosen" if taken == len(segments) else f"{taken} of {len(segments)} segments chosen"


def _rejected_segments(number: int, segments: Sequence[Mapping[str, Any]]) -> str:
    found = [
        each["reasons"] for one in segments for each in one["rejected"] if each["id"] == number
    ]
    reasons = ", ".join(dict.fromkeys(reason for reasons in found for reason in reasons))
    return f"{len(found)} of {len(segments)} segments rejected: {reasons}" if found else ""


def shares_of(record: Record) -> dict[int | None, int]:
    """Return how many segments were taken from which candidate, by its id."""
    evaluation = record["evaluation"]
    segments = {each["config"]["id"]: each["segments"] for each in record["candidates"]}
    whole = evaluation["chosen"]
    if whole is not None and segments.get(whole) == evaluation["translation"]:
        return {whole: len(evaluation["translation"])}
    counts = Counter(each["chosen"] for each in evaluation["segments"])
    return dict(sorted(counts.items(), key=lambda share: share[0] or 0))
