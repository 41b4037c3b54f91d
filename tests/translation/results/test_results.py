import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundweave.base import files, schemas
from soundweave.base.errors import ConfigError
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Segment, Text, digest_of
from soundweave.translation.record import (
    DecidedBy,
    EvaluationRecord,
    Record,
    Remark,
    Score,
    SegmentEvaluation,
)
from soundweave.translation.results import markdown as result_markdown
from soundweave.translation.results import parts, result_files, terminal
from soundweave.translation.texts import markdown_body, source_texts

POEM = Text(
    name="river",
    title="River",
    author="A. Nonymous",
    kind=Kind.POEM,
    source_lang="en",
    target_langs=("es",),
    notes="",
    segments=(Segment("title", "River"), Segment("1", "One\n  two"), Segment("2", "three\nfour")),
)
INTERFACE = Text(
    name="site",
    title="Words",
    author="A. Nonymous",
    kind=Kind.INTERFACE,
    source_lang="en",
    target_langs=("es",),
    notes="",
    segments=(Segment("page.title", "Map of {count}"), Segment("page.end", "End")),
)
SPANISH = ("Río", "Uno\n  dos", "tres\ncuatro")
HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "---\ntitle: taken over\n---",
    result_markdown.MARKER,
    f"x\n{result_markdown.MARKER}\n## Not ours",
    "| a | b |\n|---|---|\n| c | d |",
    "# head\n- list\n1. one\n> quote\n    code\n```\nfence",
    "[link](javascript:alert(1)) ![image](https://example.org/x.png) <https://example.org>",
    "*bold* _it_ `code` ~~no~~ $x$ &lt; &amp; \\",
    "مرحبا \u202e txt.exe",
    "\"quotes\" 'single' {count} %s",
    "\x1b[31mred\x07 \x00",
    "half a pair \ud83d",
    "https://example.org/a_b www.example.org/c_d",
]


def candidate_of(number: int, segments: Sequence[str | None], **changes: Any) -> Candidate:
    config = CandidateConfig(number, "apertium", route=f"route-{number}")
    marks = (0,) * len(segments)
    return replace(Candidate(config, tuple(segments), marks), **changes)


def scores(*numbers: int) -> list[Score]:
    return [
        {"id": n, "consensus": 40.0 + n, "marks": -0.5, "prior": 0.0, "total": 39.5 + n}
        for n in numbers
    ]


def record_of(text: Text, final: Sequence[str | None], *, lang: str = "es") -> Record:
    ids = [segment.id for segment in text.segments]
    candidates = [candidate_of(1, ["x"] * len(ids)), candidate_of(2, final)]
    segments: list[SegmentEvaluation] = [
        {"id": id_, "chosen": 2, "scores": scores(1, 2), "rejected": []} for id_ in ids
    ]
    request: dict[str, Any] = {
        "id": "a1",
        "at": "2026-02-03T04:05:06Z",
        "stage": "InitialTranslation",
    }
    request |= {"provider": "apertium", "model": "route-1", "outcome": "ok", "cost": 0.0}
    return {
        "text": {
            "name": text.name,
            "title": text.title,
            "author": text.author,
            "kind": str(text.kind),
            "source_lang": text.source_lang,
            "notes": text.notes,
            "digest": text.digest(),
            "segments": [{"id": segment.id, "text": segment.text} for segment in text.segments],
        },
        "lang": lang,
        "engine": "apertium",
        "answers": "live",
        "workflow_mode": "hybrid",
        "executor": "process",
        "parallel_count": 2,
        "candidates": [candidate.to_json() for candidate in candidates],
        "evaluation": {
            "select": "text",
            "method": "consensus",
            "decision": {"by": DecidedBy.TOTAL, "no_complete_text": False, "no_verdict": ""},
            "valid": [1, 2],
            "rejected": [],
            "duplicates": {},
            "scores": scores(1, 2),
            "segments": segments,
            "chosen": 2,
            "translation": list(final),
        },
        "review": {"by": "rules", "remarks": [], "summary": "no remarks"},
        "revision": {
            "by": "rules",
            "segments": list(final),
            "changes": "none",
            "taken": True,
            "why": "",
        },
        "translation": [{"id": id_, "text": text_} for id_, text_ in zip(ids, final, strict=True)],
        "stages": [
            {
                "stage": "Evaluation",
                "status": "done",
                "seconds": 0.5,
                "prompts": {"judge": "0" * 64},
            }
        ],
        "ledger": {
            "totals": {
                "requests": 1,
                "failed": 0,
                "prompt_tokens": 1000,
                "completion_tokens": 234,
                "tokens": 1234,
                "cost": 0.0021,
                "unknown_cost_requests": 0,
                "seconds": 1.5,
            },
            "requests": [request],
        },
        "made_at": "2026-02-03T04:05:06Z",
    }


def with_evaluation(record: Record, **changes: Any) -> Record:
    evaluation = cast("EvaluationRecord", {**record["evaluation"], **changes})
    return record | {"evaluation": evaluation}


def state(folder: Path, text: Text, lang: str) -> str:
    return str(result_files.status(folder, text, lang))


def test_what_is_written_is_read_back_and_fits_the_schema(tmp_path: Path) -> None:
    record = record_of(POEM, SPANISH)
    paths = result_files.write(tmp_path, record)
    place = tmp_path / "river" / "es"
    assert paths == [place / "translation.json", place / "translation.md"]
    assert sorted(place.iterdir()) == sorted(paths)
    back = result_files.read(tmp_path, "river", "es")
    assert back is not None
    assert {key: value for key, value in back.items() if key in record} == record
    assert [Candidate.from_json(plain) for plain in back["candidates"]] == [
        candidate_of(1, ["x"] * 3),
        candidate_of(2, SPANISH),
    ]
    schemas.check("translation", back, "record")


def test_the_markdown_begins_with_the_translation(tmp_path: Path) -> None:
    markdown = result_files.write(tmp_path, record_of(POEM, SPANISH))[1].read_text(encoding="utf-8")
    top, marker, story = markdown.partition(f"\n\n{result_markdown.MARKER}\n\n")
    assert marker
    assert top == (
        f"---\ntext: river\nlang: es\ntitle: Río\nsource_digest: {POEM.digest()}\n---\n\n"
        "Uno\\\n\u00a0\u00a0dos\n\ntres\\\ncuatro"
    )
    for words in ("| 2 | route\\-2 |", "| 42.00 |", "no remarks", "1,234 tokens", "judge"):
        assert words.replace("\\-", "-") in story


def test_an_interface_keeps_a_string_a_line(tmp_path: Path) -> None:
    record = record_of(INTERFACE, ["Mapa de {count}\npage.end: mine", None])
    top = result_files.write(tmp_path, record)[1].read_text().partition(result_markdown.MARKER)[0]
    assert "title: Words\n" in top
    assert top.endswith(
        "\n\npage.title: Mapa de {count} page.end: mine\\\npage.end: \\[untranslated\\] End\n\n"
    )


def test_a_text_is_translated_once_and_again_when_it_changed(tmp_path: Path) -> None:
    assert state(tmp_path, POEM, "es") == "due"
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    assert state(tmp_path, POEM, "es") == "unchanged"
    assert state(tmp_path, POEM, "fr") == "due"
    other = Text(**{**vars(POEM), "notes": "calmer"})
    assert state(tmp_path, other, "es") == "due"
    result_files.write(tmp_path, record_of(other, SPANISH))
    assert state(tmp_path, other, "es") == "unchanged"


def test_a_deleted_markdown_file_is_made_anew(tmp_path: Path) -> None:
    path = result_files.write(tmp_path, record_of(POEM, SPANISH))[1]
    path.unlink()
    assert state(tmp_path, POEM, "es") == "due"
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    assert path.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("total", "")),
        ({"duplicates": {"1": 2}}, ("only", "")),
        ({"valid": [2]}, ("only", "")),
        ({"valid": [], "chosen": None}, ("none", "")),
        ({"judge": {"verdict": 2, "why": "agreed", "seed": 1, "rounds": []}}, ("judge", "")),
        ({"judge": {"verdict": None, "why": "torn", "seed": 1, "rounds": []}}, ("total", "torn")),
        ({"judge": {"verdict": 1, "why": "odd", "seed": 1, "rounds": []}}, ("total", "")),
        ({"judge": {"verdict": None, "why": "", "seed": 1, "rounds": []}}, ("total", "")),
    ],
)
def test_records_of_version_0_1_are_read_as_they_were_written(
    tmp_path: Path, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    path, _ = result_files.write(tmp_path, with_evaluation(record_of(POEM, SPANISH), **changes))
    old = json.loads(path.read_text())
    del old["evaluation"]["decision"]
    del old["record_digest"]
    path.write_text(json.dumps(old | {"record_digest": digest_of(old)}))
    assert state(tmp_path, POEM, "es") == "unchanged"
    record = result_files.read(tmp_path, "river", "es")
    assert record is not None
    decision = parts.choice(record).decision
    assert (decision["by"], decision["no_verdict"]) == expected


def test_line_ends_that_git_changed_are_no_edit(tmp_path: Path) -> None:
    for path in result_files.write(tmp_path, record_of(POEM, SPANISH)):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert state(tmp_path, POEM, "es") == "unchanged"
    assert result_files.edited(tmp_path, "river", "es") is None


@pytest.mark.parametrize("moment", ["before the record", "before the markdown"])
def test_a_write_that_was_stopped_does_not_look_like_an_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    result_files.write(tmp_path, record_of(POEM, SPANISH))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    name = "write_json" if moment == "before the record" else "write_text"
    if name == "write_text":
        write_json = files.write_json
        monkeypatch.setattr(files, "write_json", lambda p, v: real(write_json, p, v))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(files, name, stop)
        result_files.write(tmp_path, record_of(POEM, ["Ría", *SPANISH[1:]]))
    assert state(tmp_path, POEM, "es") == "due"
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    assert state(tmp_path, POEM, "es") == "unchanged"


def real(write: Any, path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def change_markdown(place: Path) -> None:
    path = place / "translation.md"
    path.write_text(path.read_text().replace("Uno", "Un solo"))


def change_story(place: Path) -> None:
    path = place / "translation.md"
    path.write_text(path.read_text() + "my note\n")


def change_record(place: Path) -> None:
    path = place / "translation.json"
    path.write_text(path.read_text().replace("Uno", "Un solo"))


def change_record_alone(place: Path) -> None:
    change_record(place)
    (place / "translation.md").unlink()


def damage_record(place: Path) -> None:
    (place / "translation.json").write_text("{")


def misfit_record(place: Path) -> None:
    path = place / "translation.json"
    path.write_text(path.read_text().replace('"lang"', '"language"'))


def nest_record(place: Path) -> None:
    (place / "translation.json").write_text("[" * 100_000)


def remove_record(place: Path) -> None:
    (place / "translation.json").unlink()


def spoil_both(place: Path) -> None:
    damage_record(place)
    (place / "translation.md").write_bytes(b"\xff")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (change_markdown, "edited by hand"),
        (change_story, "edited by hand"),
        (change_record, "edited by hand; translation.json was changed"),
        (change_record_alone, "edited by hand; translation.json was changed"),
        (damage_record, "edited by hand or damaged; .*translation.json is not JSON: .*move it .*"),
        (misfit_record, "edited by hand or damaged; .*translation.json: .*language.*move it .*"),
        (nest_record, "edited by hand or damaged; .*translation.json is nested .*move it .*"),
        (remove_record, "edited by hand; translation.json is missing"),
        (spoil_both, "edited by hand or damaged; .*is not JSON: .*"),
    ],
)
def test_what_a_person_did_is_never_overwritten(tmp_path: Path, change: Any, why: str) -> None:
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    place = tmp_path / "river" / "es"
    change(place)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    assert re.fullmatch(why, state(tmp_path, POEM, "es"), re.DOTALL)
    with pytest.raises(ConfigError, match="move"):
        result_files.write(tmp_path, record_of(POEM, ["Nuevo", *SPANISH[1:]]))
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_an_edit_is_kept_when_the_source_changes_but_said(tmp_path: Path) -> None:
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    change_markdown(tmp_path / "river" / "es")
    other = Text(**{**vars(POEM), "title": "Rivers"})
    assert state(tmp_path, other, "es") == "edited by hand; the source has changed since"


def test_a_persons_words_are_read_for_the_site(tmp_path: Path) -> None:
    path = result_files.write(tmp_path, record_of(POEM, SPANISH))[1]
    assert result_files.edited(tmp_path, "river", "es") is None
    assert result_files.edited_title(tmp_path, "river", "es") is None
    path.write_text(path.read_text().replace("title: Río", 'title: "El: río"'))
    assert result_files.edited(tmp_path, "river", "es") == "Uno\n  dos\n\ntres\ncuatro"
    assert result_files.edited_title(tmp_path, "river", "es") == "El: río"
    change_markdown(path.parent)
    assert result_files.edited(tmp_path, "river", "es") == "Un solo\n  dos\n\ntres\ncuatro"


@pytest.mark.parametrize(
    ("content", "body", "title"),
    [
        ("mine\n", "mine", None),
        ("", "", None),
        (
            "---\ntitle: T\n---\n\nmine *so* \\* &lt;b&gt; &eacute;\\\nend\\\\\n",
            "mine *so* * <b> é\nend\\",
            "T",
        ),
        ("\ufeff---\r\ntitle: T\r\n---\r\n\r\nmine\r\n\r\nyours", "mine\n\nyours", "T"),
        ("---\ntitle: [a]\n---\nmine", "mine", None),
        ("---\n{\n---\nmine", "mine", None),
        ("---\nnever closed", "---\nnever closed", None),
        (f"one\n\n{result_markdown.MARKER}\nno", "one", None),
    ],
)
def test_whatever_a_person_left_is_read(
    tmp_path: Path, content: str, body: str, title: str | None
) -> None:
    path = result_files.write(tmp_path, record_of(POEM, SPANISH))[1]
    path.write_bytes(content.encode())
    assert result_files.edited(tmp_path, "river", "es") == body
    assert result_files.edited_title(tmp_path, "river", "es") == title
    (path.parent / "translation.json").unlink()
    assert result_files.edited(tmp_path, "river", "es") == body


def test_a_file_that_is_no_text_is_a_clear_error(tmp_path: Path) -> None:
    result_files.write(tmp_path, record_of(POEM, SPANISH))
    spoil_both(tmp_path / "river" / "es")
    with pytest.raises(ConfigError, match=r"translation\.md is not UTF-8"):
        result_files.edited(tmp_path, "river", "es")
    with pytest.raises(ConfigError, match=r"translation\.json is not JSON"):
        result_files.read(tmp_path, "river", "es")


def test_nothing_is_there(tmp_path: Path) -> None:
    assert result_files.read(tmp_path, "river", "es") is None
    assert result_files.edited(tmp_path, "river", "es") is None


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("../river", "es"),
        ("river", "../es"),
        ("river", "es\n"),
        ("", "es"),
        ("a/b", "es"),
        ("/a", "es"),
    ],
)
def test_no_path_is_made_of_anything_but_names(tmp_path: Path, name: str, lang: str) -> None:
    folder = tmp_path / "translations"
    record = record_of(POEM, SPANISH, lang=lang)
    record["text"]["name"] = name
    with pytest.raises(ConfigError):
        result_files.write(folder, record)
    for look in (result_files.read, result_files.edited):
        with pytest.raises(ConfigError, match="is not a translation"):
            look(folder, name, lang)
    with pytest.raises(ConfigError, match="is not a translation"):
        result_files.status(folder, Text(**{**vars(POEM), "name": name}), lang)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.pop("review"), "'review' is a required property"),
        (lambda record: record.update(extra=1), "'extra' was unexpected"),
        (lambda record: record["candidates"][0].update(key="secret"), "'key' was unexpected"),
        (lambda record: record["ledger"]["requests"][0].update(headers={}), "headers"),
        (lambda record: record["translation"].pop(), "segments are not those"),
        (lambda record: record["translation"].reverse(), "segments are not those"),
        (lambda record: record["evaluation"]["duplicates"].update({"x": 1}), "'x' does not match"),
    ],
)
def test_a_record_that_does_not_fit_is_not_written(
    tmp_path: Path, change: Any, message: str
) -> None:
    record = record_of(POEM, SPANISH)
    change(record)
    with pytest.raises(ConfigError, match=message):
        result_files.write(tmp_path, record)
    assert list(tmp_path.iterdir()) == []


def everywhere(words: str) -> Record:
    """Return a record that holds `words` wherever a model or an API may have put something."""
    record = record_of(POEM, [words] * 3)
    record["candidates"][0] |= {"error": "invalid", "message": words, "segments": [], "marks": []}
    record["candidates"][1] |= {"problems": [words], "notes": words}
    record["candidates"][1]["config"] |= {"route": "", "model": words, "prompt": words}
    remark: Remark = {"id": words, "remark": words, "suggestion": words}
    record["review"] = {"by": words, "summary": words, "remarks": [remark]}
    record["revision"] |= {"by": words, "changes": words, "why": words, "taken": False}
    rounds = [{"order": [2, 1], "best": 2, "scores": {"2": 90}, "reason": words, "error": ""}]
    judge = {"verdict": None, "why": words, "seed": 1, "rounds": rounds}
    decision = {"by": DecidedBy.TOTAL, "no_complete_text": False, "no_verdict": words}
    record = with_evaluation(record, method=words, decision=decision, judge=judge)
    record["ledger"]["requests"][0] |= {"outcome": words, "model": words}
    return record


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_a_model_says_is_markup(tmp_path: Path, words: str) -> None:
    markdown = result_files.write(tmp_path, everywhere(words))[1].read_text(encoding="utf-8")
    assert markdown.count("<") == markdown.count(">") == 1  # the marker's
    assert markdown.count(result_markdown.MARKER) == 1
    assert [line for line in markdown.split("\n") if line == "---"] == ["---", "---"]
    assert not re.search(r"(?<!\\)[`*\[\]]", markdown)
    assert not [
        char
        for char in markdown
        if unicodedata.category(char) in {"Cc", "Cs"} - {"\n"} and char != "\n"
    ]
    headings = [line for line in markdown.split("\n") if line.startswith("#")]
    assert headings[0] == "## How it came about"
    assert len(headings) == 6
    story = markdown.partition(result_markdown.MARKER)[2]
    for table in re.findall(r"(?m)(?:^\|.*\n?)+", story):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().split("\n")}
        assert len(columns) == 1, table
    assert state(tmp_path, POEM, "es") == "unchanged"


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_translation_comes_back_as_its_words(tmp_path: Path, words: str) -> None:
    record = record_of(POEM, [words] * 3)
    path = result_files.write(tmp_path, record)[1]
    back = result_files.read(tmp_path, "river", "es")
    assert back is not None
    assert back["translation"][1]["text"] == words.replace("\ud83d", "\ufffd")
    path.write_text(path.read_text(encoding="utf-8") + "edited\n", encoding="utf-8")
    stanza = source_texts.one_piece(Kind.POEM, words.replace("\ud83d", "\ufffd"))
    assert result_files.edited(tmp_path, "river", "es") == f"{stanza}\n\n{stanza}"
    title = result_files.edited_title(tmp_path, "river", "es")
    assert title == " ".join(
        source_texts.one_piece(Kind.PROSE, words.replace("\ud83d", "\ufffd")).split()
    )


MARKS = st.sampled_from([*"\\`*_[]|~$#+-=:.)(&<>1 \t\nañ", "&amp;", "<b>", "---", "http://", "1. "])


@example("ends with a backslash \\\nso there are two")
@example("https://example.org/a_b and WWW.example.org")
@given(st.lists(MARKS | st.characters(exclude_categories=["Cc", "Cs"])).map("".join))
def test_markdown_of_any_body_says_just_that(body: str) -> None:
    blocks = [source_texts.one_piece(Kind.POEM, block) for block in body.split("\n\n")]
    expected = "\n\n".join(filter(None, blocks))
    indented = "\n".join(
        line[: len(line) - len(line.lstrip(" \t\u00a0"))].expandtabs(4).replace("\u00a0", " ")
        + line.lstrip(" \t\u00a0")
        for line in expected.split("\n")
    )
    escaped = markdown_body.escape(expected)
    assert markdown_body.unescape(escaped) == indented
    assert not re.search(r"[<>]|(?<!\\)(?:\\\\)*[`*_\[\]|~$]", escaped)
    assert not re.search(r"(?i)://|www\.", escaped)
    assert not re.search(r"(?m)^(?: |\t|[#+=-]|\d+[.)])", escaped)


@pytest.mark.parametrize(
    ("evaluation", "notes", "choice"),
    [
        ({}, ["", "chosen"], "candidate 2, by the highest total"),
        (
            {"chosen": 1, "translation": ["Río", "x", None], "select": "segment"},
            ["1 of 3 segments chosen", "1 of 3 segments chosen"],
            "the best of each segment, by the highest total: "
            "1 of candidate 1, 1 of candidate 2, 1 of nobody",
        ),
        (
            {"rejected": [{"id": 1, "reasons": ["empty", "length"]}], "duplicates": {"1": 2}},
            ["rejected: empty, length; same as 2", "chosen"],
            "candidate 2, by the highest total",
        ),
    ],
)
def test_the_comparison_tells_what_became_of_each_candidate(
    evaluation: dict[str, Any], notes: list[str], choice: str
) -> None:
    record = with_evaluation(record_of(POEM, SPANISH), **evaluation)
    if evaluation.get("select") == "segment":
        for segment, winner in zip(record["evaluation"]["segments"], [2, 1, None], strict=True):
            segment["chosen"] = winner
    output = terminal.comparison(record, 200)
    lines = output.split("\n")
    assert lines[0] == "river: River (en → es)"
    assert re.fullmatch(r"id +by +consensus +marks +prior +total +note", lines[1])
    for line, number, note in zip(lines[2:4], (1, 2), notes, strict=True):
        cells = re.split(r" {2,}", line)
        expected = [str(number), f"route-{number}", f"{40 + number}.00", "-0.50", "0.00"]
        assert cells == [*expected, f"{39.5 + number:.2f}", *([note] if note else [])]
    assert f"Taken: {choice}." in lines


def test_segments_that_were_rejected_are_counted() -> None:
    record = record_of(POEM, SPANISH)
    for segment, reasons in zip(
        record["evaluation"]["segments"][1:], ("empty", "lines"), strict=True
    ):
        segment["rejected"] = [{"id": 1, "reasons": ["length", reasons]}]
    line = terminal.comparison(record, 200).split("\n")[2]
    assert line.endswith("  2 of 3 segments rejected: length, empty, lines")
    record["evaluation"]["rejected"] = [{"id": 1, "reasons": ["length"]}]
    line = terminal.comparison(record, 200).split("\n")[2]
    assert line.endswith("  rejected: length")


def test_failed_candidates_and_models_are_named() -> None:
    record = record_of(POEM, SPANISH)
    config = CandidateConfig(3, "fast", prompt="initial_free", temperature=0.7)
    lost = [candidate_of(3, [], config=config, error="timeout", message="no answer within 9 s")]
    record["candidates"] = [*(candidate.to_json() for candidate in lost), *record["candidates"]]
    record["evaluation"]["rejected"] = [{"id": 3, "reasons": ["timeout"]}]
    line = terminal.comparison(record, 200).split("\n")[4]
    assert line.startswith("3   fast, initial_free, temperature 0.7  –")
    assert line.endswith("timeout: no answer within 9 s")


def test_verses_stand_side_by_side_on_a_wide_terminal() -> None:
    lines = terminal.comparison(record_of(POEM, SPANISH), 100).split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("source (en)"))
    pairs = [[line[:51].rstrip(), line[51:]] for line in lines[begin + 2 :] if line]
    assert lines[begin].index("translation (es)") == 51
    assert pairs == [
        ["River", "Río"],
        ["One", "Uno"],
        ["  two", "  dos"],
        ["three", "tres"],
        ["four", "cuatro"],
    ]


def test_one_below_the_other_on_a_narrow_terminal() -> None:
    output = terminal.comparison(record_of(INTERFACE, ["Mapa", None]), 40)
    assert output.endswith(
        "\n\n  page.title: Map of {count}\n> page.title: Mapa\n"
        "  page.end: End\n> page.end: [untranslated]"
    )


@pytest.mark.parametrize("width", [20, 83, 84, 120])
@pytest.mark.parametrize("words", [*HOSTILE, "何か長い文章" * 30, "x" * 300, "a b " * 100])
def test_a_terminal_only_shows(words: str, width: int) -> None:
    output = terminal.comparison(everywhere(words.replace("\ud83d", "\ufffd")), width)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
    lines = output.split("\n")
    side_by_side = lines[lines.index("", 5) + 1 :]
    assert max(map(terminal.display_width, side_by_side)) <= width


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("año", 3), ("an\u0303o", 3), ("何か", 4), ("\u200e\u200dx", 1)]
)
def test_columns_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert terminal.display_width(text) == columns


@given(
    st.text(st.sampled_from("ab 何\u0301é") | st.characters(exclude_categories=["Cc", "Cs"])),
    st.integers(4, 30),
)
def test_wrapping_loses_nothing_and_fits(line: str, width: int) -> None:
    pieces = terminal.wrap(line, width)
    assert "".join("".join(pieces).split()) == "".join(line.split())
    assert all(terminal.display_width(piece) <= width for piece in pieces)
