import json
from itertools import permutations

import pytest
from bs4 import BeautifulSoup

from dlbook.questions import Choice
from tests.questions.conftest import CHOICES, slope


def test_the_order_depends_on_the_words_alone():
    orders = {tuple(slope(choices={text: CHOICES[text] for text in order}).choices) for order in permutations(CHOICES)}
    assert orders == {("a step <b>", "$\\tanh$", "`relu`", "sigmoid")}


def test_the_right_one_stands_anywhere():
    places = [
        Choice(f"Question {i}?", {"a": "A.", "b": "B.", "c": "C."}, right="a").choices.index("a") for i in range(90)
    ]
    assert all(20 <= places.count(place) <= 40 for place in range(3))


def test_each_choice_has_its_verdict():
    question = slope()
    for letter, text in zip("ABCD", question.choices, strict=True):
        said = BeautifulSoup(question.judge(letter), "html.parser").get_text()
        assert said == f"{'✓ Right.' if text == '`relu`' else '✗ Not yet.'} {CHOICES[text]}"
    assert question.judge(None) == "Choose one of the answers."


def test_the_text_output_tells_question_choices_and_answer():
    assert repr(slope()).splitlines() == [
        "Question: Which leaves gradients alone?",
        "Choices: a step <b> | $\\tanh$ | `relu` | sigmoid",
        "Answer: `relu`",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(right="relu"), "Choice: right must be one of '`relu`', .*, got 'relu'"),
        (dict(choices={"`relu`": "So."}), "Choice: number of different choices must lie between 2 and 26, got 1"),
        (dict(choices={"`relu`": "So.", " `relu` ": "Too."}), "number of different choices .* got 1"),
        (dict(choices=CHOICES | {"b": ""}), "Choice: the remark on 'b' must be a text, got ''"),
        (dict(choices=CHOICES | {"": "x"}), "Choice: choice must be a text"),
        (dict(choices=CHOICES | {"a $ b": "x"}), r"Choice: choice must have each \$ in pairs"),
    ],
)
def test_bad_arguments_are_refused(change, message, as_reader):
    with pytest.raises(ValueError, match=message):
        slope(**change)


def test_an_empty_question_is_refused():
    with pytest.raises(ValueError, match="Choice: question must be a text"):
        Choice(" ", CHOICES, right="sigmoid")


def test_the_form_is_whole_and_labelled():
    form = BeautifulSoup(slope().html(), "html.parser").form
    assert form["aria-labelledby"] == form.fieldset.legend["id"]
    assert [label.text for label in form.select(".dl-choice")] == ["a step <b>", r"\(\tanh\)", "relu", "sigmoid"]
    assert [radio["value"] for radio in form.select("input[type=radio]")] == list("0123")
    assert {radio["name"] for radio in form.select("input")} == {form["id"]}
    assert form.details.get_text(" ") == "Answer relu Its slope is 1."
    assert json.loads(form["data-question"]) == {"verdicts": slope().verdicts, "unread": slope().unread}
