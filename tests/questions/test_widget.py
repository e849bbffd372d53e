"""The question in a notebook: what its widgets hold after a reply."""

import pytest

from tests.questions.conftest import loss, network, slope

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def parts():
    """A function that returns the reply, the button and what is said of a question's widget."""

    def parts(question):
        before, line, said, solution = question.widget().children
        return line.children[0], line.children[-1], said

    return parts


def press_enter(line):
    """Send what the browser sends."""
    line._handle_custom_msg({"event": "submit"}, [])


def test_the_button_checks_a_number(parts):
    line, button, said = parts(network())
    for reply in ("", "20", "x", "26"):
        line.value = reply
        assert said.value == ""
        button.click()
        assert said.value == network().judge(reply) != ""


def test_the_enter_key_checks_a_number(parts):
    line, _, said = parts(loss())
    line.value = "1.386"
    press_enter(line)
    assert said.value == loss().verdicts[0]


def test_a_choice_is_checked(parts):
    letters, button, said = parts(slope())
    button.click()
    assert letters.value is None and said.value == slope().unread
    for letter in letters.options:
        letters.value = letter
        assert said.value == ""
        button.click()
        assert said.value == slope().judge(letter)


def test_all_words_are_there_with_their_formulas():
    before, _, _, fold = slope().widget().children
    assert before.value.count("<li>") == 4 and r"\(\tanh\)" in before.value and "&lt;b&gt;" in before.value
    assert fold.selected_index is None and "<code>relu</code>" in fold.children[0].value
    assert [part.value for part in loss().widget().children[1].children[1:2]] == ["nats (3 significant digits)"]
    assert len(network().widget().children[1].children) == 2  # no unit, no digits


@pytest.mark.parametrize("question", [network(), slope()])
def test_the_notebook_gets_a_widget_and_the_page_a_form(question, monkeypatch):
    monkeypatch.delenv("DLBOOK_STATIC", raising=False)
    data, _ = question._repr_mimebundle_()
    assert VIEW in data and data["text/plain"] == repr(question) and "text/html" not in data
    monkeypatch.setenv("DLBOOK_STATIC", "1")
    assert question._repr_mimebundle_() == {"text/plain": repr(question), "text/html": question.html()}
