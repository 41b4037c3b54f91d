"""translation.md: the translation on top, to be read and edited; below it, how it came about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from soundweave.base.errors import ConfigError
from soundweave.github import actions
from soundweave.translation.record import SCORES, Record, text_of
from soundweave.translation.results import parts
from soundweave.translation.texts import front_matter, markdown_body, source_texts

# No translation can contain this line: "<" is escaped there.
MARKER = "<!-- Edit what stands above. Below: how this translation came about, for the record. -->"


def render(record: Record) -> str:
    """Return the whole file."""
    text = text_of(record)
    meta = {
        "text": text.name,
        "lang": record["lang"],
        "title": markdown_body.escape(parts.title(record)),
        "source_digest": record["text"]["digest"],
    }
    body = source_texts.body(text, [segment["text"] for segment in record["translation"]])
    story = "\n\n".join(_story(record))
    return front_matter.join(meta, f"{markdown_body.escape(body)}\n\n{MARKER}\n\n{story}")


def edited_body(markdown: str) -> str:
    """Return the text of the translation in a file that a person may have edited in any way."""
    lines = markdown.split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == MARKER]
    fences = [number for number, line in enumerate(lines) if line.rstrip() == front_matter.FENCE]
    begin = fences[1] + 1 if len(fences) > 1 and fences[0] == 0 else 0
    body = "\n".join(lines[begin : marks[-1] if marks else None])
    return markdown_body.unescape(body).strip("\n")


def edited_title(markdown: str) -> str | None:
    """Return the title in such a file's front matter, on one line; None if it cannot be read."""
    try:
        title = front_matter.split(markdown, "").meta.get("title")
    except ConfigError:
        return None
    if not isinstance(title, str):
        return None
    return markdown_body.unescape(" ".join(title.split())) or None


def _story(record: Record) -> Iterator[str]:
    yield "## How it came about"
    replayed = " from recorded answers" if record["answers"] == "replay" else ""
    yield (
        f"By {_cell(record['engine'])}{replayed}, mode {_cell(record['workflow_mode'])}, "
        f"{_cell(record['made_at'])}."
    )
    yield from _candidates(record)
    yield from _judge(record)
    yield from _review(record)
    yield from _revision(record)
    yield from _effort(record)


def _candidates(record: Record) -> Iterator[str]:
    yield "### Candidates"
    header = ("Candidate", "By", *(name.capitalize() for name in SCORES), "What became of it")
    choice = parts.choice(record)
    rows = [parts.cells(candidate, choice.segments) for candidate in parts.candidates(record)]
    yield _table(header, rows)
    yield _cell(parts.in_words(choice))
    problems = [
        f"- Candidate {candidate['config']['id']}, {_cell(problem)}"
        for candidate in record["candidates"]
        for problem in candidate["problems"]
    ]
    if problems:
        yield "\n".join(problems)


def _judge(record: Record) -> Iterator[str]:
    judge = record["evaluation"].get("judge")
    if judge is None:
        return
    yield "### Judge"
    verdict = "none" if judge["verdict"] is None else f"candidate {judge['verdict']}"
    yield f"Verdict: {verdict}. {_cell(judge['why'])}"
    yield _table(
        ("Shown in the order", "Best", "Reason"),
        [
            (
                ", ".join(map(str, answer["order"])),
                answer["best"],
                answer["reason"] or answer["error"],
            )
            for answer in judge["rounds"]
        ],
    )


def _review(record: Record) -> Iterator[str]:
    review = record["review"]
    yield "### Review"
    yield f"By {_cell(review['by'])}: {_cell(review['summary'])}"
    if review["remarks"]:
        rows = [
            (remark["id"], remark["remark"], remark["suggestion"]) for remark in review["remarks"]
        ]
        yield _table(("Segment", "Remark", "Suggestion"), rows)


def _revision(record: Record) -> Iterator[str]:
    revision = record["revision"]
    yield "### Revision"
    outcome = "taken" if revision["taken"] else f"not taken: {_cell(revision['why'])}"
    yield f"By {_cell(revision['by'])}, {outcome}. Changes: {_cell(revision['changes'])}"


def _effort(record: Record) -> Iterator[str]:
    yield "### Effort"
    yield _cell(_costs(record["ledger"]["totals"]))
    rows = [
        (stage["stage"], stage["status"], f"{stage['seconds']:.1f}", ", ".join(stage["prompts"]))
        for stage in record["stages"]
    ]
    yield _table(("Stage", "Status", "Seconds", "Prompts"), rows)


def _costs(totals: Mapping[str, Any]) -> str:
    unknown = totals["unknown_cost_requests"]
    more = f" and what {unknown} requests of unknown price cost" if unknown else ""
    return (
        f"{totals['requests']} requests, {totals['failed']} of them failed; "
        f"{totals['tokens']:,} tokens ({totals['prompt_tokens']:,} in, "
        f"{totals['completion_tokens']:,} out); cost {totals['cost']:.4f}{more}; "
        f"{totals['seconds']:.1f} s of waiting for answers."
    )


def _table(header: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    cells = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in body)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(value: object) -> str:
    return actions.markdown_text(parts.plain("" if value is None else value))
