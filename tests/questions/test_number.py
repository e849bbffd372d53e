import json
import re

import jax.numpy as jnp
import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from dlbook.questions import Number
from tests.questions.conftest import loss, network, share

finite = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-12)


def words(html):
    return BeautifulSoup(html, "html.parser").get_text()


def test_the_right_answer_gives_the_reason():
    assert words(network().judge("26")) == r"✓ Right. \(3 \cdot 4 + 4 + 4 \cdot 2 + 2\)."


def test_a_slip_gives_its_remark_and_another_answer_nothing():
    assert words(network().judge("20")) == "✗ Not yet. The biases b are missing."
    assert words(network().judge("25")) == "✗ Not yet."


def test_nonsense_asks_for_a_number():
    assert network().judge("twenty") == network().judge("") == "Type a number such as 0.25."


@pytest.mark.parametrize("answer", [26, np.int8(26), jnp.asarray(26), np.array(26)])
def test_whole_numbers_are_met_exactly(answer):
    question = network(answer=answer)
    assert question.place("26") == question.place("26.0") == 0
    assert question.place("26.001") == question.place("25") == 2


def test_others_in_three_digits():
    """The answer is 1.38629."""
    assert [loss().place(text) for text in ("1.39", "1.386", "1.3863 nats", "1.3859")] == [0, 0, 0, 0]
    assert [loss().place(text) for text in ("1.38", "1.4", "1.392", "-1.39")] == [3, 3, 3, 3]


def test_a_half_may_be_rounded_either_way():
    question = share(answer=np.float32(0.125))
    assert question.place("0.12") == question.place("0.13") == 0
    assert question.place("0.14") == question.place("0.11") == 1


def test_digits_given_hold_for_whole_numbers_and_slips_too():
    question = network(answer=61706, digits=2, slips={41234: "Too few."})
    assert [question.place(text) for text in ("62,000", "61706", "41000", "61000")] == [0, 0, 1, 2]


def test_zero_has_a_neighbourhood():
    assert [share(answer=0.0).place(text) for text in ("0", "0.01", "-0.01", "1")] == [0, 0, 0, 1]


@given(finite, st.integers(1, 9))
def test_the_answer_shown_is_accepted(value, digits):
    question = Number("How much?", answer=value, why="So.", digits=digits)
    assert question.place(question.answer) == 0


@given(finite, st.integers(1, 9))
def test_what_is_off_by_a_unit_of_the_last_digit_is_not(value, digits):
    question = Number("How much?", answer=value, why="So.", digits=digits)
    step = 2 * question.targets[0].tolerance
    assert question.place(repr(value + step)) == question.place(repr(value - step)) == 1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (network(), "Question: How many parameters has a $3$-$4$-$2$ network? Answer: 26."),
        (network(answer=61706), "Question: How many parameters has a $3$-$4$-$2$ network? Answer: 61,706."),
        (loss(), "Question: What is the loss? Answer: 1.39 nats."),
        (share(), "Question: What share is wrong? Answer: 25 %."),
        (share(answer=-1e-7), "Question: What share is wrong? Answer: -1e-7 %."),
    ],
)
def test_the_text_output_tells_question_and_answer(question, text):
    assert repr(question) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(answer=float("nan")), "Number: answer must be one finite number, got nan"),
        (dict(answer=jnp.inf), "answer must be one finite number, got inf"),
        (dict(answer=jnp.zeros(2)), "answer must be one finite number, got Array"),
        (dict(answer="26"), "answer must be one finite number, got '26'"),
        (dict(answer=True), "answer must be one finite number, got True"),
        (dict(answer=1j), "answer must be one finite number, got 1j"),
        (dict(answer=None), "answer must be one finite number, got None"),
        (dict(slips={float("nan"): "a"}), "Number: slip must be one finite number, got nan"),
        (dict(slips={26.01: "a"}), "Number: a slip must differ from the answer, got 26.01 and 26"),
        (dict(slips={20.01: "a", 20: "b"}), "a slip must differ from another slip, got 20 and 20.01"),
        (dict(slips={20: ""}), "Number: the remark on 20 must be a text, got ''"),
        (dict(why=""), "Number: why must be a text"),
        (dict(unit="$"), r"Number: unit must have each \$ in pairs"),
        (dict(digits=0), "Number: digits must be one of None, 1, .*, got 0"),
        (dict(digits=2.5), "Number: digits must be one of .*, got 2.5"),
    ],
)
def test_bad_arguments_are_refused(change, message, as_reader):
    with pytest.raises(ValueError, match=message):
        network(**change)


def test_the_form_is_whole_and_labelled():
    form = BeautifulSoup(loss().html(), "html.parser").form
    name = form["id"]
    assert re.fullmatch(r"question-[0-9a-f]{8}", name)
    ids = {tag["id"] for tag in form.select("[id]")}
    assert form["aria-labelledby"] == form.label["id"] and form.label["for"] == form.input["id"] in ids
    assert set(form.input["aria-describedby"].split()) <= ids
    assert form.select_one(f"#{name}-unit").text == "nats"
    assert form.select_one(f"#{name}-digits").text == "(3 significant digits)"
    assert form.output["aria-live"] == "polite" and form.button.text == "Check"
    assert form.details.get_text(" ") == r"Answer 1.39 nats \(-\ln \frac14\)"
    assert BeautifulSoup(network().html(), "html.parser").select(".dl-reply span") == []


def test_the_page_gets_the_verdicts_of_python():
    data = json.loads(BeautifulSoup(loss().html(), "html.parser").form["data-question"])
    assert data["verdicts"] == loss().verdicts and data["unread"] == loss().judge("x")
    assert [target for target, _ in data["targets"]] == pytest.approx([np.log(4), 2, 0.25])


def test_questions_have_names_of_their_own():
    assert Number("Is $f$ 1?", answer=1, why="So.").name != Number("Is $f'$ 1?", answer=1, why="So.").name
    assert network().name == network(answer=3).name
