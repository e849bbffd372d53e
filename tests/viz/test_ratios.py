"""A drawing of ratios shows each where it belongs."""

import matplotlib.pyplot as plt
import pytest

from dlbook import viz


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


ROWS = {"first": {"one": (2.0, 1.0, 4.0), "other": 0.5}, "second": {"other": 8}}


def test_each_ratio_stands_in_its_row_with_its_spread():
    ax = viz.ratios(ROWS, xlabel="times")
    one, other = ax.containers
    assert one.lines[0].get_xydata().tolist() == [[2, 0]]
    assert other.lines[0].get_xydata().tolist() == [[0.5, 0], [8, 1]]
    assert one.lines[2][0].get_segments()[0].tolist() == [[1, 0], [4, 0]]


def test_rows_are_read_from_the_top_on_a_logarithmic_axis():
    ax = viz.ratios(ROWS, xlabel="times")
    bottom, top = ax.get_ylim()
    assert bottom > top and ax.get_xscale() == "log" and ax.get_xlabel() == "times"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]


def test_names_are_told_apart_by_more_than_colour():
    one, other = viz.ratios(ROWS, xlabel="times").containers
    assert one.lines[0].get_marker() != other.lines[0].get_marker()


@pytest.mark.parametrize("rows", [{}, {"a": {"b": 0}}, {"a": {"b": (1, -1, 2)}}, {"a": {"b": float("nan")}}])
def test_what_is_no_ratio_is_refused(rows):
    with pytest.raises(ValueError, match="ratios: "):
        viz.ratios(rows, xlabel="times")
