"""A question whose answer is one of several texts."""

import hashlib
import string

import ipywidgets

from dlbook import checks
from dlbook.questions import page
from dlbook.questions.question import Question, right, wrong
from dlbook.questions.text import checked, to_html

UNREAD = "Choose one of the answers."


class Choice(Question):
    """Ask which of several answers is right.

    The answers are shown in an order of their own, which depends on the words alone.

    Parameters
    ----------
    question
        What is asked; formulas stand in dollars, code in backticks.
    choices
        The answers, each with a remark: why it is right, or what is wrong with it, without telling the right one.
    right
        The right one of `choices`.

    Raises
    ------
    ValueError
        If there are fewer than two different choices or over 26, `right` is none of them, or a text is empty.

    Examples
    --------
    >>> choices = {"$3$": "$3 = 2 + 1$.", "$4$": "$4 = 2 + 2$."}
    >>> Choice("Which is odd?", choices, right="$3$")
    Question: Which is odd?
    Choices: $4$ | $3$
    Answer: $3$
    """

    def __init__(self, question: str, choices: dict[str, str], *, right: str):
        asked = checked("Choice", "question", question)
        checks.one_of("Choice", "right", right, list(choices))
        remarks = {
            checked("Choice", "choice", text): checked("Choice", f"the remark on {text!r}", remark)
            for text, remark in choices.items()
        }
        checks.in_range("Choice", "number of different choices", len(remarks), 2, len(string.ascii_uppercase))
        self.right = checked("Choice", "right", right)
        self.choices = sorted(remarks, key=lambda text: hashlib.sha256(f"{asked}\n{text}".encode()).digest())
        verdicts = [_verdict(remarks[text], text == self.right) for text in self.choices]
        solution = page.solution(to_html(self.right), to_html(remarks[self.right]))
        super().__init__(asked, verdicts, UNREAD, solution)

    def __repr__(self) -> str:
        return f"Question: {self.asked}\nChoices: {' | '.join(self.choices)}\nAnswer: {self.right}"

    def place(self, reply: str | None) -> int | None:
        """Return the place of the choice with this letter, or None without a letter."""
        return None if reply is None else string.ascii_uppercase.index(reply)

    def _spec(self) -> dict:
        """Return what the page needs to find the place: nothing, since its choices are numbered."""
        return {}

    def _fields(self) -> str:
        """Return what the page's form asks."""
        return page.choice_fields(self.name, to_html(self.asked), list(map(to_html, self.choices)))

    def _widget_words(self) -> tuple[str, str]:
        """Return what stands before and behind the widget of the reply."""
        items = "".join(f"<li>{to_html(text)}</li>" for text in self.choices)
        return f'<b>{to_html(self.asked)}</b><ol type="A">{items}</ol>', ""

    def _reply_widget(self):
        """Return the widget of the reply: letters, since the words of radio buttons show no formulas."""
        letters = list(string.ascii_uppercase[: len(self.choices)])
        wide = ipywidgets.Layout(width="auto")
        return ipywidgets.RadioButtons(options=letters, index=None, orientation="horizontal", layout=wide)


def _verdict(remark: str, is_right: bool) -> str:
    return right(remark) if is_right else wrong(remark)
