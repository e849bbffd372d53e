"""Convolution of images `x[n, h, w, c]` by a bank of kernels `kernel[i, j, c, f]`, in three forms.

As everywhere in deep learning, "convolution" of images here is *cross-correlation*: the kernel is not
flipped.  `dlbook.ops.conv1d` has both, in one dimension.

========================== ==============================================================
:func:`conv2d`             windows times a matrix (im2col): what the models train with
:func:`conv2d_by_taps`     the sum over kernel taps, as the equation reads
:func:`conv2d_by_library`  `lax.conv_general_dilated`, for GPU and TPU; slower on a CPU
========================== ==============================================================

All three take the same arguments and give the same numbers.  `dlbook.ops.conv_transpose` leads the other way.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.correlation import correlate, correlate_transposed, kernel_gradient
from dlbook.ops.geometry import Axis, Padding, axes
from dlbook.ops.windows import taps, taps_backward

STATIC = ("stride", "padding", "dilation")
LAYOUT = ("NHWC", "HWIO", "NHWC")


class Conv(NamedTuple):
    """Parameters of one convolution layer; its gradient has the same form."""

    kernel: Float[Array, "i j c f"]
    bias: Float[Array, " f"]


@partial(jax.jit, static_argnames=STATIC)
def conv2d(
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> Float[Array, "n u v f"]:
    r"""Convolve a batch of images with a bank of kernels: equation :eq:`conv-forward`.

    Parameters
    ----------
    kernel
        One filter of `i` by `j` taps for each pair of input channel `c` and feature `f`.
    bias
        One number for each feature, shared by all positions.
    stride, dilation
        Pixels from window to window and from tap to tap; one number, or one for each axis.
    padding
        Pixels of zeros on all four sides, ((top, bottom), (left, right)), "valid" or "same".

    Returns
    -------
    Feature maps; :func:`dlbook.ops.geometry.output_size` gives their height `u` and width `v`.

    Raises
    ------
    ValueError
        If channels or features differ, a setting makes no sense, or the kernel does not fit in the image.

    Notes
    -----
    With stride s, dilation d and p rows and columns of zeros:

    .. math:: y_{n,u,v,f} = b_f + \sum_{i,j,c} k_{i,j,c,f} \, x_{n,\, us+id-p,\, vs+jd-p,\, c}

    Here every window is laid out as a row, and one matrix product with the kernel gives all outputs.

    Examples
    --------
    >>> conv2d(jnp.ones((1, 4, 4, 1)), jnp.ones((3, 3, 1, 1)), jnp.zeros(1))[0, :, :, 0].tolist()
    [[9.0, 9.0], [9.0, 9.0]]
    """
    _check("conv2d", x, kernel, bias, stride, padding, dilation)
    return correlate(x, kernel, stride=stride, padding=padding, dilation=dilation) + bias


@partial(jax.jit, static_argnames=STATIC)
def conv2d_backward(
    dy: Float[Array, "n u v f"],
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> tuple[Float[Array, "n h w c"], Float[Array, "i j c f"], Float[Array, " f"]]:
    r"""Gradients by `x`, `kernel` and `bias`: equations :eq:`conv-backward-x` and :eq:`conv-backward-kernel`.

    Notes
    -----
    The signal times the kernel is the gradient by the windows, and a pixel gets the sum over all windows
    that read it.  The kernel's gradient correlates the windows of the input with the signal.
    """
    _check("conv2d", x, kernel, bias, stride, padding, dilation)
    geometry = dict(stride=stride, padding=padding, dilation=dilation)
    dx = correlate_transposed(dy, kernel, x, **geometry)
    return dx, kernel_gradient(dy, x, kernel.shape[:2], **geometry), dy.sum((0, 1, 2))


@partial(jax.jit, static_argnames=STATIC)
def conv2d_by_taps(
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> Float[Array, "n u v f"]:
    """Convolve as the equation reads: for each kernel tap, what it sees times its weight; see :func:`conv2d`.

    Raises
    ------
    ValueError
        As :func:`conv2d` does.
    """
    _check("conv2d_by_taps", x, kernel, bias, stride, padding, dilation)
    seen = taps(x, size=kernel.shape[:2], stride=stride, padding=padding, dilation=dilation)
    weights = kernel.reshape(-1, *kernel.shape[2:])
    return bias + sum(jnp.einsum("nuvc,cf->nuvf", part, weights[tap]) for tap, part in enumerate(seen))


@partial(jax.jit, static_argnames=STATIC)
def conv2d_by_taps_backward(
    dy: Float[Array, "n u v f"],
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> tuple[Float[Array, "n h w c"], Float[Array, "i j c f"], Float[Array, " f"]]:
    """Gradients by `x`, `kernel` and `bias`, tap by tap: each adds where it has read."""
    _check("conv2d_by_taps", x, kernel, bias, stride, padding, dilation)
    geometry = dict(size=kernel.shape[:2], stride=stride, padding=padding, dilation=dilation)
    dkernel = [jnp.einsum("nuvc,nuvf->cf", part, dy) for part in taps(x, **geometry)]
    weights = kernel.reshape(-1, *kernel.shape[2:])
    (dx,) = taps_backward([jnp.einsum("nuvf,cf->nuvc", dy, w) for w in weights], x, **geometry)
    return dx, jnp.stack(dkernel).reshape(kernel.shape), dy.sum((0, 1, 2))


@partial(jax.jit, static_argnames=STATIC)
def conv2d_by_library(
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> Float[Array, "n u v f"]:
    """Convolve with the compiler's own convolution; see :func:`conv2d`.

    Raises
    ------
    ValueError
        As :func:`conv2d` does.
    """
    along = _check("conv2d_by_library", x, kernel, bias, stride, padding, dilation)
    return _library(x, kernel, along, LAYOUT) + bias


@partial(jax.jit, static_argnames=STATIC)
def conv2d_by_library_backward(
    dy: Float[Array, "n u v f"],
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> tuple[Float[Array, "n h w c"], Float[Array, "i j c f"], Float[Array, " f"]]:
    """Gradients by `x`, `kernel` and `bias`, each a plain convolution.

    The signal goes back through the same kernel, flipped, its input and output channels exchanged.  With
    a stride, s - 1 zeros stand between its entries first (*zero insertion*).  The compiler's own gradient
    of a convolution is not used: on a CPU it aborts the process for some shapes.
    """
    along = _check("conv2d_by_library", x, kernel, bias, stride, padding, dilation)
    forth = [a._replace(size=a.size + a.span - 1, stride=1, low=0, high=0) for a in along]
    dx = _library(_zeros_inserted(dy, along), kernel[::-1, ::-1].swapaxes(2, 3), forth, LAYOUT)
    back = [a._replace(taps=a.count, stride=a.dilation, dilation=a.stride) for a in along]
    dkernel = _library(x, dy, back, ("CHWN", "IHWO", "NHWC"))[:, : kernel.shape[0], : kernel.shape[1]]
    return dx, dkernel.transpose(1, 2, 0, 3), dy.sum((0, 1, 2))


def _zeros_inserted(dy, along: tuple[Axis, Axis]):
    """Spread the signal by the stride, and give it the border with which plain windows restore the input's size."""
    config, cut = [], [slice(None)]
    for a in along:
        low = a.span - 1 - a.low
        high = a.size + a.low - 1 - a.stride * (a.count - 1)
        config.append((max(low, 0), max(high, 0), a.stride - 1))
        cut.append(slice(max(-low, 0), min(high, 0) or None))  # a border as wide as the kernel sees no pixel
    return lax.pad(dy, jnp.zeros((), dy.dtype), [(0, 0, 0), *config, (0, 0, 0)])[tuple(cut)]


def _library(x, kernel, along, layout):
    return lax.conv_general_dilated(
        x,
        kernel,
        [a.stride for a in along],
        [(a.low, a.high) for a in along],
        rhs_dilation=[a.dilation for a in along],
        dimension_numbers=layout,
    )


def _check(where, x, kernel, bias, stride, padding, dilation):
    checks.same(where, "channels", x=x.shape[3], kernel=kernel.shape[2])
    checks.same(where, "features", kernel=kernel.shape[3], bias=bias.shape[0])
    return axes(where, x.shape[1:3], kernel.shape[:2], stride=stride, padding=padding, dilation=dilation)
