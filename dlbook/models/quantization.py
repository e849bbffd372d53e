"""Quantisation: the parameters of any model as whole numbers of one byte, where four bytes each are too many."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int32, PyTree

from dlbook import checks


def quantize(
    params: PyTree[Float[Array, "..."]], *, bits: int = 8
) -> tuple[Int32[Array, " m"], Callable[[Int32[Array, " m"]], Any]]:
    r"""Round each array to levels that are evenly spaced from minus to plus its largest entry in size.

    Parameters
    ----------
    params
        A pytree of arrays, n numbers in all.
    bits
        From 2 to 8; there are :math:`2^{bits} - 1` levels, so that 0 is one of them.

    Returns
    -------
    words
        The n levels in a row, one byte each and four to an integer, filled up with zeros.
    restore
        A function that makes the rounded parameters of such words; it may be jitted.

    Raises
    ------
    ValueError
        If a parameter is not finite, or there are not 2 to 8 bits.

    Notes
    -----
    No entry changes by more than half a level, with 8 bits 1/254 of the largest in its array.

    Examples
    --------
    >>> words, restore = quantize({"w": jnp.array([[-2.0, 0.5], [1.0, 2.0]])})
    >>> words.nbytes, (127 * restore(words)["w"]).round().tolist()
    (4, [[-254.0, 64.0], [128.0, 254.0]])
    """
    checks.in_range("quantize", "bits", bits, 2, 8)
    if not jnp.isfinite(ravel_pytree(params)[0]).all():
        raise ValueError("quantize: all parameters must be finite.")
    size = lambda w: jnp.abs(w).max()
    scales = jax.tree.map(lambda w: jnp.where(size(w) > 0, size(w), 1) / (2 ** (bits - 1) - 1), params)
    levels, as_params = ravel_pytree(jax.tree.map(lambda w, scale: jnp.round(w / scale), params, scales))
    four = jnp.pad(levels, (0, -len(levels) % 4)).astype("int8").reshape(-1, 4)

    def restore(words):
        whole = words[:, None] << (24 - 8 * jnp.arange(4)) >> 24  # first to the left, which keeps the sign
        whole = as_params(whole.ravel()[: len(levels)].astype(levels.dtype))
        return jax.tree.map(jnp.multiply, whole, scales)

    return lax.bitcast_convert_type(four, jnp.int32), restore
