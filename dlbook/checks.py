"""Checks made at the door of the public functions; each says where, what was expected and what came.

A value that is being traced (inside `jit`, `vmap` or `grad`) is not known yet and passes.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np


def positive(where: str, name: str, value):
    """Raise unless `value` is a finite number above zero."""
    if not _traced(value) and not (math.isfinite(value) and value > 0):
        raise ValueError(f"{where}: {name} must be finite and above 0, got {value}.")


def in_range(where: str, name: str, value, low, high):
    """Raise unless `value` is a number from `low` to `high`, both included."""
    if not _traced(value) and not low <= value <= high:
        raise ValueError(f"{where}: {name} must lie between {low} and {high}, got {value}.")


def one_of(where: str, name: str, value, options):
    """Raise unless `value` is one of `options`."""
    if value not in options:
        raise ValueError(f"{where}: {name} must be one of {', '.join(map(repr, options))}, got {value!r}.")


def same(where: str, what: str, **sizes: int):
    """Raise unless the two named sizes agree, e.g. `same("affine", "features", x=3, w=4)`."""
    (a, m), (b, n) = sizes.items()
    if m != n:
        raise ValueError(f"{where}: {a} has {m} {what} but {b} has {n}.")


def sizes(where: str, layers):
    """Raise unless `layers` names at least two layers of at least one unit each."""
    if len(layers) < 2 or min(layers) < 1:
        raise ValueError(f"{where}: sizes must name at least two layers of at least one unit each, got {layers}.")


def recurrent(where: str, blocks: int, x, wx, wh, b, **states):
    """Raise unless the input, the parameters of a recurrent layer and its initial states fit together."""
    same(where, "features", x=x.shape[-1], wx=wx.shape[0])
    same(where, "columns", wx=wx.shape[1], b=b.shape[0])
    same(where, "columns", wx=wx.shape[1], wh=wh.shape[1])
    recurrence(where, blocks, x, wh, **states)


def recurrence(where: str, blocks: int, x, wh, **states):
    """Raise unless `wh` leads from the units to `blocks` blocks of them, and each initial state (or None) fits."""
    units = wh.shape[0]
    if wh.shape[1] != blocks * units:
        raise ValueError(f"{where}: wh must have {blocks} times as many columns as rows, got the shape {wh.shape}.")
    for name, state in states.items():
        if state is not None and state.shape != (x.shape[-2], units):
            raise ValueError(f"{where}: {name} must have the shape {(x.shape[-2], units)}, got {state.shape}.")


def labels(where: str, values, classes: int, name: str = "labels"):
    """Raise unless every label is a whole number from 0 to `classes` - 1."""
    if not jnp.issubdtype(values.dtype, jnp.integer):
        raise ValueError(f"{where}: {name} must be integers, got {values.dtype}.")
    if _traced(values) or values.size == 0:
        return
    known = np.asarray(values)  # NumPy's, since under a trace JAX's own min would be traced too
    low, high = known.min(), known.max()
    if low < 0 or high >= classes:
        raise ValueError(f"{where}: {name} must lie between 0 and {classes - 1}, got {low if low < 0 else high}.")


def signs(where: str, values):
    """Raise unless every value is -1 or +1."""
    others = [] if _traced(values) else np.setdiff1d(np.asarray(values), (-1, 1))
    if len(others):
        raise ValueError(f"{where}: signs must be -1 or +1, got {others[0]}.")


def _traced(value) -> bool:
    return isinstance(value, jax.core.Tracer)
