"""The terminal of manual mode: what it prints, and where a pasted answer ends."""

import io

import pytest

from soundweave.translation.asking.stage import Question
from soundweave.translation.failures import AnswerNeededError, InvalidAnswerError
from soundweave.translation.running.manual import Terminal

QUESTION = Question("review", "", "answer_review", "You review.", "A text.", "", None, 100)
TITLE = "poem, es: EditorReview"
PROBLEM = "This answer is not valid: no sense. Paste it again."


def ask(pasted):
    output, typed = io.StringIO(), io.StringIO(pasted)
    answer = Terminal(output, typed)(TITLE, QUESTION, PROBLEM)
    return answer, output.getvalue(), typed.read()


@pytest.mark.parametrize(
    ("pasted", "summary", "left"),
    [
        ("<summary>Good.</summary>\n.\nmore", "Good.", "more"),
        ("<summary>Good.</summary>\r\n.\r\nmore", "Good.", "more"),
        ("<summary>Good.</summary>\n", "Good.", ""),
        ("<summary>One\n .\n..\ntwo</summary>\n.\n", "One\n .\n..\ntwo", ""),
        ('{"remarks": [], "summary": "Good."}\n.', "Good.", ""),
    ],
)
def test_an_answer_ends_with_a_dot_on_a_line_of_its_own(pasted, summary, left):
    answer, output, rest = ask(pasted)
    assert answer == {"remarks": [], "summary": summary}
    assert rest == left
    assert all(
        part in output for part in (TITLE, PROBLEM, "You review.", "A text.", "Paste the answer")
    )


@pytest.mark.parametrize("pasted", ["", "\n", " \n\t\n.\n"])
def test_no_answer_yet_is_no_wrong_answer(pasted):
    with pytest.raises(AnswerNeededError) as caught:
        ask(pasted)
    assert str(caught.value).startswith("poem, es: EditorReview waits for an answer; run the same")


def test_nonsense_is_said(tmp_path):
    with pytest.raises(InvalidAnswerError):
        ask("I cannot.\n.\n")
