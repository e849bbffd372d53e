"""Radial basis functions :cite:`broomhead1988multivariable`: bumps about centres, and weights by least squares.

The centres are learnt first, from the inputs alone, by k-means :cite:`moody1989fast`; then the weights in one go.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks

Inputs = Float[Array, "n d"]
Centres = Float[Array, "m d"]


class RBF(NamedTuple):
    """Centres and common width of the bumps, and the weight of each; the last weight is the bias."""

    centres: Centres
    width: Float[Array, ""]
    w: Float[Array, " m+1"]


def init(key: PRNGKeyArray, x: Inputs, units: int) -> Centres:
    """Start with different samples as centres.

    Raises
    ------
    ValueError
        If there are fewer samples than units.
    """
    checks.in_range("rbf.init", "units", units, 1, len(x))
    return jr.choice(key, x, (units,), replace=False)


def step(centres: Centres, x: Inputs) -> tuple[Centres, Float[Array, ""]]:
    """Move each centre to the mean of the samples nearest to it (k-means).

    Returns the new centres, and the mean squared distance of the samples from the old ones; a centre that
    is nearest to no sample stays.
    """
    squares = _squares(x, centres)
    nearest = jax.nn.one_hot(squares.argmin(1), len(centres))
    counts = nearest.sum(0)[:, None]
    return jnp.where(counts > 0, nearest.T @ x / jnp.maximum(counts, 1), centres), squares.min(1).mean()


def features(x: Inputs, centres: Centres, width) -> Float[Array, "n m"]:
    """Return the height of each bump at each input, equation :eq:`rbf`."""
    return jnp.exp(-_squares(x, centres) / (2 * width**2))


def least_squares(x: Inputs, y: Float[Array, " n"], centres: Centres, width) -> RBF:
    """Return the network whose weights minimise the squared error; of several such, the smallest weights."""
    w, *_ = jnp.linalg.lstsq(_extended(x, centres, width), y)
    return RBF(centres, jnp.asarray(width, x.dtype), w)


def fit(
    key: PRNGKeyArray, x: Inputs, y: Float[Array, " n"], *, units: int, width, epochs: int = 10
) -> tuple[RBF, Float[Array, " epochs"]]:
    """Place the centres by k-means, then solve for the weights.

    Parameters
    ----------
    units
        Number of bumps, at most that of samples.
    width
        Standard deviation of each bump, above 0.
    epochs
        Rounds of k-means.

    Returns
    -------
    The network, and the mean squared distance of the samples from the nearest centre before each round.

    Raises
    ------
    ValueError
        If the width is not above 0, the units are more than the samples, or x and y differ in length.
    """
    checks.positive("rbf.fit", "width", width)
    checks.same("rbf.fit", "samples", x=len(x), y=len(y))
    return _fit(init(key, x, units), x, y, width, epochs)


def predict(params: RBF, x: Inputs) -> Float[Array, " n"]:
    """Return the network's answer to each input."""
    return _extended(x, params.centres, params.width) @ params.w


@partial(jax.jit, static_argnums=4)
def _fit(centres, x, y, width, epochs):
    centres, distances = lax.scan(lambda c, _: step(c, x), centres, None, length=epochs)
    return least_squares(x, y, centres, width), distances


def _extended(x, centres, width):
    return jnp.column_stack([features(x, centres, width), jnp.ones(len(x))])


def _squares(x, centres):
    return ((x[:, None] - centres) ** 2).sum(-1)
