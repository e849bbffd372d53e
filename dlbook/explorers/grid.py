"""Run the kernel at every setting of the controls, in one compiled call."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

CHUNK = 2**26  # bytes of records computed at once


def on_grid(kernel, axes: dict[str, np.ndarray]):
    """Call `kernel(**setting)` at each point of the grid spanned by `axes`.

    The trailing axes are a nest of `vmap`, as many of them as keep the records computed at once below 64 MB;
    the leading ones are a loop around it.

    Returns
    -------
    The tree that the kernel returns, each array with one leading axis for each of `axes`, in their order.
    """
    sizes = tuple(len(values) for values in axes.values())
    looped = _looped(sizes, _bytes(kernel, axes))
    leading, trailing = list(axes.values())[:looped], list(axes.values())[looped:]
    inner = nested_vmap(kernel, list(axes), looped)
    if not looped:
        result = jax.jit(inner)(*trailing)
    else:
        points = [jnp.ravel(p) for p in jnp.meshgrid(*leading, indexing="ij")]
        result = jax.jit(lambda *points: lax.map(lambda point: inner(*point, *trailing), points))(*points)
    shape = sizes[:looped]
    return jax.tree.map(lambda a: np.asarray(a).reshape(shape + a.shape[min(looped, 1) :]), result)


def nested_vmap(kernel, names: list[str], looped: int = 0):
    """Return `kernel` as a function of positional settings, mapped over all but the first `looped`."""
    mapped = lambda *point: kernel(**dict(zip(names, point, strict=True)))  # noqa: E731
    for position in reversed(range(looped, len(names))):
        mapped = jax.vmap(mapped, in_axes=[0 if i == position else None for i in range(len(names))])
    return mapped


def _bytes(kernel, axes) -> int:
    record = jax.eval_shape(kernel, **{name: values[0] for name, values in axes.items()})
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(record))


def _looped(sizes, record_bytes: int) -> int:
    looped = 0
    while looped < len(sizes) and math.prod(sizes[looped:]) * record_bytes > CHUNK:
        looped += 1
    return looped
