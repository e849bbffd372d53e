"""What counts as a number, in Python and in the page's script."""

from itertools import product

import pytest

from dlbook.questions.numeral import read
from tests.questions.conftest import network, share

READ = {
    "1234": 1234,
    "1,234": 1234,
    "1,234,567.5": 1234567.5,
    "1e-3": 0.001,
    "1E+3": 1000,
    "-2": -2,
    "\u22122": -2,
    "+2": 2,
    "0.25": 0.25,
    ".25": 0.25,
    "-.5": -0.5,
    "26.": 26,
    "007": 7,
    "1/4": 0.25,
    "-3/8": -0.375,
    "1 / 4": 0.25,
    "0.5/2": 0.25,
    " \u00a026\t": 26,
    "-0": 0,
    "0/5": 0,
}
UNREAD = (
    "|two|0,25|1,23|12,34|1,2345|1234,567|,234|1.2.3|.|-|+|e3|1e|1e1.5|--2|- 2|1 234|1_000|0x10|inf|nan|NaN|Infinity"
    "|1e999|1/0|0/0|1/-2|1/2/3|/2|1/|25 %|%|2*3|10^3|½|１２|٣|1e400/1e400"
).split("|")


@pytest.mark.parametrize(("text", "value"), READ.items())
def test_numbers_are_read(text, value):
    assert read(text) == value


@pytest.mark.parametrize("text", UNREAD)
def test_all_else_is_not(text):
    assert read(text) is None


def test_the_unit_may_follow_and_no_other():
    assert read("25 %", "%") == read("25%", "%") == read("25", "%") == 25
    assert read("1/4 nats", "nats") == 0.25
    assert read("25 bits", "nats") is read("%", "%") is read("25 %%", "%") is None


READ_IN_PAGE = """([name, texts]) => {
  const form = document.getElementById(name), values = [];
  form.addEventListener("dl-read", event => values.push(event.detail));
  for (const text of texts) { form.querySelector("input").value = text; form.requestSubmit(); }
  return values;
}"""


@pytest.mark.parametrize("question", [network(), share()], ids=["without a unit", "with a unit"])
def test_the_page_reads_as_python_does(visit, question):
    short = map("".join, product("01,.-/e% \u2212", repeat=4))
    texts = [*READ, *UNREAD, *short, "1,000", "1,000.5e-2", "12,000,000", "0,000", "1e308", "1e309", "9" * 400, "25 % "]
    in_page = visit().evaluate(READ_IN_PAGE, [question.name, texts])
    differing = [(t, read(t, question.unit), v) for t, v in zip(texts, in_page, strict=True)
                 if read(t, question.unit) != v]  # fmt: skip
    assert differing == []
    assert sum(value is not None for value in in_page) > 300
