from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest
from jax import lax

from dlbook.ops.pool import max_pool2d, max_pool2d_backward, mean_pool2d, mean_pool2d_backward
from tests.gradients import check_backward
from tests.ops.geometries import QUICK, name

POOLINGS = [  # image, settings
    ((4, 4), {}),
    ((5, 7), {}),
    ((6, 7), {"size": 3}),
    ((7, 5), {"size": 3, "stride": 1}),
    ((7, 6), {"size": 3, "stride": 2}),
    ((7, 6), {"size": 3, "stride": 2, "padding": 1}),
    ((6, 7), {"size": 3, "stride": 2, "padding": "same"}),
    ((6, 7), {"size": 3, "stride": 2, "padding": "valid"}),
    ((7, 8), {"size": (3, 2), "stride": (1, 3), "padding": ((2, 0), (1, 1))}),
    ((5, 5), {"size": 2, "stride": 3}),
    ((1, 1), {"size": 3, "padding": 1}),
    ((3, 4), {"size": 1}),
]


def of_the_library(x, fold, start, size=2, stride=None, padding=0):
    pair = lambda v: v if isinstance(v, tuple) else (v, v)
    strides = pair(size if stride is None else stride)
    if isinstance(padding, int):
        padding = ((padding,) * 2,) * 2
    if not isinstance(padding, str):
        padding = ((0, 0), *padding, (0, 0))
    padding = padding.upper() if isinstance(padding, str) else padding
    return lax.reduce_window(x, start, fold, (1, *pair(size), 1), (1, *strides, 1), padding)


@pytest.mark.parametrize("image, settings", POOLINGS, ids=name)
def test_maximum_is_that_of_the_library_with_its_gradient(image, settings):
    x = jnp.round(2 * jr.normal(jr.key(0), (2, *image, 3)))  # whole numbers: many ties

    @partial(jax.jit, compiler_options=QUICK)
    def both(x):
        wanted, vjp = jax.vjp(lambda x: of_the_library(x, lax.max, -jnp.inf, **settings), x)
        dy = jnp.cos(jnp.arange(wanted.size, dtype=x.dtype)).reshape(wanted.shape)
        return (max_pool2d(x, **settings), *max_pool2d_backward(dy, x, **settings)), (wanted, *vjp(dy))

    (y, dx), (wanted, dwanted) = both(x)
    np.testing.assert_array_equal(y, wanted)
    np.testing.assert_allclose(dx, dwanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("image, settings", POOLINGS[1::4], ids=name)
def test_backward_of_the_maximum_is_the_gradient(image, settings):
    check_backward(max_pool2d, max_pool2d_backward, (2, *image, 3), **settings)


@pytest.mark.parametrize("image, settings", POOLINGS, ids=name)
def test_mean_is_the_sum_over_the_count_of_pixels_with_its_gradient(image, settings):
    def theirs(x):
        total, count = (of_the_library(a, lax.add, 0.0, **settings) for a in (x, jnp.ones_like(x)))
        return total / count

    @partial(jax.jit, compiler_options=QUICK)
    def both(x):
        wanted, vjp = jax.vjp(theirs, x)
        dy = jnp.cos(jnp.arange(wanted.size, dtype=x.dtype)).reshape(wanted.shape)
        return (mean_pool2d(x, **settings), *mean_pool2d_backward(dy, x, **settings)), (wanted, *vjp(dy))

    for ours, wanted in zip(*both(jr.normal(jr.key(0), (2, *image, 3))), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("image, settings", POOLINGS[1::4], ids=name)
def test_backward_of_the_mean_is_the_gradient(image, settings):
    check_backward(mean_pool2d, mean_pool2d_backward, (2, *image, 3), **settings)


def test_the_first_of_several_largest_takes_all():
    (dx,) = max_pool2d_backward(jnp.full((1, 1, 1, 1), 3.0), jnp.array([[1.0, 5.0], [5.0, 5.0]])[None, :, :, None])
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 3], [0, 0]])


def test_the_border_is_never_the_largest():
    np.testing.assert_array_equal(max_pool2d(jnp.full((1, 3, 3, 1), -2.0), size=3, stride=1, padding=1), -2)


def test_an_overlapping_window_passes_the_signal_on_once_for_each_window():
    x = jnp.zeros((1, 3, 3, 1)).at[0, 1, 1].set(1.0)
    (dx,) = max_pool2d_backward(jnp.ones((1, 2, 2, 1)), x, size=2, stride=1)
    assert dx[0, 1, 1, 0] == 4 and dx.sum() == 4


def test_the_mean_preserves_the_sum_of_the_signal():
    dy = jr.normal(jr.key(2), (2, 3, 3, 4))
    (dx,) = mean_pool2d_backward(dy, jnp.zeros((2, 6, 6, 4)))
    np.testing.assert_allclose(dx.sum(), dy.sum(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(dx[:, ::2, ::2], dy / 4, rtol=1e-6)


@pytest.mark.parametrize("pool", [max_pool2d, mean_pool2d])
@pytest.mark.parametrize(
    "settings, message",
    [
        ({"padding": 2}, "padding must be narrower than the window of 2, got 2"),
        ({"size": 6}, "a window of 6x6 pixels does not fit in an image of 5x4"),
        ({"stride": 0}, "stride must be a whole number above 0, or two of them, got 0"),
        ({"padding": "full"}, "padding must be one of 'valid', 'same', got 'full'"),
    ],
)
def test_bad_settings_are_named(pool, settings, message, as_reader):
    with pytest.raises(ValueError, match=f"{pool.__name__}: {message}"):
        pool(jnp.zeros((1, 5, 4, 1)), **settings)


@pytest.mark.parametrize("setting", ["dilation", "ceil_mode", "count_include_pad"])
def test_what_is_not_offered_is_refused_by_name(setting):
    with pytest.raises(TypeError, match=setting):
        max_pool2d(jnp.zeros((1, 4, 4, 1)), **{setting: 1})
