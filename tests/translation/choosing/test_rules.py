import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.translation.choosing import rules
from soundweave.translation.model import Kind, Text, numbered
from soundweave.translation.record import Review


def text_of(*sources, kind=Kind.PROSE):
    return Text("t", "T", "", kind, "en", ("es",), "", numbered(sources))


def results(*translations, marks=None):
    count = len(translations)
    return {
        "candidates": [{"config": {"id": 1}, "marks": list(marks or [0] * count)}],
        "evaluation": {
            "select": "segment",
            "chosen": 1,
            "translation": list(translations),
            "segments": [
                {"chosen": None if translation is None else 1} for translation in translations
            ],
        },
    }


def revised(source, translation, lang="es"):
    text, before = text_of(source), results(translation)
    before["review"] = rules.review(text, lang, before)
    return rules.revise(text, before)[0][0]


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        ("The night.", "La  noche.", "La noche."),
        ("The  night.", "La  noche.", "La  noche."),
        ("A\n  B", "A\n  B", "A\n  B"),
        ("The night.", "La noche", "La noche."),
        ("Dots are milestones.", "Son hitos .", "Son hitos."),
        ("One, two.", "Uno , dos .", "Uno, dos."),
        ("One , two.", "Uno , dos.", "Uno , dos."),
        ("See .5 of it.", "Ve .5 de él.", "Ve .5 de él."),
        ("“Now!”", "“Ahora", "“¡Ahora!”"),
        ("The night", "La noche", "La noche"),
        ("The night.", "La noche…", "La noche…"),
        ("The night.", "la noche.", "La noche."),
        ("the night.", "la noche.", "la noche."),
        ("“The night.”", "“la noche.”", "“La noche.”"),
        ("Rain\nRiver", "lluvia\nrío", "Lluvia\nRío"),
        ("Rain\nRiver", "lluvia", "lluvia"),
        ("Who sings?", "Quién canta?", "¿Quién canta?"),
        ("Who sings?", "¿Quién canta?", "¿Quién canta?"),
        ("Rain. Who sings? Go!", "Lluvia. Quién canta? Ve!", "Lluvia. ¿Quién canta? ¡Ve!"),
        ("Who?", "", ""),
        ("?", "?", "?"),
        (" ", " ", " "),
    ],
)
def test_what_a_rule_can_mend_is_mended(source, translation, expected):
    assert revised(source, translation) == expected


def test_only_spanish_and_galician_open_their_questions():
    assert revised("Who sings?", "Qui chante?", "fr") == "Qui chante?"
    assert revised("Who sings?", "Qui canta?", "ca") == "Qui canta?"
    assert revised("Who sings?", "Quen canta?", "gl") == "¿Quen canta?"


def test_remarks_point_at_what_no_rule_can_mend():
    text = text_of("One.", "Two.", "Three.")
    review = rules.review(text, "es", results("Uno.", "Dos *x.", None, marks=[0, 2, None]))
    assert review == {
        "by": "rules",
        "remarks": [
            {
                "id": "2",
                "remark": "words the engine did not know: 2",
                "suggestion": "",
                "findings": [{"rule": "words-the-engine-did-not-know", "count": 2}],
            },
            {
                "id": "3",
                "remark": "no candidate gave a valid translation",
                "suggestion": "",
                "findings": [{"rule": "no-candidate-gave-a-valid-translation", "count": 0}],
            },
        ],
        "summary": "2 of 3 segments have remarks",
    }
    before = results("Uno.", "Dos *x.", None) | {"review": review}
    assert rules.revise(text, before) == (
        ["Uno.", "Dos *x.", None],
        "suggestions applied in 0 of 3 segments",
    )


def test_every_rule_that_fixed_a_segment_is_named():
    before = results("la  noche  .", marks=[1])
    (remark,) = rules.review(text_of("The night."), "es", before)["remarks"]
    assert remark["suggestion"] == "La noche."
    assert remark["findings"] == [
        {"rule": "double-blanks", "count": 0},
        {"rule": "a-blank-before-a-comma-or-full-stop", "count": 0},
        {"rule": "the-capital-at-the-start-is-lost", "count": 0},
        {"rule": "words-the-engine-did-not-know", "count": 1},
    ]
    assert remark["remark"] == (
        "double spaces; a space before a comma or period; the capital at the start is missing; "
        "words the engine did not know: 1"
    )
    assert set(rules.REMARKS) == set(rules.Rule)


def test_a_suggestion_stays_beside_a_remark_that_has_none():
    remarks = [
        {"id": "1", "remark": "a", "suggestion": "Una."},
        {"id": "1", "remark": "b", "suggestion": ""},
    ]
    before = results("Uno.") | {"review": {"remarks": remarks}}
    assert rules.revise(text_of("One."), before)[0] == ["Una."]


def test_unknown_words_are_those_of_the_candidate_that_was_chosen():
    before = results("Uno.", "Dos.")
    before["candidates"] = [
        {"config": {"id": number}, "marks": marks} for number, marks in ((1, [7, 7]), (2, [0, 3]))
    ]
    winners = {"chosen": 2, "segments": [{"chosen": 2}, {"chosen": 1}]}
    text = text_of("One.", "Two.")
    for select, count in (("text", 3), ("segment", 7)):
        before["evaluation"] |= winners | {"select": select}
        (remark,) = rules.review(text, "es", before)["remarks"]
        assert remark["remark"] == f"words the engine did not know: {count}"


def test_a_verse_is_not_opened_and_what_is_well_has_no_remark():
    assert revised("Who\nsings?", "Quién\ncanta?") == "Quién\ncanta?"
    without: Review = {"by": "rules", "remarks": [], "summary": "no remarks"}
    assert rules.review(text_of("One."), "es", results("Uno.")) == without


words = st.text(st.sampled_from("aB ¿?!.,\n…”é"), max_size=20)


@given(source=words, translation=words, lang=st.sampled_from(["es", "fr"]))
def test_a_mended_translation_needs_no_second_mending_and_keeps_its_words(
    source, translation, lang
):
    once = revised(source, translation, lang)
    assert revised(source, once, lang) == once
    letters = [char.lower() for char in translation if char.isalpha()]
    assert [char.lower() for char in once if char.isalpha()] == letters
    assert once.count("\n") == translation.count("\n")
