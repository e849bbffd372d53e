"""What the kinds of questions share: what is said about an answer, and a form for the notebook and one for the page."""

import hashlib
import os
from functools import cached_property

from dlbook.questions import page
from dlbook.questions.text import to_html
from dlbook.questions.widget import Panel


class Question:
    """A question with its verdicts.

    A kind of question adds `place`, the fields of the page with what its script needs (`_fields`, `_spec`), and the
    widget of the reply with the words around it (`_reply_widget`, `_widget_words`).

    Parameters
    ----------
    asked
        The words of the question.
    verdicts
        What is said about the answers, by place, in HTML.
    unread
        What is said where there is nothing to judge, in HTML.
    solution
        The right answer and its reason, in HTML.
    """

    def __init__(self, asked: str, verdicts: list[str], unread: str, solution: str):
        self.asked, self.verdicts, self.unread, self.solution = asked, verdicts, unread, solution

    @cached_property
    def name(self) -> str:
        """The question's name in addresses."""
        return "question-" + hashlib.sha256(self.asked.encode()).hexdigest()[:8]

    def place(self, reply) -> int | None:
        """Return the place of a reply among the verdicts, or None if there is nothing to judge."""
        raise NotImplementedError

    def judge(self, reply) -> str:
        """Return what is said about a reply, in HTML."""
        place = self.place(reply)
        return self.unread if place is None else self.verdicts[place]

    def widget(self):
        """Return the question as ipywidgets."""
        return Panel(self._reply_widget(), self.judge, *self._widget_words(), self.solution).box

    def html(self) -> str:
        """Return the question for a page without a kernel."""
        said = {"verdicts": self.verdicts, "unread": self.unread, **self._spec()}
        return page.form(self.name, said, self._fields(), self.solution)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if os.environ.get("DLBOOK_STATIC") == "1":
            return {"text/plain": repr(self), "text/html": self.html()}
        bundle = self.widget()._repr_mimebundle_()
        return dict(bundle[0] if isinstance(bundle, tuple) else bundle) | {"text/plain": repr(self)}, {}


def right(why: str) -> str:
    """Return what is said about the right answer, in HTML."""
    return f'<strong class="dl-right"><span aria-hidden="true">✓</span> Right.</strong> {to_html(why)}'


def wrong(remark: str = "") -> str:
    """Return what is said about a wrong answer, in HTML."""
    return f'<strong class="dl-wrong"><span aria-hidden="true">✗</span> Not yet.</strong> {to_html(remark)}'.strip()
