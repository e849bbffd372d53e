from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.conv import conv2d, conv2d_backward
from dlbook.ops.conv_pool import conv2d_max_pool, conv2d_max_pool_backward
from dlbook.ops.pool import max_pool2d, max_pool2d_backward
from tests.gradients import check_backward
from tests.ops.geometries import QUICK, name

CASES = [  # image, kernel, settings: outputs that do not fill the last tile, pixels that no tile needs, one axis longer
    ((12, 12), (5, 5), {"tile": 4}),
    ((9, 11), (3, 2), {"tile": 4, "padding": 1}),
    ((9, 8), (3, 3), {}),
    ((7, 7), (1, 1), {"pool": 3}),
    ((8, 6), (5, 3), {"padding": ((2, 0), (1, 3)), "pool": 1, "tile": 2}),
    ((7, 9), (2, 4), {"padding": "same", "tile": 6}),
]


@pytest.mark.parametrize("image, size, settings", CASES, ids=name)
def test_is_pooling_after_convolution_with_its_gradient(image, size, settings):
    padding, pool = settings.get("padding", 0), settings.get("pool", 2)

    @partial(jax.jit, compiler_options=QUICK)
    def both(x, kernel, bias):
        z = conv2d(x, kernel, bias, padding=padding)
        wanted = max_pool2d(z, size=pool)
        dy = jnp.cos(jnp.arange(wanted.size, dtype=x.dtype)).reshape(wanted.shape)
        grads = conv2d_backward(*max_pool2d_backward(dy, z, size=pool), x, kernel, bias, padding=padding)
        ours = conv2d_max_pool(x, kernel, bias, **settings)
        return (ours, *conv2d_max_pool_backward(dy, x, kernel, bias, **settings)), (wanted, *grads)

    with jax.enable_x64(True):
        keys = jr.split(jr.key(0), 3)
        shapes = (2, *image, 2), (*size, 2, 3), (3,)
        arrays = [jr.normal(key, shape, "float64") for key, shape in zip(keys, shapes, strict=True)]
        for a, b in zip(*both(*arrays), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_backward_is_the_gradient():
    check_backward(conv2d_max_pool, conv2d_max_pool_backward, (2, 7, 6, 2), (3, 3, 2, 3), (3,), padding=1)


def test_the_first_of_several_largest_takes_all():
    x, kernel = jnp.ones((1, 4, 4, 1)), jnp.ones((1, 1, 1, 1))
    dx, _, _ = conv2d_max_pool_backward(jnp.full((1, 2, 2, 1), 3.0), x, kernel, jnp.zeros(1))
    np.testing.assert_array_equal(dx[0, :, :, 0], np.kron(np.ones((2, 2)), [[3, 0], [0, 0]]))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"tile": 3}, "tile must be a multiple of pool, which is 2, got 3"),
        ({"pool": 4}, "a pooling window of 4 does not fit in 3x3 outputs"),
        ({"padding": "full"}, "padding must be one of"),
    ],
)
def test_bad_settings_are_named(settings, message, as_reader):
    with pytest.raises(ValueError, match=f"conv2d_max_pool: {message}"):
        conv2d_max_pool(jnp.zeros((1, 5, 5, 1)), jnp.zeros((3, 3, 1, 1)), jnp.zeros(1), **settings)
