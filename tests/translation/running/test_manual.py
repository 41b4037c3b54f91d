"""The terminal of manual mode: what it prints, and where a pasted answer ends."""

import io

import pytest

from soundweave.translation.asking.stage import Question
from soundweave.translation.failures import AnswerNeededError, InvalidAnswerError
from soundweave.translation.running.manual import Terminal

QUESTION = Question("review", "", "answer_review", "You review.", "A text.", "", None, 100)
TITLE = "poem, es: EditorReview"
PROBLEM = "This answer is not valid: no sense. Paste it again."


def ask(given):
    shown, typed = io.StringIO(), io.StringIO(given)
    answer = Terminal(shown, typed)(TITLE, QUESTION, PROBLEM)
    return answer, shown.getvalue(), typed.read()


@pytest.mark.parametrize(
    ("given", "summary", "left"),
    [
        ("<summary>Good.</summary>\n.\nmore", "Good.", "more"),
        ("<summary>Good.</summary>\r\n.\r\nmore", "Good.", "more"),
        ("<summary>Good.</summary>\n", "Good.", ""),
        ("<summary>One\n .\n..\ntwo</summary>\n.\n", "One\n .\n..\ntwo", ""),
        ('{"remarks": [], "summary": "Good."}\n.', "Good.", ""),
    ],
)
def test_an_answer_ends_with_a_dot_on_a_line_of_its_own(given, summary, left):
    answer, shown, rest = ask(given)
    assert answer == {"remarks": [], "summary": summary}
    assert rest == left
    assert all(
        part in shown for part in (TITLE, PROBLEM, "You review.", "A text.", "Paste the answer")
    )


@pytest.mark.parametrize("given", ["", "\n", " \n\t\n.\n"])
def test_no_answer_yet_is_no_wrong_answer(given):
    with pytest.raises(AnswerNeededError) as caught:
        ask(given)
    assert str(caught.value).startswith("poem, es: EditorReview waits for an answer; run the same")


def test_nonsense_is_said(tmp_path):
    with pytest.raises(InvalidAnswerError):
        ask("I cannot.\n.\n")
