"""Pooling: one number for each window of each feature map; no parameters."""

from functools import partial, reduce

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook.ops.geometry import Padding, axes
from dlbook.ops.windows import taps, taps_backward

STATIC = ("size", "stride", "padding")


@partial(jax.jit, static_argnames=STATIC)
def max_pool2d(x: Float[Array, "n h w c"], *, size=2, stride=None, padding: Padding = 0) -> Float[Array, "n u v c"]:
    """Keep the largest entry of each window: equation :eq:`max-pool`.

    Parameters
    ----------
    size
        Pixels of the window; one number, or one for the rows and one for the columns.
    stride
        Pixels from window to window, by default `size`: windows side by side.
    padding
        As for :func:`dlbook.ops.conv.conv2d`, but narrower than the window.  The border never is the largest.

    Raises
    ------
    ValueError
        If a setting makes no sense, a window might lie in the border alone, or none fits in the image.

    Examples
    --------
    >>> max_pool2d(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    parts = taps(x, **_geometry("max_pool2d", x, size, stride, padding), fill=-jnp.inf)
    return reduce(jnp.maximum, parts)


@partial(jax.jit, static_argnames=STATIC)
def max_pool2d_backward(
    dy: Float[Array, "n u v c"], x: Float[Array, "n h w c"], *, size=2, stride=None, padding: Padding = 0
) -> tuple[Float[Array, "n h w c"]]:
    """Gradient by `x`: all to the largest entry of each window: equation :eq:`max-pool-backward`.

    Where several are largest, the first in row order takes it.
    """
    geometry = _geometry("max_pool2d", x, size, stride, padding)
    parts = taps(x, **geometry, fill=-jnp.inf)
    chosen = _first_maxima(parts)
    return taps_backward([jnp.where(hit, dy, 0) for hit in chosen], x, **geometry)


@partial(jax.jit, static_argnames=STATIC)
def mean_pool2d(x: Float[Array, "n h w c"], *, size=2, stride=None, padding: Padding = 0) -> Float[Array, "n u v c"]:
    """Take the mean of each window: equation :eq:`mean-pool`.

    Parameters
    ----------
    size, stride, padding
        As for :func:`max_pool2d`.  The border is not counted: the mean is that of the pixels.

    Raises
    ------
    ValueError
        As :func:`max_pool2d` does.

    Examples
    --------
    >>> mean_pool2d(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    geometry = _geometry("mean_pool2d", x, size, stride, padding)
    return sum(taps(x, **geometry)) / _pixels(x, geometry)


@partial(jax.jit, static_argnames=STATIC)
def mean_pool2d_backward(
    dy: Float[Array, "n u v c"], x: Float[Array, "n h w c"], *, size=2, stride=None, padding: Padding = 0
) -> tuple[Float[Array, "n h w c"]]:
    """Gradient by `x`: an equal share to each pixel of the window: equation :eq:`mean-pool-backward`."""
    geometry = _geometry("mean_pool2d", x, size, stride, padding)
    share = dy / _pixels(x, geometry)
    rows, columns = geometry["size"]
    return taps_backward([share] * (rows * columns), x, **geometry)


def _first_maxima(parts):
    """For each tap: whether it holds the largest entry of its window and no tap before it does."""
    largest, taken, chosen = reduce(jnp.maximum, parts), False, []
    for part in parts:
        hit = (part == largest) & jnp.logical_not(taken)
        taken = taken | hit
        chosen.append(hit)
    return chosen


def _pixels(x, geometry):
    """Pixels in each window, without those of the border."""
    return sum(taps(jnp.ones((1, *x.shape[1:3], 1), x.dtype), **geometry))


def _geometry(where, x, size, stride, padding):
    size = size if isinstance(size, tuple) else (size, size)
    geometry = dict(size=size, stride=size if stride is None else stride, padding=padding)
    along = axes(where, x.shape[1:3], size, stride=geometry["stride"], padding=padding)
    for a in along:
        if max(a.low, a.high) >= a.taps:
            raise ValueError(
                f"{where}: padding must be narrower than the window of {a.taps}, got {max(a.low, a.high)}."
            )
    return geometry
