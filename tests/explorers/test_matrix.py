import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlbook.explorers import Matrix


@pytest.fixture
def drawn():
    """Draw a matrix of 30 rows and 2 columns as the view says; return the axes."""
    figure, ax = plt.subplots()
    yield lambda **settings: (Matrix("w", **settings).draw(ax, {"w": np.linspace(-1, 1, 60).reshape(30, 2)}), ax)[1]
    plt.close(figure)


def test_each_cell_carries_its_number(drawn):
    assert [text.get_text() for text in drawn(digits=1).texts[:2]] == ["-1.0", "-1.0"]
    assert len(drawn().texts) >= 60


def test_a_rounded_zero_has_no_sign():
    figure, ax = plt.subplots()
    Matrix("w").draw(ax, {"w": np.array([[-0.001, 0.001, -0.006]])})
    plt.close(figure)
    assert [text.get_text() for text in ax.texts] == ["0.00", "0.00", "-0.01"]


def test_a_large_matrix_may_do_without_numbers(drawn):
    ax = drawn(digits=None)
    assert not ax.texts
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(map(str, range(1, 31, 3)))


def test_words_that_are_given_are_all_shown(drawn):
    ax = drawn(digits=None, rows=list(map(chr, range(65, 95))))
    assert len(ax.get_yticklabels()) == 30
