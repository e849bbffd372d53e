"""No number in the prose is loose."""

import nbformat
import pytest

from tests.book import numbers
from tests.book.chapters import docnames, file_of

NO_PROSE = ("chapters/package", "chapters/errata", "chapters/references")  # made from docstrings, ledger and BibTeX
PAGES = [page for page in docnames() if not page.startswith(NO_PROSE)]


@pytest.mark.parametrize("page", PAGES)
def test_every_number_of_the_prose_is_tied(page):
    loose = [f"{quantity.text} in: {' '.join(quantity.around.split())}" for quantity in numbers.loose(file_of(page))]
    assert not loose, "\n".join(loose)


# The search itself


def texts(markdown):
    return [quantity.text for quantity in numbers.quantities(markdown)]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It has 2,410 weights and 3.5 % errors.", ["2410", "3.5"]),
        ("The slope is $0.25$, at most $2^{-3}$, $x_7$ and $f(5)$.", ["0.25"]),
        ("0 and 1 are labels, $1.0$ a number", ["1.0"]),
        ("Equation 8, figures 3 and 4, LeNet-5, 64-bit, 32 bits, `7` and {eq}`a7`", []),
        (":::{figure} 7\n:width: 70%\n:::\n<!-- MLP-17 -->\n3. third\n\nIn 4 of 5.", ["4", "5"]),
        ("60,000 images {cite}`lecun1998gradient`\n\nand 30 more", ["30"]),
        ("- 60 {cite}`lecun1998gradient`\n- 30", ["30"]),
    ],
)
def test_numbers_are_found(markdown, expected):
    assert texts(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "evidence", "tied"),
    [
        ("a loss of 2.3", 2.302585, True),
        ("a loss of 2.4", 2.302585, False),
        ("97 % of them", 0.9672, True),
        ("97 of them", 0.9672, False),
        ("97 of them", 96.72, False),
        ("1,797 images", 1797, True),
    ],
)
def test_a_number_is_tied_to_what_rounds_to_it(markdown, evidence, tied):
    (quantity,) = numbers.quantities(markdown)
    assert quantity.is_tied_to({evidence}) == tied


def test_numbers_of_cells_are_their_own_and_those_they_put_out():
    cell = nbformat.v4.new_code_cell("rate = 1_000 * x2[3]\nprint(rate)")
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="loss -2.5e-3 of 4,160\n"),
        nbformat.v4.new_output("display_data", data={"application/papermill.record/text/plain": "12 %"}),
    ]
    assert numbers.in_cells([cell]) == {1000, 3, 0.0025, 4160, 12}
