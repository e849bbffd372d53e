"""A question whose answer is a number."""

import math
from typing import NamedTuple

import ipywidgets
import numpy as np

from dlbook import checks
from dlbook.explorers.sentence import written
from dlbook.questions import numeral, page
from dlbook.questions.question import Question, right, wrong
from dlbook.questions.text import checked, to_html

DIGITS = 3
SLACK = 1e-3  # so that a half, rounded either way, agrees in spite of the error of 32 bits
UNREAD = "Type a number such as 0.25."


class Number(Question):
    r"""Ask for a number.

    Parameters
    ----------
    question
        What is asked; formulas stand in dollars, code in backticks.
    answer
        The number, of Python, NumPy or JAX; compute it, so that a change of the code changes the answer too.
    why
        The reason, shown with the right answer.
    slips
        What typical mistakes give, each with a remark that helps without telling the answer.
    digits
        How many significant digits must agree.  By default a whole number must be met exactly, others in three digits.
    unit
        Written after the field; the reader may type it too.

    Raises
    ------
    ValueError
        If the answer or a slip is no finite number, two of them agree, or a text is empty.

    Examples
    --------
    >>> slips = {6: r"This is $2 \cdot 3$."}
    >>> Number("How much is $2^3$?", answer=2**3, why="$2 + 2 = 4$, $4 + 4 = 8$.", slips=slips)
    Question: How much is $2^3$? Answer: 8.
    """

    def __init__(
        self,
        question: str,
        *,
        answer,
        why: str,
        slips: dict | None = None,
        digits: int | None = None,
        unit: str = "",
    ):
        checks.one_of("Number", "digits", digits, (None, *range(1, 10)))
        asked, why = checked("Number", "question", question), checked("Number", "why", why)
        self.unit = checked("Number", "unit", unit) if unit else ""
        self.targets = [_target("answer", answer, digits), *(_target("slip", slip, digits) for slip in slips or {})]
        _check_distinct(self.targets)
        self.exactness = _exactness(digits or DIGITS) if self.targets[0].tolerance else ""
        self.answer = f"{self.targets[0].text} {self.unit}".strip()
        remarks = [checked("Number", f"the remark on {slip}", remark) for slip, remark in (slips or {}).items()]
        verdicts = [right(why), *map(wrong, remarks), wrong()]
        super().__init__(asked, verdicts, UNREAD, page.solution(to_html(self.answer), to_html(why)))

    def __repr__(self) -> str:
        return f"Question: {self.asked} Answer: {self.answer}."

    def place(self, reply: str) -> int | None:
        """Return the place of what is typed: 0 for the answer, then the slips, then all else; None if unreadable."""
        value = numeral.read(reply, self.unit)
        if value is None:
            return None
        agree = (place for place, target in enumerate(self.targets) if target.agrees(value))
        return next(agree, len(self.targets))

    def _spec(self) -> dict:
        """Return what the page needs to find the place."""
        return {"targets": [[target.value, target.tolerance] for target in self.targets], "unit": self.unit}

    def _fields(self) -> str:
        """Return what the page's form asks."""
        return page.number_fields(self.name, to_html(self.asked), to_html(self.unit), self.exactness)

    def _widget_words(self) -> tuple[str, str]:
        """Return what stands before and behind the widget of the reply."""
        return f"<b>{to_html(self.asked)}</b>", f"{to_html(self.unit)} {self.exactness}".strip()

    def _reply_widget(self):
        """Return the widget of the reply."""
        return ipywidgets.Text(layout=ipywidgets.Layout(width="10em"))


class Target(NamedTuple):
    """A number to be met, as it is shown, and how far off one may be."""

    value: int | float
    text: str
    tolerance: float

    def agrees(self, value: int | float) -> bool:
        """Tell whether a number is close enough."""
        return abs(value - self.value) <= self.tolerance


def _target(name: str, number, digits: int | None) -> Target:
    value = np.asarray(number)
    if value.shape or value.dtype.kind not in "iuf" or not np.isfinite(value):
        raise ValueError(f"Number: {name} must be one finite number, got {number!r}.")
    whole, value = value.dtype.kind in "iu", value.item()
    text = f"{value:,}" if whole else written(value, f".{digits or DIGITS}g")
    return Target(value, text, 0.0 if whole and digits is None else _tolerance(value, digits or DIGITS))


def _exactness(digits: int) -> str:
    return f"({digits} significant digit{'s' * (digits > 1)})"


def _tolerance(value: int | float, digits: int) -> float:
    """Return half a unit of the last digit."""
    exponent = math.floor(math.log10(abs(value))) if value else 0
    return (0.5 + SLACK) * 10.0 ** (exponent - digits + 1)


def _check_distinct(targets: list[Target]):
    answer, *slips = targets
    for place, slip in enumerate(slips):
        for other in (answer, *slips[:place]):
            if other.agrees(slip.value) or slip.agrees(other.value):
                what = "the answer" if other is answer else "another slip"
                raise ValueError(f"Number: a slip must differ from {what}, got {slip.value} and {other.value}.")
