import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soundweave.base import schemas
from soundweave.translation.asking import answers
from soundweave.translation.failures import InvalidAnswerError
from tests.translation import toy_model

TRANSLATION = {
    "notes": "n",
    "segments": [{"id": "title", "text": "Hola"}, {"id": "1", "text": "a\nb"}],
}
JUDGE = {
    "reason": "r",
    "scores": [{"candidate": 1, "score": 80}, {"candidate": 2, "score": 62.5}],
    "best": 1,
}
REVIEW = {
    "remarks": [
        {"id": "1", "remark": "too long", "suggestion": "short"},
        {"id": "1", "remark": "a comma", "suggestion": ""},
    ],
    "summary": "fine",
}
REVISION = {"segments": [{"id": "1", "text": "x"}], "changes": "c"}
GOOD = [
    ("answer_translation", TRANSLATION),
    ("answer_judge", JUDGE),
    ("answer_review", REVIEW),
    ("answer_review", {"remarks": [], "summary": "fine"}),
    ("answer_revision", REVISION),
]


@pytest.mark.parametrize(("schema", "value"), GOOD)
@pytest.mark.parametrize("form", answers.FORMS)
@pytest.mark.parametrize(
    "around", ["{}", "```json\n{}\n```", "```\n{}\n```", "\n  {}\n\n", "<think>{{}}</think>{}"]
)
def test_json_is_read_in_each_form_and_in_a_fence(
    schema: str, value: dict[str, object], form: str, around: str
) -> None:
    for indent in (None, 2):
        text = around.format(json.dumps(value, ensure_ascii=False, indent=indent))
        assert answers.parse(text, schema, form) == value


@pytest.mark.parametrize(("schema", "value"), GOOD)
@pytest.mark.parametrize(
    "around",
    ["{}", "Here you are:\n\n{}\n\nShall I go on?", "```xml\n{}\n```", "<think>hm</think>\n{}"],
)
def test_tags_are_read_with_any_text_around_them(
    schema: str, value: dict[str, object], around: str
) -> None:
    text = toy_model.as_tags(schema, value)
    assert answers.parse(around.format(text), schema, answers.TAGS) == value
    assert answers.parse(around.format(text).replace("\n", "\r\n"), schema, answers.TAGS) == value


@pytest.mark.parametrize(
    "content",
    [
        "a < b && c > d",
        "<em>now</em> &amp; <br/>",
        "</em> {x} <b class='y'>",
        "  two spaces  ",
        "\ttab",
        "a <segments> b </segmentation>",
        "",
        "ñ 中文 🎵",
        "1 <",
        '"quoted" `code` ```',
        "\\d \\1 \\g<0>",
    ],
)
def test_contents_of_tags_are_literal(content: str) -> None:
    text = f'<segment id="1">{content}</segment><notes></notes>'
    answer = answers.parse(text, "answer_translation", answers.TAGS)
    assert answer["segments"] == [{"id": "1", "text": content}]


def test_line_ends_at_the_tags_are_layout_and_all_others_are_kept() -> None:
    text = '<segment id="1">\n  first\n\nlast  \n  </segment>\n<notes/>'
    answer = answers.parse(text, "answer_translation", answers.TAGS)
    assert answer == {"notes": "", "segments": [{"id": "1", "text": "  first\n\nlast  "}]}


@pytest.mark.parametrize(
    ("start", "name"),
    [
        ("<segment id='1'>", "1"),
        ("<segment id=1>", "1"),
        ("<SEGMENT  ID = \"menu.open\" lang='es'>", "menu.open"),
        ('<segment id="a &quot;b&quot; > c">', 'a "b" > c'),
        ('<segment\n id="1"\n>', "1"),
    ],
)
def test_start_tags_may_be_written_in_many_ways(start: str, name: str) -> None:
    answer = answers.parse(f"{start}x</segment>", "answer_translation", answers.TAGS)
    assert answer["segments"] == [{"id": name, "text": "x"}]


@pytest.mark.parametrize(
    ("schema", "text", "words"),
    [
        ("translation", '<segment id="1">a<notes>n</notes>', 'segment id="1".*has no end'),
        ("translation", '<segment id="1">a<segment id="2">b</segment>', "has no end tag before"),
        ("translation", '<segment id="1">a</segment><notes>n', "<notes> has no end tag </notes>"),
        ("translation", '<segment id="1">a</segment> b</segment>', "</segment> has no start tag"),
        ("translation", '<segment id="1">a</notes>', "has no end tag before the next </notes>"),
        ("translation", "<segment>a</segment>", "lacks its id"),
        ("translation", '<segment id="1" x>a</segment>', "has no start tag"),
        ("translation", "<notes>sorry</notes>", "segments"),
        (
            "translation",
            '<segment id="1">a</segment><notes>1</notes><notes>2</notes>',
            "<notes> is duplicated",
        ),
        ("judge", '<best>Candidate 2</best><score candidate="1">1</score>', "only a number"),
        ("judge", '<best>1</best><score candidate="one">1</score>', "only a number"),
        ("judge", '<best>1</best><score candidate="1">85/100</score>', "only a number"),
        ("judge", '<best>1.5</best><score candidate="1">1</score>', "only a number"),
        ("judge", '<score candidate="1">1</score>', "best"),
        ("judge", '<best>1</best><score candidate="1">101</score>', "maximum"),
        ("judge", '<best>-1</best><score candidate="1">1</score>', "minimum"),
        ("review", '<suggestion id="1">x</suggestion>', "does not follow the tag"),
        (
            "review",
            '<remark id="1">x</remark><suggestion id="2">y</suggestion>',
            "does not follow the tag",
        ),
        (
            "review",
            '<remark id="1">x</remark><suggestion id="1">y</suggestion>'
            '<suggestion id="1">z</suggestion>',
            "does not follow the tag",
        ),
    ],
)
def test_broken_tags_are_an_error_and_nothing_is_swallowed(
    schema: str, text: str, words: str
) -> None:
    with pytest.raises(InvalidAnswerError, match=words):
        answers.parse(text, f"answer_{schema}", answers.TAGS)


def test_a_remark_without_a_suggestion_gets_an_empty_one() -> None:
    text = '<remark id="1">x</remark><remark id="2">y</remark><suggestion id="2">z</suggestion>'
    assert answers.parse(text, "answer_review", answers.TAGS)["remarks"] == [
        {"id": "1", "remark": "x", "suggestion": ""},
        {"id": "2", "remark": "y", "suggestion": "z"},
    ]


@pytest.mark.parametrize("schema", toy_model.SCHEMAS)
@pytest.mark.parametrize("form", answers.FORMS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "I'm sorry, I cannot help with that.",
        "null",
        "[]",
        "[[]]",
        '"text"',
        "{}",
        '{"segments": ',
        "{" * 100_000,
        "[" * 100_000,
        "<think>",
        "<think>{}",
        "```json\n```",
        "9" * 5000,
        "<segment",
        "</",
    ],
)
def test_unstructured_text_is_never_an_answer(schema: str, form: str, text: str) -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        answers.parse(text, schema, form)
    assert len(str(caught.value)) <= answers.LONGEST + 3
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"segments": [{"id": "1", "text": 5}], "notes": ""}', r"segments\.0\.text"),
        ('{"segments": [{"id": 1, "text": "a"}], "notes": ""}', r"segments\.0\.id"),
        ('{"segments": [{"id": "1"}], "notes": ""}', "'text' is a required"),
        ('{"segments": [], "notes": ""}', "segments"),
        ('{"segments": [{"id": "1", "text": "a"}]}', "'notes' is a required"),
        ('{"segments": [{"id": "1", "text": "a"}], "notes": "", "x": 1}', "'x' was unexpected"),
        (
            '{"segments": [], "segments": [{"id": "1", "text": "a"}], "notes": ""}',
            "'segments' is duplicated",
        ),
        ('{"segments": [{"id": "1", "text": "\\ud800"}], "notes": ""}', "UTF-16"),
        ('{"segments": NaN, "notes": ""}', "NaN"),
        ('Here: {"segments": [{"id": "1", "text": "a"}], "notes": ""}', "not JSON"),
    ],
)
def test_invalid_json_is_reported_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InvalidAnswerError, match=words):
        answers.parse(text, "answer_translation", answers.JSON_OBJECT)


def test_pasted_json_may_have_chatter_around_it() -> None:
    text = f"Here it is:\n```json\n{json.dumps(TRANSLATION)}\n```\nShall I go on?"
    assert answers.parse(text, "answer_translation", answers.TAGS) == TRANSLATION


def test_a_draft_in_a_thought_is_ignored() -> None:
    text = (
        '<think><segment id="1">draft</segment></think>'
        '<segment id="1">final</segment><notes>n</notes>'
    )
    answer = answers.parse(text, "answer_translation", answers.TAGS)
    assert answer["segments"] == [{"id": "1", "text": "final"}]


@pytest.mark.parametrize("form", answers.FORMS)
@pytest.mark.parametrize(
    "draft", [json.dumps(TRANSLATION), toy_model.as_tags("answer_translation", TRANSLATION)]
)
def test_an_unfinished_thought_is_not_an_answer(draft: str, form: str) -> None:
    with pytest.raises(InvalidAnswerError, match="not closed"):
        answers.parse(f"<think>{draft}", "answer_translation", form)


def test_json_that_mentions_tags_is_json() -> None:
    value = {"notes": "", "segments": [{"id": "1", "text": "put <notes>x</notes> there"}]}
    assert answers.parse(json.dumps(value), "answer_translation", answers.TAGS) == value


# What a text may hold without looking like one of the schema's own tags.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r<"), max_size=40)


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_any_text_comes_through_tags_as_it_was(texts: list[str], notes: str) -> None:
    segments = [{"id": str(n), "text": f"|{text}|"} for n, text in enumerate(texts)]
    value = {"notes": f"|{notes}|", "segments": segments}
    text = toy_model.as_tags("answer_translation", value)
    assert answers.parse(text, "answer_translation", answers.TAGS) == value


PIECES = ['<segment id="1">', "</segment>", "<notes>", "</notes>", "a", "\n", "{", "}", "<", "/>"]


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(),
    st.sampled_from(toy_model.SCHEMAS),
    st.sampled_from(answers.FORMS),
)
def test_any_answer_fits_the_schema_or_is_invalid(text: str, schema: str, form: str) -> None:
    try:
        answer = answers.parse(text, schema, form)
    except InvalidAnswerError:
        return
    schemas.check(schema, answer, "answer")


IDS = ["title", "1", "2"]


def answer_with(*names: str) -> dict[str, object]:
    return {"segments": [{"id": name, "text": f"text of {name}"} for name in names]}


def test_segments_come_in_the_order_of_the_ids() -> None:
    answer = answer_with("2", "title", "1")
    assert answers.segments(answer, IDS) == ["text of title", "text of 1", "text of 2"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answer_with("title", "1"), 'missing: "2"'),
        (answer_with("title", "1", "2", "3"), 'unknown: "3"'),
        (answer_with("title", "1", "2", "2"), 'duplicated: "2"'),
        (answer_with("title", "1", "two"), 'missing: "2"; unknown: "two"'),
        (answer_with(), 'missing: "title", "1", "2"'),
        (answer_with("title", "1", "2 "), 'unknown: "2 "'),
    ],
)
def test_wrong_ids_are_named(answer: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidAnswerError, match=words):
        answers.segments(answer, IDS)


def test_many_wrong_ids_make_a_short_message() -> None:
    with pytest.raises(InvalidAnswerError, match="more") as caught:
        answers.segments(answer_with(*(f"x{n}" for n in range(1000))), IDS)
    assert len(str(caught.value)) <= answers.LONGEST + 3


SUPPORTED = {"type", "properties", "required", "additionalProperties", "items", "description"}


def _strict(schema: Mapping[str, Any]) -> None:
    assert set(schema) <= SUPPORTED
    if schema["type"] == "object":
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        for part in schema["properties"].values():
            _strict(part)
    if schema["type"] == "array":
        _strict(schema["items"])


@pytest.mark.parametrize("name", toy_model.SCHEMAS)
def test_the_sent_schema_fits_strict_mode(name: str) -> None:
    sent = answers.wire_schema(name)
    Draft202012Validator.check_schema(sent)
    Draft202012Validator.check_schema(schemas.read(name))
    _strict(sent)


@pytest.mark.parametrize("name", toy_model.SCHEMAS)
@pytest.mark.parametrize("form", answers.FORMS)
def test_a_description_names_every_field(name: str, form: str) -> None:
    words = answers.description(name, form)
    for field in schemas.read(name)["properties"]:
        assert field.removesuffix("s") in words
    assert ("JSON" in words) == (form != answers.TAGS)
