"""translation.md: the translation on top, to be read and edited; below, how it came about."""

from collections.abc import Iterator, Sequence

from soundweave.base.errors import ConfigError
from soundweave.github import actions
from soundweave.translation.results.parts import (
    SCORES,
    Record,
    choice,
    costs,
    plain,
    rows,
    text_of,
    title,
)
from soundweave.translation.texts import front_matter, markdown_body, source_texts

# No translation can hold this line: there, "<" is escaped.
MARKER = "<!-- Edit what stands above. Below: how this translation came about, for the record. -->"


def render(record: Record) -> str:
    """Return the whole file."""
    text = text_of(record)
    meta = {
        "text": text.name,
        "lang": record["lang"],
        "title": markdown_body.escape(title(record)),
        "source_digest": record["text"]["digest"],
    }
    body = source_texts.body(text, [segment["text"] for segment in record["translation"]])
    story = "\n\n".join(_story(record))
    return front_matter.join(meta, f"{markdown_body.escape(body)}\n\n{MARKER}\n\n{story}")


def edited_body(markdown: str) -> str:
    """Return the words of the translation in a file that a person may have changed anyhow."""
    lines = markdown.split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == MARKER]
    fences = [number for number, line in enumerate(lines) if line.rstrip() == front_matter.FENCE]
    begin = fences[1] + 1 if len(fences) > 1 and fences[0] == 0 else 0
    body = "\n".join(lines[begin : marks[-1] if marks else None])
    return markdown_body.unescape(body).strip("\n")


def edited_title(markdown: str) -> str | None:
    """Return the title in such a file's front matter, on one line; None when it cannot be read."""
    try:
        found = front_matter.split(markdown, "").meta.get("title")
    except ConfigError:
        return None
    if not isinstance(found, str):
        return None
    return markdown_body.unescape(" ".join(found.split())) or None


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
    yield _table(header, [(row.id, row.by, *row.scores, row.note) for row in rows(record)])
    yield _cell(choice(record))
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
            (", ".join(map(str, each["order"])), each["best"], each["reason"] or each["error"])
            for each in judge["rounds"]
        ],
    )


def _review(record: Record) -> Iterator[str]:
    review = record["review"]
    yield "### Review"
    yield f"By {_cell(review['by'])}: {_cell(review['summary'])}"
    if review["remarks"]:
        remarks = [(each["id"], each["remark"], each["suggestion"]) for each in review["remarks"]]
        yield _table(("Segment", "Remark", "Suggestion"), remarks)


def _revision(record: Record) -> Iterator[str]:
    revision = record["revision"]
    yield "### Revision"
    taken = "taken" if revision["taken"] else f"not taken: {_cell(revision['why'])}"
    yield f"By {_cell(revision['by'])}, {taken}. Changes: {_cell(revision['changes'])}"


def _effort(record: Record) -> Iterator[str]:
    yield "### Effort"
    yield _cell(costs(record))
    stages = [
        (each["stage"], each["status"], f"{each['seconds']:.1f}", ", ".join(each["prompts"]))
        for each in record["stages"]
    ]
    yield _table(("Stage", "Status", "Seconds", "Prompts"), stages)


def _table(header: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    cells = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in body)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(value: object) -> str:
    return actions.markdown_text(plain("" if value is None else value))
