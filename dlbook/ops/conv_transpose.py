"""Transposed convolution: feature maps `x[n, u, v, f]` sent back through a bank of kernels `kernel[i, j, c, f]`."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.correlation import correlate, correlate_transposed, kernel_gradient
from dlbook.ops.geometry import Padding, axes

STATIC = ("stride", "padding", "dilation", "output_padding")


@partial(jax.jit, static_argnames=STATIC)
def conv2d_transpose(
    x: Float[Array, "n u v f"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " c"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
    output_padding: int = 0,
) -> Float[Array, "n h w c"]:
    r"""Send feature maps back through a convolution, which enlarges them: equation :eq:`conv-transpose`.

    As a map of `x` this is the backward pass of :func:`dlbook.ops.conv.conv2d`, and the kernel has the shape that
    `conv2d` would take for the way from the result to `x`: its last axis is read, its third is written.

    Parameters
    ----------
    stride, dilation
        One number, or one for each axis; here a stride enlarges.
    padding
        Pixels cut off on all four sides, or ((top, bottom), (left, right)), or "valid": none.
    output_padding
        Pixels more at the bottom and on the right, below the stride: sizes that the same convolution maps to one.

    Raises
    ------
    ValueError
        If features or channels differ, a setting makes no sense, or nothing is left of the result.

    Notes
    -----
    The result has :math:`s (u - 1) + d (i - 1) + 1 - 2 p` rows, and `output_padding` more.

    Examples
    --------
    >>> conv2d_transpose(jnp.ones((1, 2, 2, 1)), jnp.ones((2, 2, 1, 1)), jnp.zeros(1), stride=2).shape
    (1, 4, 4, 1)
    """
    along = _check(x, kernel, bias, stride, padding, dilation, output_padding)
    canvas = jnp.zeros((len(x), *(a.size for a in along), kernel.shape[2]), x.dtype)
    return correlate_transposed(x, kernel, canvas, stride=stride, padding=padding, dilation=dilation) + bias


@partial(jax.jit, static_argnames=STATIC)
def conv2d_transpose_backward(
    dy: Float[Array, "n h w c"],
    x: Float[Array, "n u v f"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " c"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
    output_padding: int = 0,
) -> tuple[Float[Array, "n u v f"], Float[Array, "i j c f"], Float[Array, " c"]]:
    """Gradients by `x`, which is the convolution of the signal, by `kernel` and by `bias`."""
    _check(x, kernel, bias, stride, padding, dilation, output_padding)
    geometry = dict(stride=stride, padding=padding, dilation=dilation)
    dx = correlate(dy, kernel, **geometry)
    return dx, kernel_gradient(x, dy, kernel.shape[:2], **geometry), dy.sum((0, 1, 2))


def _check(x, kernel, bias, stride, padding, dilation, output_padding):
    """Return the geometry of the convolution that leads from the result back to `x`."""
    where = "conv2d_transpose"
    checks.same(where, "features", x=x.shape[3], kernel=kernel.shape[3])
    checks.same(where, "channels", kernel=kernel.shape[2], bias=bias.shape[0])
    if padding == "same":
        raise ValueError(f'{where}: padding must be given in pixels or "valid", since "same" does not name one size.')
    large = tuple(10**6 for _ in range(2))  # any size: only the settings are read here
    given = axes(where, large, kernel.shape[:2], stride=stride, padding=padding, dilation=dilation)
    checks.in_range(where, "output_padding", output_padding, 0, min(a.stride for a in given) - 1)
    sizes = [
        a.stride * (count - 1) + a.span - a.low - a.high + output_padding
        for a, count in zip(given, x.shape[1:3], strict=True)
    ]
    if min(sizes) < 1:
        raise ValueError(f"{where}: padding {padding} leaves nothing of the result.")
    return tuple(a._replace(size=size) for a, size in zip(given, sizes, strict=True))
