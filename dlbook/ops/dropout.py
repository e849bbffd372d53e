"""Dropout: in training each unit is silenced with a given probability, and the others speak louder."""

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from dlbook import checks


def draw_mask(key: PRNGKeyArray, shape: tuple[int, ...], rate) -> Bool[Array, "..."]:
    """Draw which units are kept: each with probability 1 - `rate`, by itself.

    Raises
    ------
    ValueError
        If `rate` is not a probability below 1.
    """
    _check("draw_mask", rate)
    return jr.bernoulli(key, 1 - rate, shape)


def dropout(x: Float[Array, "*s"], mask: Bool[Array, "*s"], *, rate) -> Float[Array, "*s"]:
    """Silence the units outside `mask` and scale the others by 1 / (1 - rate): equation :eq:`dropout`.

    So the mean over masks is `x`, and nothing is to be done when the network is used ("inverted"
    dropout :cite:`srivastava2014dropout`).

    Parameters
    ----------
    mask
        The units that are kept, from :func:`draw_mask`.
    rate
        Share of the units that are dropped, from 0 to below 1; may be traced.

    Raises
    ------
    ValueError
        If `rate` is not a probability below 1.

    Examples
    --------
    >>> dropout(jnp.array([1.0, 2.0]), jnp.array([True, False]), rate=0.5).tolist()
    [2.0, 0.0]
    """
    _check("dropout", rate)
    return jnp.where(mask, x / (1 - rate), 0)


def dropout_backward(
    dy: Float[Array, "*s"], x: Float[Array, "*s"], mask: Bool[Array, "*s"], *, rate
) -> tuple[Float[Array, "*s"], None]:
    """Gradient by `x`: the same units silenced, the same factor: equation :eq:`dropout-backward`."""
    return jnp.where(mask, dy / (1 - rate), 0), None


def _check(where, rate):
    checks.in_range(where, "rate", rate, 0, 1 - 1e-6)
