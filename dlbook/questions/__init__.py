"""Questions that check the reader's answer: in a kernel by ipywidgets, in the book by the page's own script.

Read `number` and `choice`; `numeral` reads what is typed, `text` is the little markup of the words, `question` what
the two kinds share.  `page` makes the form of the page, `widget` the kernel's.
"""

from dlbook.questions.choice import Choice
from dlbook.questions.number import Number

__all__ = ["Choice", "Number"]
