"""Convolution, its transpose, pooling and batch normalisation against PyTorch, where that is installed.

In 64 bits, for every geometry of the tables.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.ops.batch_norm import batch_norm, batch_norm_backward
from dlbook.ops.conv import conv2d_by_taps, conv2d_by_taps_backward
from dlbook.ops.conv_transpose import conv2d_transpose, conv2d_transpose_backward
from dlbook.ops.geometry import axes
from dlbook.ops.pool import max_pool2d, max_pool2d_backward, mean_pool2d, mean_pool2d_backward
from tests.ops.geometries import GEOMETRIES, QUICK
from tests.ops.test_conv_transpose import TRANSPOSED
from tests.ops.test_pool import POOLINGS

torch = pytest.importorskip("torch")
nn = torch.nn.functional


def random(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape)


def agree(op, op_backward, theirs, *arrays, **settings):
    """Compare outputs and gradients; `theirs` takes and gives images with channels last."""
    with jax.enable_x64(True):
        tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]
        wanted = theirs(*tensors)
        dy = np.cos(np.arange(wanted.numel())).reshape(wanted.shape)
        wanted.backward(torch.from_numpy(dy))
        both = jax.jit(lambda dy, *a: (op(*a, **settings), op_backward(dy, *a, **settings)), compiler_options=QUICK)
        y, gradients = both(dy, *arrays)
        np.testing.assert_allclose(y, wanted.detach(), rtol=1e-10, atol=1e-10)
        for ours, tensor in zip(gradients, tensors, strict=True):
            np.testing.assert_allclose(ours, tensor.grad, rtol=1e-10, atol=1e-10)


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def first(x):
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def bordered(x, image, size, settings, fill=0.0):
    (down, across) = axes("torch", image, size, **settings)
    return nn.pad(first(x), (across.low, across.high, down.low, down.high), value=fill)


@pytest.mark.parametrize("case", range(len(GEOMETRIES)))
def test_convolution(case):
    image, size, settings = GEOMETRIES[case]

    def theirs(x, kernel, bias):
        strides, dilations = pair(settings.get("stride", 1)), pair(settings.get("dilation", 1))
        x = bordered(x, image, size, settings)
        return last(nn.conv2d(x, kernel.permute(3, 2, 0, 1), bias, strides, dilation=dilations))

    arrays = random(2, *image, 2), random(*size, 2, 3), random(3)
    agree(conv2d_by_taps, conv2d_by_taps_backward, theirs, *arrays, **settings)


@pytest.mark.parametrize("case", range(len(TRANSPOSED)))
def test_transposed_convolution(case):
    maps, size, settings = TRANSPOSED[case]
    if isinstance(settings.get("padding", 0), tuple):
        pytest.skip("PyTorch's transposed convolution has one border for both sides")

    def theirs(x, kernel, bias):
        given = dict(settings, padding=0 if settings.get("padding") == "valid" else settings.get("padding", 0))
        return last(nn.conv_transpose2d(first(x), kernel.permute(3, 2, 0, 1), bias, **given))

    agree(
        conv2d_transpose,
        conv2d_transpose_backward,
        theirs,
        random(2, *maps, 3),
        random(*size, 2, 3),
        random(2),
        **settings,
    )


@pytest.mark.parametrize("case", range(len(POOLINGS)))
def test_pooling(case):
    image, settings = POOLINGS[case]
    size = pair(settings.get("size", 2))
    stride = settings.get("stride", size)
    geometry = dict(stride=stride, padding=settings.get("padding", 0))

    def largest(x):
        return last(nn.max_pool2d(bordered(x, image, size, geometry, -torch.inf), size, stride))

    def mean(x):
        count = nn.avg_pool2d(bordered(torch.ones_like(x), image, size, geometry), size, stride)
        return last(nn.avg_pool2d(bordered(x, image, size, geometry), size, stride) / count)

    agree(max_pool2d, max_pool2d_backward, largest, random(2, *image, 3), **settings)
    agree(mean_pool2d, mean_pool2d_backward, mean, random(2, *image, 3), **settings)


def test_batch_normalisation():
    theirs = lambda x, gamma, beta: last(nn.batch_norm(first(x), None, None, gamma, beta, training=True, eps=1e-3))
    agree(batch_norm, batch_norm_backward, theirs, random(3, 4, 5, 2), random(2), random(2) + 1, eps=1e-3)


def test_ties_of_a_maximum_go_where_pytorch_sends_them():
    x = np.round(random(2, 6, 6, 3))
    theirs = lambda x: last(nn.max_pool2d(first(x), 3, 1))
    agree(max_pool2d, max_pool2d_backward, theirs, x, size=3, stride=1)


def test_the_arrays_are_in_64_bits():
    with jax.enable_x64(True):
        assert jnp.asarray(random(2)).dtype == "float64"
