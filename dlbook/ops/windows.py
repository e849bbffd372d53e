"""Images cut into windows, and the gradient's way back: overlapping pixels add up.

Convolution multiplies the windows by a matrix, pooling reduces each to a number.
"""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook.ops.geometry import Padding, Pair, axes


def taps(
    x: Float[Array, "n h w c"], *, size: Pair, stride=1, padding: Padding = 0, dilation=1, fill=0, where="taps"
) -> list[Float[Array, "n u v c"]]:
    """Return what each tap of a sliding window reads, in row order: a strided part of the image for each.

    Parameters
    ----------
    size
        Height and width of the window, in taps.
    stride, padding, dilation
        As in :func:`dlbook.ops.geometry.axes`.
    fill
        What stands in the border.
    where
        Name for the messages.

    Raises
    ------
    ValueError
        If the geometry makes no sense, or no window fits.
    """
    along = axes(where, x.shape[1:3], size, stride=stride, padding=padding, dilation=dilation)
    x = lax.pad(x, jnp.asarray(fill, x.dtype), [(0, 0, 0), *((a.low, a.high, 0) for a in along), (0, 0, 0)])
    return [lax.slice(x, *_corners(x.shape, along, tap)) for tap in _places(size)]


def taps_backward(
    dy: list[Float[Array, "n u v c"]],
    x: Float[Array, "n h w c"],
    *,
    size: Pair,
    stride=1,
    padding: Padding = 0,
    dilation=1,
    fill=0,
    where="taps",
) -> tuple[Float[Array, "n h w c"]]:
    """Gradient by `x`: where the forward pass reads, this adds; what the border gets is dropped."""
    along = axes(where, x.shape[1:3], size, stride=stride, padding=padding, dilation=dilation)
    total = 0
    for tap, part in zip(_places(size), dy, strict=True):
        total = total + lax.pad(part, jnp.zeros((), part.dtype), _spread(along, tap))
    rows, columns = (slice(a.low, a.low + a.size) for a in along)
    return (total[:, rows, columns],)


def windows(
    x: Float[Array, "n h w c"], *, size: Pair, stride=1, padding: Padding = 0, dilation=1
) -> Float[Array, "n u v i j c"]:
    """Return the window at each position, side by side (im2col): equation :eq:`im2col`.

    Raises
    ------
    ValueError
        If the geometry makes no sense, or no window fits.

    Examples
    --------
    >>> image = jnp.arange(9.0).reshape(1, 3, 3, 1)
    >>> windows(image, size=(2, 2))[0, 0, 1, :, :, 0].tolist()
    [[1.0, 2.0], [4.0, 5.0]]
    """
    parts = taps(x, size=size, stride=stride, padding=padding, dilation=dilation, where="windows")
    n, u, v, c = parts[0].shape
    return jnp.concatenate(parts, 3).reshape(n, u, v, *size, c)


def windows_backward(
    dy: Float[Array, "n u v i j c"],
    x: Float[Array, "n h w c"],
    *,
    size: Pair,
    stride=1,
    padding: Padding = 0,
    dilation=1,
) -> tuple[Float[Array, "n h w c"]]:
    """Gradient by `x`: a pixel gets the sum over all windows that read it."""
    parts = [dy[:, :, :, i, j] for i, j in _places(size)]
    return taps_backward(parts, x, size=size, stride=stride, padding=padding, dilation=dilation)


def _places(size):
    return [(i, j) for i in range(size[0]) for j in range(size[1])]


def _corners(shape, along, tap):
    """First pixel, end and step of what one tap reads, along each axis of the image with its border."""
    starts = [a.dilation * t for a, t in zip(along, tap, strict=True)]
    ends = [start + a.stride * (a.count - 1) + 1 for a, start in zip(along, starts, strict=True)]
    return (0, *starts, 0), (shape[0], *ends, shape[3]), (1, *(a.stride for a in along), 1)


def _spread(along, tap):
    """Padding that puts what one tap read back in its place, with zeros between."""
    config = []
    for a, t in zip(along, tap, strict=True):
        before = a.dilation * t
        after = a.low + a.size + a.high - before - a.stride * (a.count - 1) - 1
        config.append((before, after, a.stride - 1))
    return [(0, 0, 0), *config, (0, 0, 0)]
