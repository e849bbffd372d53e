import numpy as np
import pytest

from dlbook.explorers import Choice, Range, Seed


def test_logarithmic_values_have_few_digits():
    assert Range(0.01, 10, steps=13, log=True).values == (0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1, 2, 3, 6, 10)
    assert Range(1e-4, 1.0, steps=9, log=True).texts[:3] == ("0.0001", "0.0003", "0.001")


@pytest.mark.parametrize("steps", [2, 3, 7, 20, 61])
def test_logarithmic_values_grow_evenly(steps):
    values = np.array(Range(0.01, 10.0, steps=steps, log=True).values)
    assert len(set(values)) == steps
    ratios = np.diff(np.log(values)) / (np.log(1000) / (steps - 1))
    assert 0.3 < ratios.min() and ratios.max() < 1.8  # rounding moves a value by less than its neighbours' distance


def test_linear_values_are_exact():
    assert Range(0, 1, steps=11).values[3] == 0.3
    assert Range(-3.0, 3, steps=7).values == (-3, -2, -1, 0, 1, 2, 3)


def test_whole_numbers_stay_whole():
    assert Range(1, 9, steps=9).arguments.dtype == np.int32
    assert Range(1.0, 9, steps=9).arguments.dtype == np.float32
    assert Range(1, 2, steps=3).arguments.dtype == np.float32


def test_range_starts_in_the_middle_or_where_told():
    assert Range(0, 4, steps=5).position == 2
    assert Range(0.01, 10, steps=13, log=True, start=0.3).position == 6


def test_the_nearest_value_gives_way_to_the_start():
    assert Range(0.001, 10.0, steps=41, log=True, start=0.03).values[14:17] == (0.025, 0.03, 0.04)
    assert Range(0, 1, steps=11, start=0.37).values == (0, 0.1, 0.2, 0.3, 0.37, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
    assert Range(0.0, 1.0, steps=3, start=1.0).values == (0, 0.5, 1)


def test_strings_reach_the_kernel_as_indices():
    choice = Choice(["relu", "tanh"], start="tanh")
    assert choice.arguments.tolist() == [0, 1] and choice.arguments.dtype == np.int32
    assert (choice.position, choice.texts) == (1, ("relu", "tanh"))


def test_numbers_reach_the_kernel_as_they_are():
    assert Choice([2, 4, 8], start=4).arguments.tolist() == [2, 4, 8]
    assert Choice([0.5, 1]).arguments.dtype == np.float32
    assert Choice([False, True]).arguments.dtype == bool and Choice([False, True]).texts == ("no", "yes")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range(0, 1, steps=11, start=1.5), "Range: start must lie between 0 and 1, got 1.5"),
        (lambda: Seed(1000), "Seed: start must be one of 0, ..., 999, got 1000"),
        (lambda: Range(1, 1), "low must be below high"),
        (lambda: Range(0, float("inf")), "both finite, got 0 and inf"),
        (lambda: Range(0, 1, steps=1), "steps must be at least 2, got 1"),
        (lambda: Range(0, 1, log=True), "low must be above 0 on a logarithmic scale, got 0"),
        (lambda: Choice(["relu", "tanh"], start="elu"), "Choice: start must be one of relu, tanh, got elu"),
        (lambda: Choice(["relu"]), "two or more, all different"),
        (lambda: Choice([1, 1]), "two or more, all different"),
        (lambda: Choice([1, "two"]), "all strings or all numbers"),
    ],
)
def test_bad_controls_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
