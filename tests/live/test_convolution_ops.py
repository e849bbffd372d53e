"""The ops of convolutional networks, forward and backward, and a training step, in a module as under `jax.jit`."""

from functools import partial

import jax
import jax.numpy as jnp
import pytest

from dlbook.data.augment import augment
from dlbook.models import cnn, lenet5
from dlbook.ops.batch_norm import batch_norm, batch_norm_backward, frozen_batch_norm, frozen_batch_norm_backward
from dlbook.ops.conv import (
    conv2d,
    conv2d_backward,
    conv2d_by_library,
    conv2d_by_library_backward,
    conv2d_by_taps,
    conv2d_by_taps_backward,
)
from dlbook.ops.conv1d import convolve1d, convolve1d_backward, correlate1d, correlate1d_backward
from dlbook.ops.conv_pool import conv2d_max_pool, conv2d_max_pool_backward
from dlbook.ops.conv_transpose import conv2d_transpose, conv2d_transpose_backward
from dlbook.ops.dropout import draw_mask, dropout, dropout_backward
from dlbook.ops.pool import max_pool2d, max_pool2d_backward, mean_pool2d, mean_pool2d_backward
from tests.live.machine import largest_difference
from tests.live.programs import normal

X, KERNEL, BIAS = normal(2, 7, 8, 2), normal(3, 2, 2, 5), normal(5)
STRIDED = dict(stride=(2, 1), padding=((1, 2), (0, 3)), dilation=(1, 2))
CONVOLUTIONS = {
    "im2col": (conv2d, conv2d_backward),
    "taps": (conv2d_by_taps, conv2d_by_taps_backward),
    "library": (conv2d_by_library, conv2d_by_library_backward),
}
OPS = {
    **{f"{name}, plain": (*pair, (X, KERNEL, BIAS), {}) for name, pair in CONVOLUTIONS.items()},
    **{f"{name}, strided": (*pair, (X, KERNEL, BIAS), STRIDED) for name, pair in CONVOLUTIONS.items()},
    "transpose": (
        *(conv2d_transpose, conv2d_transpose_backward),
        *((normal(2, 3, 4, 5), KERNEL, normal(2)), dict(stride=2, padding=1, output_padding=1)),
    ),
    "convolve1d": (convolve1d, convolve1d_backward, (normal(9), normal(4)), {}),
    "correlate1d": (correlate1d, correlate1d_backward, (normal(9), normal(4)), {}),
    "tiles": (conv2d_max_pool, conv2d_max_pool_backward, (X, KERNEL, BIAS), dict(padding=1)),
    "max": (max_pool2d, max_pool2d_backward, (X,), {}),
    "max, overlapping": (max_pool2d, max_pool2d_backward, (X,), dict(size=3, stride=2, padding=1)),
    "mean": (mean_pool2d, mean_pool2d_backward, (X,), dict(size=3, stride=2, padding="same")),
    "batch norm": (batch_norm, batch_norm_backward, (X, normal(2), normal(2)), {}),
    "frozen": (
        *(frozen_batch_norm, frozen_batch_norm_backward),
        *((X, normal(2), normal(2), normal(2), jnp.array([0.5, 2.0])), {}),
    ),
}


@pytest.mark.parametrize("name", OPS)
def test_op_and_its_backward_pass(name):
    op, op_backward, arrays, settings = OPS[name]

    def both(*arrays):
        y = op(*arrays, **settings)
        return y, op_backward(jnp.cos(y), *arrays, **settings)

    assert largest_difference(both, *arrays) < 1e-6


def test_dropout_draws_the_same_units():
    def both(key, x, rate):
        mask = draw_mask(key, x.shape, rate)
        return mask, dropout(x, mask, rate=rate), dropout_backward(x, x, mask, rate=rate)[0]

    assert largest_difference(both, jax.random.key(3), X, jnp.float32(0.4)) < 1e-6


IMAGES, LABELS = jnp.abs(normal(4, 8, 8, 1)), jnp.array([0, 3, 9, 9])
SMALL = dict(features=(4, 6), kernel=3, padding=1, hidden=(8,))


@pytest.mark.parametrize("conv", [None, CONVOLUTIONS["im2col"]])
@pytest.mark.parametrize("normalise", [False, True])
def test_a_training_step_of_a_network(conv, normalise):
    def step(params, x, labels, key, rate, l2):
        loss = partial(cnn.loss, padding=1, conv=conv)
        value, grads = jax.value_and_grad(loss)(params, (x, labels), key, rate=rate, l2=l2)
        if normalise:  # the normalisation takes a bias away again: its gradient is 0 and what is left of it is rounding
            grads = grads._replace(convs=[layer.kernel for layer in grads.convs])
        return value, grads, cnn.maps(params, x, padding=1, conv=conv)

    params = cnn.init(jax.random.key(0), (8, 8, 1), normalise=normalise, **SMALL)
    arguments = params, IMAGES, LABELS, jax.random.key(1), jnp.float32(0.3), jnp.float32(1e-3)
    assert largest_difference(step, *arguments) < 2e-6


def test_lenet5_of_1998():
    params, x = lenet5.init(jax.random.key(0)), lenet5.prepare(jnp.abs(normal(2, 28, 28, 1)))
    gradient = jax.value_and_grad(lenet5.loss)
    assert largest_difference(lambda p, x, labels: gradient(p, (x, labels)), params, x, LABELS[:2]) < 2e-6


def test_augmentation():
    call = lambda key, x, angle, shift: augment(key, x, angle=angle, shift=shift)
    assert largest_difference(call, jax.random.key(2), IMAGES, jnp.float32(20.0), jnp.float32(1.5)) < 1e-5
