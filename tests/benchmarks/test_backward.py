import jax.numpy as jnp
import pytest

from benchmarks import backward
from dlbook.ops import activations


def test_every_op_that_has_a_backward_pass_is_raced():
    assert set(backward.pairs()) == set(backward.SIZES)
    assert backward.pairs()["relu"] == (activations.relu, activations.relu_backward)


@pytest.mark.parametrize("name", ["relu", "affine", "embed", "dropout", "softmax_cross_entropy", "cross_entropy"])
def test_an_op_is_timed_in_three_ways(name):
    row = backward.measure(name, 2)
    assert min(row["forward"], row["by hand"], row["autodiff"]) > 0
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert row["to_forward_low"] <= row["to_forward"] <= row["to_forward_high"]


def test_a_backward_pass_that_errs_is_not_timed(monkeypatch):
    wrong = {"relu": (activations.relu, lambda dy, x: (dy * (x > 0.5),))}
    monkeypatch.setattr(backward, "pairs", lambda: wrong)
    with pytest.raises(AssertionError, match="relu differs from autodiff"):
        backward.measure("relu", 1)


def test_ratios_are_autodiffs_time_over_ours_and_ours_over_the_forward_passs(monkeypatch):
    times = {"forward": 1.0, "by hand": 3.0, "autodiff": 6.0}
    monkeypatch.setattr(backward, "contestants", lambda name: {which: lambda: 0.0 for which in times})
    monkeypatch.setattr(backward, "interleaved", lambda calls, **_: {which: [times[which]] * 3 for which in calls})
    row = backward.measure("relu", 3)
    assert (row["ratio"], row["to_forward"]) == (2, 3) and row["by hand"] == 3


def test_whole_numbers_go_round():
    assert backward.whole(5, below=3).tolist() == [0, 1, 2, 0, 1] and jnp.abs(backward.signs(4)).sum() == 4
