import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.ops.conv import conv2d
from dlbook.ops.geometry import axes, output_size, receptive_field


@pytest.mark.parametrize("stride, padding, dilation", list(itertools.product((1, 2, 3), (0, 1, 2), (1, 2))))
def test_output_size_counts_the_windows_that_fit(stride, padding, dilation):
    for size, window in itertools.product(range(6, 12), (1, 2, 3)):
        starts = range(-padding, size + padding - dilation * (window - 1), stride)
        assert output_size(size, window, stride=stride, padding=padding, dilation=dilation) == len(starts)


@pytest.mark.parametrize("size, stride", [(7, 1), (7, 2), (8, 3), (5, 4)])
def test_same_gives_the_size_over_the_stride_rounded_up(size, stride):
    for window, dilation in ((1, 1), (2, 1), (3, 1), (3, 2), (4, 1)):
        axis, _ = axes("here", (size, size), (window,) * 2, stride=stride, padding="same", dilation=dilation)
        assert axis.count == -(-size // stride) and axis.high - axis.low in (0, 1)


def test_sizes_of_the_sources():
    assert output_size(6, 3) == 4 and output_size(7, 3) == 5 and output_size(10, 3, stride=2, padding=1) == 5
    assert output_size(10, 3, padding=(0, 1), stride=2) == 5 and output_size(5, 5, padding="valid") == 1


LAYERS = [(3, 2, 1), (3, 1, 0, 2), (2, 2, 0)]


def test_receptive_field_is_where_the_gradient_is_not_zero():
    """Each unit's field, found by a gradient through the layers, lies where the recursion says."""

    def net(row):
        x = row[None, :, None, None]
        for k, s, p, *d in LAYERS:
            kernel = jnp.ones((k, 1, 1, 1))
            padding, dilation = ((p, p), (0, 0)), (d[0] if d else 1, 1)
            x = conv2d(x, kernel, jnp.zeros(1), stride=(s, 1), padding=padding, dilation=dilation)
        return x[0, :, 0, 0]

    last = receptive_field(41, LAYERS)[-1]
    jacobian = np.asarray(jax.jacrev(net)(jnp.ones(41)))
    assert jacobian.shape == (last.size, 41)
    for unit in range(1, last.size - 1):
        (seen,) = np.nonzero(jacobian[unit])
        centre = last.start + unit * last.jump
        assert seen.max() - seen.min() + 1 == last.field and (seen.max() + seen.min()) / 2 == centre
    assert (last.jump, last.field) == (4, 13)


def test_the_input_sees_itself():
    assert receptive_field(9, []) == [(9, 1, 1, 0.0)]


@pytest.mark.parametrize("name, value", [("stride", 0), ("stride", 1.5), ("dilation", (1, 2, 3)), ("dilation", -1)])
def test_a_step_that_is_no_whole_number_is_named(name, value, as_reader):
    with pytest.raises(ValueError, match=f"conv2d: {name} must be a whole number above 0, or two of them, got"):
        axes("conv2d", (5, 5), (3, 3), **{name: value})


@pytest.mark.parametrize("padding", [-1, 1.0, (1, 2), ((1, 2), 3), ((0, -1), (0, 0)), None])
def test_a_border_that_makes_no_sense_is_named(padding, as_reader):
    with pytest.raises(ValueError, match="conv2d: padding must be a whole number from 0"):
        axes("conv2d", (5, 5), (3, 3), padding=padding)


@pytest.mark.parametrize("padding", ["reflect", "same_lower", "full"])
def test_borders_that_are_not_offered_are_refused_by_name(padding):
    with pytest.raises(ValueError, match=f"padding must be one of 'valid', 'same', got '{padding}'"):
        axes("conv2d", (5, 5), (3, 3), padding=padding)


def test_a_window_larger_than_the_image_says_so():
    with pytest.raises(ValueError, match="conv2d: a window of 5x5 pixels does not fit in an image of 4x6"):
        axes("conv2d", (4, 6), (3, 3), dilation=2)
