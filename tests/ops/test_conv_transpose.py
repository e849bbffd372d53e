import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.conv_transpose import conv2d_transpose, conv2d_transpose_backward
from tests.gradients import check_backward
from tests.ops.geometries import name

X = jnp.zeros((1, 4, 4, 2))
TRANSPOSED = [  # feature maps, window, settings; the last sizes lose a part of the border to the padding
    ((3, 4), (3, 3), {}),
    ((3, 4), (3, 2), {"stride": 2}),
    ((3, 4), (3, 3), {"stride": 2, "padding": 1}),
    ((3, 4), (3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
    ((2, 3), (2, 2), {"stride": 3, "output_padding": 2}),
    ((3, 4), (2, 3), {"stride": (2, 3), "padding": ((1, 0), (0, 2)), "dilation": (2, 1)}),
    ((4, 3), (3, 3), {"dilation": 2, "padding": 2}),
    ((4, 4), (1, 1), {"padding": 1}),
    ((4, 4), (2, 2), {"padding": 3, "stride": 3}),
    ((3, 3), (1, 2), {"stride": 2, "padding": "valid"}),
]


def transposed_by_loops(x, kernel, bias, stride=1, padding=0, dilation=1, output_padding=0):
    """ONNX's ConvTranspose: every input adds the whole kernel, then the borders are cut off."""
    pair = lambda v: v if isinstance(v, tuple) else (v, v)
    (s, t), (d, e) = pair(stride), pair(dilation)
    padding = 0 if padding == "valid" else padding
    (top, bottom), (left, right) = padding if isinstance(padding, tuple) else ((padding,) * 2,) * 2
    (n, u, v, _), (i, j, c, _) = x.shape, kernel.shape
    whole = np.zeros(
        (n, s * (u - 1) + d * (i - 1) + 1 + output_padding, t * (v - 1) + e * (j - 1) + 1 + output_padding, c)
    )
    for row, column, a, b in np.ndindex(u, v, i, j):
        whole[:, s * row + d * a, t * column + e * b] += x[:, row, column] @ kernel[a, b].T.astype(float)
    h, w = whole.shape[1:3]
    return whole[:, top : h - bottom, left : w - right] + bias


@pytest.mark.parametrize("maps, size, settings", TRANSPOSED, ids=name)
def test_transpose_adds_the_kernel_once_for_each_input(maps, size, settings):
    keys = jr.split(jr.key(3), 3)
    x, kernel, bias = (
        np.asarray(jr.normal(k, s)) for k, s in zip(keys, [(2, *maps, 4), (*size, 3, 4), (3,)], strict=True)
    )
    np.testing.assert_allclose(
        conv2d_transpose(x, kernel, bias, **settings),
        transposed_by_loops(x, kernel, bias, **settings),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("maps, size, settings", TRANSPOSED[3:6], ids=name)
def test_backward_of_the_transpose_is_the_gradient(maps, size, settings):
    check_backward(conv2d_transpose, conv2d_transpose_backward, (2, *maps, 3), (*size, 2, 3), (2,), **settings)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"padding": "same"}, 'padding must be given in pixels or "valid"'),
        ({"output_padding": 1}, "output_padding must lie between 0 and 0, got 1"),
        ({"stride": (2, 3), "output_padding": 2}, "output_padding must lie between 0 and 1, got 2"),
        ({"padding": 3}, "padding 3 leaves nothing of the result"),
    ],
)
def test_bad_settings_of_the_transpose_are_named(settings, message, as_reader):
    with pytest.raises(ValueError, match=f"conv2d_transpose: {message}"):
        conv2d_transpose(X, jnp.zeros((3, 3, 1, 2)), jnp.zeros(1), **settings)


def test_channels_of_the_transpose_that_differ_are_named(as_reader):
    with pytest.raises(ValueError, match="conv2d_transpose: x has 2 features but kernel has 1"):
        conv2d_transpose(X, jnp.zeros((3, 3, 2, 1)), jnp.zeros(2))
    with pytest.raises(ValueError, match="conv2d_transpose: kernel has 1 channels but bias has 2"):
        conv2d_transpose(X, jnp.zeros((3, 3, 1, 2)), jnp.zeros(2))


@pytest.mark.parametrize("setting", ["groups", "auto_pad", "output_shape"])
def test_what_is_not_offered_is_refused_by_name(setting):
    with pytest.raises(TypeError, match=setting):
        conv2d_transpose(X, jnp.zeros((3, 3, 1, 2)), jnp.zeros(1), **{setting: 1})
