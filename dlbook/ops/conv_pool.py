"""Convolution and max-pooling as one op, computed tile by tile: the form that trains fastest on a CPU.

Windows of neighbouring outputs overlap, so laying out every window copies each pixel many times.  Here a row
of the matrix product is the patch under a whole *tile* of outputs, and the matrix holds the kernel once for each
output of the tile, shifted, with zeros elsewhere.  The product has more terms, but far fewer and larger copies;
the maximum of a pooling window is then one over an axis, and what it does not select is never stored.
"""

from functools import partial, reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.geometry import Padding, axes


class _Tiling(NamedTuple):
    """How one axis is cut: `tiles` tiles of `tile` outputs, each seeing `blocks` blocks of `tile` pixels."""

    tile: int
    tiles: int
    blocks: int
    low: int
    pixels: int
    outputs: int


@partial(jax.jit, static_argnames=("pool", "padding", "tile"))
def conv2d_max_pool(
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    pool: int = 2,
    padding: Padding = 0,
    tile: int | None = None,
) -> Float[Array, "n u v f"]:
    """Return `max_pool2d(conv2d(x, kernel, bias, padding=padding), size=pool)`: equation :eq:`conv-pool`.

    Parameters
    ----------
    pool
        Side of the pooling windows, which lie side by side.
    padding
        As for :func:`dlbook.ops.conv.conv2d`.
    tile
        Side of a tile in outputs of the convolution, a multiple of `pool`; it decides the speed, not the result.
        By default `2 * pool` for images of up to three channels and `pool` for feature maps.

    Raises
    ------
    ValueError
        If channels or features differ, a setting makes no sense, or no window fits.
    """
    tiling = _tilings(x, kernel, bias, pool, padding, tile)
    return _join(reduce(jnp.maximum, _candidates(x, kernel, pool, tiling)), tiling, pool) + bias


@partial(jax.jit, static_argnames=("pool", "padding", "tile"))
def conv2d_max_pool_backward(
    dy: Float[Array, "n u v f"],
    x: Float[Array, "n h w c"],
    kernel: Float[Array, "i j c f"],
    bias: Float[Array, " f"],
    *,
    pool: int = 2,
    padding: Padding = 0,
    tile: int | None = None,
) -> tuple[Float[Array, "n h w c"], Float[Array, "i j c f"], Float[Array, " f"]]:
    """Gradients by `x`, `kernel` and `bias`; of several largest outputs the first in row order counts."""
    tiling = _tilings(x, kernel, bias, pool, padding, tile)
    dz = _to_first_maximum(_cut(dy, tiling, pool), _candidates(x, kernel, pool, tiling))
    dmatrix = jnp.tensordot(_patches(x, tiling), dz, ((0, 1, 2),) * 2)
    dpatches = jnp.tensordot(dz, _matrix(kernel, pool, tiling), ((3,), (1,)))
    # Both layouts only copy; the way back adds up what was copied from one place.
    (dkernel,) = jax.linear_transpose(lambda kernel: _matrix(kernel, pool, tiling), kernel)(dmatrix)
    (dx,) = jax.linear_transpose(lambda x: _patches(x, tiling), x)(dpatches)
    return dx, dkernel, dy.sum((0, 1, 2))


def _patches(x, tiling):
    """The patch under each tile as a row: blocks of pixels, of which neighbouring tiles share some."""
    x = jnp.pad(x, [(0, 0), *((a.low, max(a.pixels - a.low - x.shape[i], 0)) for i, a in enumerate(tiling, 1)), (0, 0)])
    down, across = tiling
    x = x[:, : down.pixels, : across.pixels].reshape(
        len(x), down.pixels // down.tile, down.tile, across.pixels // across.tile, across.tile, -1
    )
    blocks = x.swapaxes(2, 3).reshape(len(x), x.shape[1], x.shape[3], -1)
    parts = [
        blocks[:, i : i + down.tiles, j : j + across.tiles] for i in range(down.blocks) for j in range(across.blocks)
    ]
    return jnp.concatenate(parts, 3)


def _matrix(kernel, pool, tiling):
    """The kernel once for each output of a tile, shifted to it; rows as in a patch, columns by place in the window."""
    down, across = tiling
    i, j, c, f = kernel.shape
    rows, columns = down.blocks * down.tile, across.blocks * across.tile
    shifted = [
        jnp.pad(kernel, ((a, rows - i - a), (b, columns - j - b), (0, 0), (0, 0)))
        for p in range(pool)
        for q in range(pool)
        for a in range(p, down.tile, pool)
        for b in range(q, across.tile, pool)
    ]
    matrix = jnp.concatenate(shifted, 3).reshape(down.blocks, down.tile, across.blocks, across.tile, c, -1)
    return matrix.swapaxes(1, 2).reshape(rows * columns * c, -1)


def _candidates(x, kernel, pool, tiling):
    """For each place in a pooling window, the convolution's outputs there (without the bias), tile by tile."""
    products = jnp.tensordot(_patches(x, tiling), _matrix(kernel, pool, tiling), 1)
    return jnp.split(products, pool * pool, 3)


def _join(y, tiling, pool):
    """Put the pooled outputs of the tiles together."""
    down, across = tiling
    y = y.reshape(len(y), down.tiles, across.tiles, down.tile // pool, across.tile // pool, -1).swapaxes(2, 3)
    y = y.reshape(len(y), down.tiles * down.tile // pool, across.tiles * across.tile // pool, -1)
    return y[:, : down.outputs, : across.outputs]


def _cut(dy, tiling, pool):
    """Cut a map of pooled outputs into tiles: the way back of `_join`."""
    down, across = tiling
    borders = [(0, a.tiles * a.tile // pool - a.outputs) for a in tiling]
    dy = jnp.pad(dy, [(0, 0), *borders, (0, 0)])
    dy = dy.reshape(len(dy), down.tiles, down.tile // pool, across.tiles, across.tile // pool, -1)
    return dy.swapaxes(2, 3).reshape(len(dy), down.tiles, across.tiles, -1)


def _to_first_maximum(dy, candidates):
    """Give the signal to the first of the candidates that is largest, zeros to the others."""
    largest, taken, parts = reduce(jnp.maximum, candidates), False, []
    for candidate in candidates:
        hit = (candidate == largest) & jnp.logical_not(taken)
        parts.append(jnp.where(hit, dy, 0))
        taken = taken | hit
    return jnp.concatenate(parts, 3)


def _tilings(x, kernel, bias, pool, padding, tile):
    where = "conv2d_max_pool"
    checks.same(where, "channels", x=x.shape[3], kernel=kernel.shape[2])
    checks.same(where, "features", kernel=kernel.shape[3], bias=bias.shape[0])
    checks.in_range(where, "pool", pool, 1, 10**6)
    tile = tile or (2 * pool if x.shape[3] <= 3 else pool)
    if tile % pool:
        raise ValueError(f"{where}: tile must be a multiple of pool, which is {pool}, got {tile}.")
    along = axes(where, x.shape[1:3], kernel.shape[:2], padding=padding)
    if min(a.count for a in along) < pool:
        raise ValueError(
            f"{where}: a pooling window of {pool} does not fit in {along[0].count}x{along[1].count} outputs."
        )
    return [_tiling(a, pool, tile) for a in along]


def _tiling(axis, pool, tile):
    outputs = axis.count // pool
    tiles, blocks = -(-outputs * pool // tile), -(-(tile + axis.taps - 1) // tile)
    return _Tiling(tile, tiles, blocks, axis.low, (tiles + blocks - 1) * tile, outputs)
