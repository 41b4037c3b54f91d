"""What may not be taken as a translation."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.translation.choosing.gate import objections
from soundweave.translation.choosing.refusals import refused
from soundweave.translation.model import Candidate, CandidateConfig, Kind, Text, numbered
from soundweave.translation.settings import EvaluationSettings
from tests.translation.choosing.test_evaluation import SETTINGS

RIVER = "The river carries the sound of the old mill down to the sea."
RIO = "El río lleva el sonido del viejo molino hasta el mar."


def text(sources: Sequence[str], kind: Kind = Kind.PROSE, source_lang: str = "en") -> Text:
    return Text("a-text", "", "", kind, source_lang, ("es",), "", numbered(sources))


def candidate(
    segments: Sequence[str | None], finish_reason: str = "", error: str = ""
) -> Candidate:
    return Candidate(
        CandidateConfig(1, "fast"),
        tuple(segments),
        (None,) * len(segments),
        finish_reason=finish_reason,
        error=error,
    )


def reasons(
    source: str, translation: str | None, kind: Kind = Kind.PROSE, pair: str = "en-es"
) -> list[str]:
    source_lang, target_lang = pair.split("-")
    source_text = text([source], kind, source_lang)
    return objections(source_text, candidate([translation]), target_lang, SETTINGS)[0]


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        (RIVER, RIO, []),
        (RIVER, None, ["empty"]),
        (RIVER, "", ["empty"]),
        (RIVER, " \n\t", ["empty"]),
        (RIVER, "\u200b\u00ad", ["empty"]),
        ("…", "…", []),
        (RIVER, RIVER, ["copied"]),
        (RIVER, RIVER.replace("mill", "molino"), ["copied"]),
        (RIVER, RIO[: len(RIO) * 2 // 5], ["length"]),
        (RIVER, RIO * 3, ["length"]),
        ("Radio Nord: Blue Harbour Choir 3 - Grey Valley Band 2",) * 2 + ([],),
        ("Soundweave", "Soundweave", []),
        ("https://freesound.org/people/a-user-who-records/", "", ["empty"]),
        ("https://freesound.org/people/a-user-who-records/",) * 2 + ([],),
        ("@somebody who posted this long remark", "@somebody que publicó este comentario", []),
        ("Yes.", "Por supuesto que sí.", []),
        ("Yes.", "Sí, y además quisiera añadir unas cuantas cosas.", ["length"]),
        ("Good evening!", "Hola.", []),
        ("The Beatles and Friends", "The Beatles and Friends", []),
        ("directive-option", "directive-option", []),
        ("{count} sounds", "{count} sonidos", []),
        ("{count} sounds", "{contar} sonidos", ["placeholders"]),
        ("<b>new</b> sounds", "sonidos <b>nuevos", ["placeholders"]),
    ],
)
def test_reasons_of_one_segment(source: str, translation: str | None, expected: list[str]) -> None:
    assert reasons(source, translation) == expected


@pytest.mark.parametrize(
    ("pair", "source", "translation"),
    [
        (
            "pt-es",
            "Canta uma sirena distante, responde a costa, canta uma sirena distante.",
            "Canta una sirena distante, responde la costa, canta una sirena distante.",
        ),
        (
            "ca-es",
            "Canta una campana, canta una sirena de la costa llunyana.",
            "Canta una campana, canta una sirena de la costa lejana.",
        ),
    ],
)
def test_related_languages_may_look_alike(pair: str, source: str, translation: str) -> None:
    assert reasons(source, translation, pair=pair) == []
    assert reasons(source, source, pair=pair) == ["copied"]


@pytest.mark.parametrize(
    ("pair", "source", "translation"),
    [
        (
            "en-zh",
            "The river carries the sound of the old mill to the sea.",
            "河水把老磨坊的声音带到了大海。",
        ),
        (
            "zh-en",
            "夜里河边的钟声，远处听得见。",
            "At night the bell by the river can be heard from far away.",
        ),
    ],
)
def test_a_chinese_character_is_longer_than_a_letter(
    pair: str, source: str, translation: str
) -> None:
    assert reasons(source, translation, pair=pair) == []
    assert "length" in reasons(source, translation[: len(translation) // 4], pair=pair)
    assert reasons(source, source, pair=pair) == ["copied"]


@pytest.mark.parametrize(
    ("translation", "expected"),
    [
        ("La campana llama\nsobre el agua\noscura", []),
        ("La campana llama\nsobre el agua\noscura\n", []),
        ("La campana llama\nsobre el agua oscura", ["lines"]),
        ("La campana llama\n\nsobre el agua\noscura", ["lines"]),
    ],
)
def test_a_poem_keeps_its_lines(translation: str, expected: list[str]) -> None:
    source = "The bell is calling\nover the water\nin the dark"
    assert reasons(source, translation, Kind.POEM) == expected
    assert reasons(source, translation) == []


@pytest.mark.parametrize(
    "translation",
    [
        "I'm sorry, but I cannot translate this text.",
        "I’m sorry, I can’t help with that.",
        "I apologize, but I am unable to translate song lyrics.",
        "Sorry, but I won't do that.",
        "Unfortunately, I'm not able to assist with this request.",
        "I cannot assist with that request.",
        "I am unable to provide a translation of this poem.",
        "As an AI language model, I have no opinion on rivers.",
        "**As a large language model** I must be careful here.",
        "Lo siento, pero no puedo traducir este texto.",
        "Como modelo de lenguaje, no tengo acceso a ríos.",
        "Ho sento, però no puc traduir aquest text.",
        "Désolé, je ne peux pas traduire ce texte.",
        "Desculpe, mas não posso traduzir este texto.",
        "Mi dispiace, ma non posso tradurre questo testo.",
        "Es tut mir leid, aber ich kann diesen Text nicht übersetzen.",
        "Przykro mi, ale nie mogę tego przetłumaczyć.",
        "抱歉，我无法翻译这段文字。",
        "作为一个人工智能语言模型，我没有意见。",
    ],
)
def test_refusals_in_the_languages_of_models(translation: str) -> None:
    assert "refusal" in reasons(RIVER, translation)
    assert not refused(source=translation, translation=translation)


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        ("Sorry, I can't sleep.", "Lo siento, pero no puedo traducir este texto.", True),
        ("Sorry, I can't sleep.", "I'm sorry, but I can't help with that.", True),
        ("Sorry, I can't sleep.", "Lo siento, no puedo dormir.", False),
        ("Sorry, I can't translate this.", "Lo siento, no puedo traducir esto.", False),
        ("This poem is hard to translate.", "Lo siento, no puedo.", True),
    ],
)
def test_an_excuse_in_the_text_does_not_hide_a_refusal(
    source: str, translation: str, *, expected: bool
) -> None:
    assert refused(source, translation) == expected


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("I'm sorry, I cannot come to the river today.", "Lo siento, hoy no puedo venir al río."),
        (
            "Lo siento, no puedo ayudarte con el molino.",
            "I'm sorry, I can't help you with the mill.",
        ),
        ("Por desgracia, no puedo ir al río mañana.", "Unfortunately, I cannot go to the river."),
        ("As an AI, I count the stones of the river.", "Como IA, cuento las piedras del río."),
        ("He heard the river and could not sleep.", "Oyó el río y no pudo dormir."),
        (
            "The sorry river cannot be crossed at night.",
            "El triste río no puede cruzarse de noche.",
        ),
        ("We walked like an assistant to the sea.", "Como asistentes caminamos hasta el mar."),
    ],
)
def test_a_text_may_speak_of_sorrow_itself(source: str, translation: str) -> None:
    assert reasons(source, translation) == []


def test_an_answer_cut_off_is_nowhere_taken() -> None:
    reasons_by_segment = objections(
        text([RIVER, RIVER]), candidate([RIO, None], finish_reason="length"), "es", SETTINGS
    )
    assert reasons_by_segment == [["truncated"], ["truncated", "empty"]]


@pytest.mark.parametrize("segments", [(), (RIO,), (RIO, RIO)])
def test_a_failed_candidate_is_nowhere_taken(segments: tuple[str, ...]) -> None:
    failed = candidate(segments, error="timeout")
    assert objections(text([RIVER, RIVER]), failed, "es", SETTINGS) == [["timeout"], ["timeout"]]


def test_segments_that_do_not_match_are_not_guessed() -> None:
    reasons_by_segment = objections(text([RIVER, RIVER]), candidate([RIO]), "es", SETTINGS)
    assert reasons_by_segment == [["misaligned"], ["misaligned"]]


def test_the_limits_are_settings() -> None:
    def with_settings(translation: str, limits: EvaluationSettings) -> list[str]:
        return objections(text([RIVER]), candidate([translation]), "es", limits)[0]

    assert with_settings(RIO[:20], replace(SETTINGS, shortest=0.2)) == []
    assert with_settings(RIO * 3, replace(SETTINGS, longest=3.0)) == []
    assert with_settings(RIVER, replace(SETTINGS, source_similarity=100.0)) == []


@given(st.text(), st.none() | st.text(), st.sampled_from(Kind), st.sampled_from(["es", "zh", "fr"]))
def test_any_text_gets_an_answer(
    source: str, translation: str | None, kind: Kind, lang: str
) -> None:
    codes = objections(text([source], kind), candidate([translation]), lang, SETTINGS)
    assert len(codes) == 1
    assert len(set(codes[0])) == len(codes[0])
