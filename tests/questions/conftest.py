"""Questions of both kinds, and the browser of the figures' tests."""

import shutil

import jax.numpy as jnp
import pytest

from book.ext.assets import STATIC
from dlbook.questions import Choice, Number
from tests.explorers.conftest import visit, write_outputs

__all__ = ["visit"]


def network(**changed):
    settings = dict(answer=26, why="$3 \\cdot 4 + 4 + 4 \\cdot 2 + 2$.", slips={20: "The biases `b` are missing."})
    return Number("How many parameters has a $3$-$4$-$2$ network?", **settings | changed)


def loss(**changed):
    settings = dict(
        answer=-jnp.log(0.25), why=r"$-\ln \frac14$", unit="nats", slips={2: "To base 2.", 0.25: "Its logarithm."}
    )
    return Number("What is the loss?", **settings | changed)


def share(**changed):
    return Number("What share is wrong?", **dict(answer=25.0, why="A quarter.", unit="%", digits=2) | changed)


CHOICES = {
    "`relu`": "Its slope is 1.",
    "$\\tanh$": "It saturates.",
    "a step <b>": "It has no slope.",
    "sigmoid": "It saturates & is flat.",
}


def slope(**changed):
    return Choice("Which leaves gradients alone?", **dict(choices=CHOICES, right="`relu`") | changed)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "questions.html"
    shutil.copy(STATIC / "question.js", file.parent)
    return write_outputs(file, "question", [question.html() for question in (network(), loss(), share(), slope())])
